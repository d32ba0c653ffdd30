import { AppError } from '../../../shared/errors.ts'
import type { Io, ObjectStore, PlainCredentials, StoreSpec } from '../ports.ts'
import type { StoreDeps } from './create-store.ts'
import { createFolderObjectStore } from './folder-object-store.ts'
import { createLeanWriter } from './lean-writer.ts'
import type { S3Spec } from './s3-client.ts'
import { createRequestLog, withLog } from './with-log.ts'
import { createRepeats, repeatPart, withRetry } from './with-retry.ts'

type Deps = StoreDeps & { credentials(io: Io): Promise<PlainCredentials> }

/** What the thread that sends an upload's parts needs of a store. */
export type PartStore = Pick<ObjectStore, 'uploadPart' | 'copyPart' | 'open' | 'close'>

/** As createStore gives it, but that parts go over sockets of its own; the SDK is loaded when something else is asked for. */
export const createPartStore = (spec: StoreSpec, deps: Deps): PartStore =>
  spec.kind === 'folder'
    ? withRetry(withLog(createFolderObjectStore(spec, deps), deps), deps)
    : createS3PartStore(spec, deps)

function createS3PartStore(spec: S3Spec, deps: Deps): PartStore {
  let plain: Promise<ObjectStore> | undefined
  const bySdk = () => {
    plain ??= import('./create-store.ts').then(({ createPlainStore }) => createPlainStore(spec, deps))
    return plain
  }
  const retried = async () => withRetry(await bySdk(), deps)
  const lean = createLeanWriter(spec, { ...deps, openFallback: bySdk })
  const watch = createRequestLog(deps)
  const repeats = createRepeats(deps)
  return {
    uploadPart: (key, id, number, bytes, io) =>
      repeatPart(repeats, io, () => watch('upload-part', key, () => lean.uploadPart(key, id, number, bytes, io))),
    async copyPart(...asked) {
      const { copyPart } = await retried()
      if (copyPart === undefined) throw new AppError('internal', { what: 'this store copies nothing' })
      return copyPart(...asked)
    },
    open: async (...asked) => (await retried()).open(...asked),
    close() {
      lean.close()
      plain?.then(
        (store) => store.close(),
        () => {},
      )
    },
  }
}
