import { isAppError, toWire } from '../../../shared/errors.ts'
import { abortUploads, deleteSeals } from './left-behind.ts'
import type { PublishContext } from './publish-context.ts'

/**
 * Step 9, only with meta.json visible: whatever this version's publishers left is of no use any more. Aborts every open upload of the
 * archive, and deletes the seals, highest first. What may not be cleaned up is logged and left: the version is published all the same.
 */
export async function cleanUp(context: PublishContext): Promise<void> {
  const { store, keys, io } = context
  await attempt(context, 'uploads', async () => {
    const aborted = await abortUploads(store, keys, io)
    const own = context.ownUpload()
    // A store that lists no uploads still aborts the one that is known.
    if (own !== undefined && !aborted.includes(own.uploadId)) await store.abortUpload(keys.archive, own.uploadId, io)
    context.forgetUpload()
  })
  await attempt(context, 'seals', () => deleteSeals(store, keys, io))
}

async function attempt(context: PublishContext, what: string, act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (isAppError(error, 'cancelled')) throw error
    context.task.log.write('warn', 'publish.clean-up', { what, ident: context.keys.ident, ...toWire(error) })
  }
}
