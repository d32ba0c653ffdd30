import { isAppError, toAppError } from '../../../shared/errors.ts'
import { client } from '../../ipc/link.ts'
import { pickSavePath } from '../../shell/pick-save-path.ts'
import { useHost } from '../../state/host.ts'
import { onPlanNews } from '../../state/plans.ts'
import { publishText } from '../../text/publish.ts'
import { showToast } from '../../ui/toast.tsx'
import { changeDraft, useDrafts, whenRead } from './publish-drafts.ts'

const text = publishText.bar

/**
 * Asks where to, and writes what would be published as a file. How far it is, what stops it and why it failed are in the draft: they are there
 * again for who looks elsewhere meanwhile. One file of a draft at a time.
 */
export async function saveDraft(path: string): Promise<void> {
  const info = useDrafts.getState().byPath[path]?.plan?.info
  if (info === undefined) return
  const out = await pickSavePath(text.saveTitle, `${info.name}-${info.version}.sputnik`)
  if (out === null) return
  const draft = await whenRead(path)
  if (draft?.plan === undefined || draft.failure !== undefined || draft.saving !== undefined) return
  const { planId } = draft.plan
  const stop = new AbortController()
  changeDraft(path, { saving: { stop }, saveFailure: undefined })
  const unfollow = onPlanNews(planId, ({ building: written }) => {
    if (written !== undefined) changeDraft(path, { saving: { stop, written } })
  })
  // The system's dialog has asked already whether a file that is there may be written over.
  const overwrite = useHost.getState().facts.nativeDialogs
  try {
    const saved = await client.publish.build({ planId, out, overwrite }, { signal: stop.signal })
    showToast({ text: text.saved(saved.path) })
  } catch (error) {
    if (!isAppError(error, 'cancelled')) changeDraft(path, { saveFailure: toAppError(error) })
  } finally {
    unfollow()
    changeDraft(path, { saving: undefined })
  }
}
