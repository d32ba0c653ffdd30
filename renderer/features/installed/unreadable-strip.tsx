import type { PackageRef } from '../../../shared/model/package.ts'
import { fetchLibrary, useInstalled } from '../../state/installed.ts'
import { installedText } from '../../text/installed.ts'
import { Button } from '../../ui/button.tsx'
import { FailureStrip } from '../../ui/failure-strip.tsx'
import { Message } from '../../ui/message.tsx'
import { showToast } from '../../ui/toast.tsx'
import { useAction } from '../../ui/use-action.ts'
import { repairVersion } from './care-calls.ts'

const text = installedText.unreadable
const none: readonly PackageRef[] = []

/** Versions that are here, but whose description was damaged, so that nothing else is known of them; Repair brings them back. */
export function UnreadableStrip({ libraryId }: { readonly libraryId: string }) {
  const refs = useInstalled(({ unreadableByLibrary }) => unreadableByLibrary[libraryId] ?? none)
  const action = useAction()
  const names = refs.map(({ name, version }) => `${name} ${version}`)
  const repair = () =>
    void action.run(async () => {
      try {
        for (const ref of refs) await repairVersion({ libraryId, ref }, new AbortController().signal)
        showToast({ text: text.repaired(names) })
      } finally {
        await fetchLibrary(libraryId)
      }
    })
  return (
    <>
      <FailureStrip failure={action.failure} onDismiss={action.dismiss} />
      {refs.length > 0 && (
        <div className="strip">
          <Message
            kind="danger"
            title={text.title(names)}
            action={
              <Button onClick={repair} disabled={action.busy}>
                {text.repair}
              </Button>
            }
          >
            {text.text(names.length)}
          </Message>
        </div>
      )}
    </>
  )
}
