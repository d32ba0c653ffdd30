import { isAppError, toWire } from '../../../shared/errors.ts'
import type { PublishContext } from './publish-context.ts'
import { headIfThere } from './publish-context.ts'

/**
 * Step 9, only with meta.json visible: whatever this version's publishers left is of no use any more. Aborts every open upload of the
 * archive, deletes the seals, highest first, and the hint. What may not be cleaned up is logged and left: the version is published all the same.
 */
export async function cleanUp(context: PublishContext): Promise<void> {
  const { store, keys, io } = context
  await attempt(context, 'uploads', async () => {
    const uploads = await store.listUploads(keys.archive, io)
    for (const { key, uploadId } of uploads) if (key === keys.archive) await store.abortUpload(key, uploadId, io)
    const own = context.ownUpload()
    // A store that lists no uploads still aborts the one that is known.
    if (own !== undefined && !uploads.some(({ uploadId }) => uploadId === own.uploadId))
      await store.abortUpload(keys.archive, own.uploadId, io)
    context.forgetUpload()
  })
  await attempt(context, 'seals', async () => {
    let highest = 0
    while ((await headIfThere(store, keys.seal(highest + 1), io)) !== undefined) highest += 1
    for (let number = highest; number > 0; number -= 1) await store.delete(keys.seal(number), io)
  })
  await attempt(context, 'hint', () => store.delete(keys.hint, io))
}

async function attempt(context: PublishContext, what: string, act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (isAppError(error, 'cancelled')) throw error
    context.task.log.write('warn', 'publish.clean-up', { what, ident: context.keys.ident, ...toWire(error) })
  }
}
