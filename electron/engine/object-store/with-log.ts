import { isAppError, toAppError } from '../../../shared/errors.ts'
import type { Clock, Log, ObjectStore } from '../ports.ts'

type LogDeps = { readonly clock: Clock; readonly log: Log }

/**
 * One debug line a request `{action, key, ms, code}`, with the code of what went wrong. Neither credentials nor bodies reach it.
 */
export function createRequestLog({ clock, log }: LogDeps) {
  return async <T>(action: string, key: string, work: () => Promise<T>): Promise<T> => {
    const startMs = clock.monotonic()
    const write = (code: string) =>
      log.write('debug', 'store.request', { action, key, ms: Math.round(clock.monotonic() - startMs), code })
    try {
      const value = await work()
      write('ok')
      return value
    } catch (error) {
      write(toAppError(error).code)
      if (!isAppError(error)) log.write('error', 'store.unexpected', { action, what: toAppError(error).details })
      throw error
    }
  }
}

/** The same store, with its requests in the log. */
export function withLog(store: ObjectStore, deps: LogDeps): ObjectStore {
  const watch = createRequestLog(deps)
  const watchedCopy =
    (copy: NonNullable<ObjectStore['copyPart']>): ObjectStore['copyPart'] =>
    (key, ...rest) =>
      watch('copy-part', key, () => copy(key, ...rest))
  return {
    ...store,
    head: (key, io) => watch('head', key, () => store.head(key, io)),
    read: (key, options) => watch('read', key, () => store.read(key, options)),
    open: (key, options) => watch('open', key, () => store.open(key, options)),
    put: (key, bytes, options) => watch('put', key, () => store.put(key, bytes, options)),
    delete: (key, io) => watch('delete', key, () => store.delete(key, io)),
    createUpload: (key, options) => watch('create-upload', key, () => store.createUpload(key, options)),
    uploadPart: (key, id, number, bytes, io) =>
      watch('upload-part', key, () => store.uploadPart(key, id, number, bytes, io)),
    ...(store.copyPart === undefined ? {} : { copyPart: watchedCopy(store.copyPart) }),
    listParts: (key, id, io) => watch('list-parts', key, () => store.listParts(key, id, io)),
    listUploads: (prefix, io) => watch('list-uploads', prefix, () => store.listUploads(prefix, io)),
    completeUpload: (key, id, parts, options) =>
      watch('complete-upload', key, () => store.completeUpload(key, id, parts, options)),
    abortUpload: (key, id, io) => watch('abort-upload', key, () => store.abortUpload(key, id, io)),
    async *list(prefix, io) {
      const pages = store.list(prefix, io)[Symbol.asyncIterator]()
      try {
        for (;;) {
          const page = await watch('list', prefix, () => pages.next())
          if (page.done) return
          yield page.value
        }
      } finally {
        await pages.return?.()
      }
    },
  }
}
