import type { Io, ObjectStore } from '../ports.ts'
import { headIfThere } from './publish-context.ts'
import type { PublishKeys } from './publish-keys.ts'

/** Aborts every open upload of a version's archive; answers their ids. */
export async function abortUploads(store: ObjectStore, keys: PublishKeys, io: Io): Promise<readonly string[]> {
  const uploads = (await store.listUploads(keys.archive, io)).filter(({ key }) => key === keys.archive)
  for (const { key, uploadId } of uploads) await store.abortUpload(key, uploadId, io)
  return uploads.map(({ uploadId }) => uploadId)
}

/** Highest first: what is left of them when it is killed is found from 1 on. */
export async function deleteSeals(store: ObjectStore, keys: PublishKeys, io: Io): Promise<void> {
  let highest = 0
  while ((await headIfThere(store, keys.seal(highest + 1), io)) !== undefined) highest += 1
  for (let number = highest; number > 0; number -= 1) await store.delete(keys.seal(number), io)
}
