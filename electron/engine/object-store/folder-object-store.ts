/**
 * A bucket's layout in a folder, on this computer or a network share.
 *
 * Writing an object
 *  1. The folder itself must be there: a share that is not mounted is an error, never a new empty registry.
 *  2. The bytes go to `orbital/uploads/.orbital-new-<writer>-<random>`, synced. What killed writers left there goes before the first write.
 *  3. `If-None-Match: *`: renameNew (one winner). `If-Match`: the etag is compared right before the rename (a race is possible). Else renameOver.
 *  4. The object's folder is synced.
 * An etag is made of size, time and inode, so each rename makes a new one. Uploads in parts: folder-uploads.ts.
 */
import path from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError, isAppError } from '../../../shared/errors.ts'
import type {
  Clock,
  Condition,
  Disk,
  FileFacts,
  Io,
  ObjectBody,
  ObjectFacts,
  ObjectHead,
  ObjectStore,
  StoreSpec,
} from '../ports.ts'
import { chunkBytes, openOr, stopIfAborted, writeWhole } from './folder-files.ts'
import { listFolder } from './folder-listing.ts'
import { pathOfKey, refuseLinks, temporaryPrefix } from './folder-paths.ts'
import { makeTemporaryName, sweepTemporaries } from './folder-temporary.ts'
import { createFolderUploads } from './folder-uploads.ts'

export type FolderSpec = Extract<StoreSpec, { readonly kind: 'folder' }>

export function createFolderObjectStore(
  spec: FolderSpec,
  deps: { readonly disk: Disk; readonly clock: Clock; readonly connectionName?: string },
): ObjectStore {
  const { disk, clock, connectionName: name } = deps
  const { path: base, root } = spec
  // A root that leads out is refused before anything is looked at.
  pathOfKey(base, `${root}orbital`)
  const uploadsFolder = path.join(base, ...root.split('/').filter((part) => part !== ''), 'orbital', 'uploads')

  const placeOf = (key: string): string => {
    const target = pathOfKey(base, root + key)
    if (target === uploadsFolder || target.startsWith(uploadsFolder + path.sep)) {
      throw new AppError('path-not-allowed', { path: key, reason: 'Its name is kept for uploads in progress.' })
    }
    refuseLinks(disk, base, target, key)
    return target
  }
  /** Step 1. */
  const requireBase = () => {
    const kind = disk.facts(base)?.kind
    const notThere = () =>
      new AppError('not-a-folder', { path: base, use: 'connection', ...(name === undefined ? {} : { name }) })
    if (kind === 'symlink') entriesOf(disk, base, notThere)
    else if (kind !== 'folder') throw notThere()
  }
  const missing = (key: string): AppError => {
    requireBase()
    return new AppError('object-not-found', { key })
  }
  const headOf = (key: string, facts: FileFacts | undefined): ObjectHead => {
    if (facts?.kind !== 'file') throw missing(key)
    return { ...objectOf(key, facts), metadata: {}, storeNowMs: clock.now() }
  }
  const head = async (key: string, { signal }: Io): Promise<ObjectHead> => {
    stopIfAborted(signal)
    return headOf(key, disk.facts(placeOf(key)))
  }

  /** Steps 3 and 4. */
  const settle = (temporary: string, target: string, key: string, condition: Condition | undefined) => {
    disk.makeFolder(path.dirname(target))
    if (condition === undefined) disk.renameOver(temporary, target)
    else if ('ifMatch' in condition) {
      if (headOf(key, disk.facts(target)).etag !== condition.ifMatch) throw new AppError('precondition-failed', { key })
      disk.renameOver(temporary, target)
    } else {
      try {
        disk.renameNew(temporary, target)
      } catch (error) {
        throw isAppError(error, 'already-exists') ? new AppError('precondition-failed', { key }, error) : error
      }
    }
    disk.syncFolder(path.dirname(target))
  }

  let isSwept = false
  /** Before a write: step 1, the folder for uploads, and once what killed writers left in it. */
  const prepare = () => {
    requireBase()
    disk.makeFolder(uploadsFolder)
    if (isSwept) return
    isSwept = true
    sweepTemporaries(disk, uploadsFolder, clock.now())
  }

  /** Step 2, then `use`; the temporary file in `folder` never stays. */
  const withTemporary = async <T>(
    folder: string,
    bytes: Uint8Array,
    signal: AbortSignal,
    use: (temporary: string) => T,
  ): Promise<T> => {
    stopIfAborted(signal)
    const temporary = path.join(folder, makeTemporaryName())
    try {
      await writeWhole(disk, temporary, signal, async (write) => {
        for (let at = 0; at < bytes.length; at += chunkBytes) await write(bytes.subarray(at, at + chunkBytes))
      })
      return use(temporary)
    } finally {
      disk.removeFile(temporary)
    }
  }

  const put: ObjectStore['put'] = async (key, bytes, { signal, condition }) => {
    const target = placeOf(key)
    stopIfAborted(signal)
    prepare()
    return withTemporary(uploadsFolder, bytes, signal, (temporary) => {
      settle(temporary, target, key, condition)
      return { etag: headOf(key, disk.facts(target)).etag, storeNowMs: clock.now() }
    })
  }

  const open: ObjectStore['open'] = async (key, { signal, range, ifMatch }) => {
    const target = placeOf(key)
    const facts = await head(key, { signal })
    if (ifMatch !== undefined && facts.etag !== ifMatch) throw new AppError('object-changed', { key })
    const startOffset = range?.startOffset ?? 0
    const endOffset = Math.min(range?.endOffset ?? facts.sizeBytes, facts.sizeBytes)
    const isOutside = range !== undefined && startOffset < range.endOffset && startOffset >= facts.sizeBytes
    if (isOutside) throw new AppError('object-changed', { key })
    return { ...facts, startOffset, body: readRange(target, facts, startOffset, endOffset, signal) }
  }

  async function* readRange(target: string, facts: ObjectFacts, start: number, end: number, signal: AbortSignal) {
    const file = openOr(
      () => disk.open(target, 'read'),
      () => missing(facts.key),
    )
    try {
      if (etagOf(file.facts()) !== facts.etag) throw new AppError('object-changed', { key: facts.key })
      for (let at = start; at < end; ) {
        stopIfAborted(signal)
        const chunk = new Uint8Array(Math.min(chunkBytes, end - at))
        const count = file.read(chunk, at)
        if (count === 0) throw new AppError('object-changed', { key: facts.key })
        yield chunk.subarray(0, count)
        at += count
        await nextTurn()
      }
    } finally {
      file.close()
    }
  }

  const read: ObjectStore['read'] = async (key, { signal, maxBytes }) => {
    const { body, startOffset: _, ...facts }: ObjectBody = await open(key, { signal })
    if (facts.sizeBytes > maxBytes) throw new AppError('package-too-large', { what: key, limit: `${maxBytes} bytes` })
    const bytes = new Uint8Array(facts.sizeBytes)
    let at = 0
    for await (const chunk of body) {
      bytes.set(chunk, at)
      at += chunk.length
    }
    return { ...facts, bytes }
  }

  async function* list(prefix: string, { signal }: Io): AsyncIterable<readonly ObjectFacts[]> {
    stopIfAborted(signal)
    requireBase()
    const pages = listFolder(disk, base, root + prefix, {
      leftOut: (entryPath, name) => entryPath === uploadsFolder || name.startsWith(temporaryPrefix),
      toObject: (key, facts) => objectOf(key.slice(root.length), facts),
    })
    for (const page of pages) {
      stopIfAborted(signal)
      if (page.length > 0) yield page
      await nextTurn()
    }
  }

  const uploads = createFolderUploads({
    disk,
    uploadsFolder,
    placeOf,
    requireBase,
    prepare,
    withTemporary,
    settle,
    objectOf,
  })

  return {
    endpoint: base,
    keepsMetadata: false,
    head,
    read,
    open,
    put,
    async delete(key, { signal }) {
      stopIfAborted(signal)
      const target = placeOf(key)
      const kind = disk.facts(target)?.kind
      if (kind === undefined) return requireBase()
      if (kind !== 'file') return
      disk.removeFile(target)
      disk.syncFolder(path.dirname(target))
    },
    list,
    ...uploads,
    close() {},
  }
}

const objectOf = (key: string, facts: FileFacts): ObjectFacts => ({
  key,
  sizeBytes: facts.sizeBytes,
  etag: etagOf(facts),
  modifiedMs: facts.modifiedMs,
})

const etagOf = ({ sizeBytes, modifiedMs, inode }: FileFacts): string =>
  `"${sizeBytes.toString(16)}-${Math.round(modifiedMs * 1000).toString(16)}-${inode.toString(16)}"`

/** Of a link, which may lead nowhere. */
function entriesOf(disk: Disk, folder: string, notThere: () => AppError): void {
  try {
    disk.entries(folder)
  } catch (error) {
    throw isAppError(error, 'not-a-folder') ? notThere() : error
  }
}
