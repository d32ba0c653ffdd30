/**
 * A bucket's layout in a folder, on this computer or a network share.
 *
 * Writing an object
 *  1. The folder itself must be there: a share that is not mounted is an error, never a new empty registry.
 *  2. The bytes go to `orbital/uploads/.orbital-new-<writer>-<random>`, synced. What killed writers left there goes before the first write.
 *  3. `If-None-Match: *`: renameNew (one winner). `If-Match`: the etag is compared right before the rename (a race is possible). Else renameOver.
 *  4. The object's folder is synced.
 * Uploads
 *  5. `orbital/uploads/<id>/` holds `upload.json` {key} and a file `<part number>-<md5>` for each part (written beside it, then renamed; the newest wins).
 *  6. Complete: every part is checked against its size and md5 while it is copied to `whole-<random>` in the same folder; then 3., 4., and
 *     the upload's folder goes. Whatever is missing by then means that somebody else completed or aborted: `upload-not-found`.
 * An etag is made of size, time and inode, so each rename makes a new one; a part's etag is its md5.
 */
import { createHash, randomBytes } from 'node:crypto'
import path from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import * as z from 'zod'
import { AppError, isAppError } from '../../../shared/errors.ts'
import { parseJson } from '../parse-json.ts'
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
  OpenFile,
  OpenUpload,
  StoreSpec,
  UploadedPart,
} from '../ports.ts'
import { listFolder } from './folder-listing.ts'
import { pathOfKey, refuseLinks, temporaryPrefix } from './folder-paths.ts'
import { makeTemporaryName, sweepTemporaries } from './folder-temporary.ts'

export type FolderSpec = Extract<StoreSpec, { readonly kind: 'folder' }>

/** Read and written at once: about a millisecond of blocking. */
const chunkBytes = 1024 * 1024
/** Synced this often while a whole is written, so that no sync takes long. */
const syncEveryBytes = 32 * 1024 * 1024
const partName = /^(\d{5})-([0-9a-f]{32})$/
const uploadIdPattern = /^[0-9a-f]{24}$/
const uploadFile = z.object({ key: z.string() })

export function createFolderObjectStore(
  spec: FolderSpec,
  deps: { readonly disk: Disk; readonly clock: Clock },
): ObjectStore {
  const { disk, clock } = deps
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
  const uploadFolderOf = (key: string, uploadId: string): string => {
    if (!uploadIdPattern.test(uploadId)) throw new AppError('upload-not-found', { key })
    return path.join(uploadsFolder, uploadId)
  }
  /** Step 1. */
  const requireBase = () => {
    const kind = disk.facts(base)?.kind
    if (kind === 'symlink') disk.entries(base)
    else if (kind !== 'folder') throw new AppError('not-a-folder', { path: base })
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
  /** Once, before the first write. */
  const sweep = () => {
    if (isSwept) return
    isSwept = true
    sweepTemporaries(disk, uploadsFolder, clock.now())
  }

  /** Steps 1 and 2, then `use`; the temporary file in `folder` never stays. */
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
    requireBase()
    disk.makeFolder(uploadsFolder)
    sweep()
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

  const createUpload: ObjectStore['createUpload'] = async (key, { signal }) => {
    stopIfAborted(signal)
    placeOf(key)
    requireBase()
    disk.makeFolder(uploadsFolder)
    sweep()
    const uploadId = randomBytes(12).toString('hex')
    const folder = uploadFolderOf(key, uploadId)
    disk.makeNewFolder(folder)
    disk.create(path.join(folder, 'upload.json'), Buffer.from(JSON.stringify({ key })))
    disk.syncFolder(folder)
    return { uploadId }
  }

  /** The key that an upload is for; undefined when it isn't there (any more). */
  const keyOfUpload = (uploadId: string): string | undefined => {
    const bytes = disk.read(path.join(uploadFolderOf('', uploadId), 'upload.json'), { maxBytes: 65_536 })
    if (bytes === undefined) return undefined
    const parsed = uploadFile.safeParse(parseJson(bytes))
    return parsed.success ? parsed.data.key : undefined
  }
  const requireUpload = (key: string, uploadId: string): string => {
    const folder = uploadFolderOf(key, uploadId)
    if (keyOfUpload(uploadId) === key) return folder
    requireBase()
    throw new AppError('upload-not-found', { key })
  }

  const uploadPart: ObjectStore['uploadPart'] = async (key, uploadId, partNumber, bytes, { signal }) => {
    const folder = requireUpload(key, uploadId)
    if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > 10_000) {
      throw new AppError('upload-refused', { key, reason: 'Part numbers go from 1 to 10,000.' })
    }
    const md5 = createHash('md5').update(bytes).digest('hex')
    const number = String(partNumber).padStart(5, '0')
    const place = (temporary: string) => {
      requireUpload(key, uploadId)
      disk.renameOver(temporary, path.join(folder, `${number}-${md5}`))
      disk.syncFolder(folder)
      for (const { name } of disk.entries(folder)) {
        if (name.startsWith(`${number}-`) && name !== `${number}-${md5}`) disk.removeFile(path.join(folder, name))
      }
    }
    // In the upload's own folder, so that it goes with it whatever happens to its writer.
    await withTemporary(folder, bytes, signal, place).catch((error: unknown) => {
      throw isGone(error) ? new AppError('upload-not-found', { key }, error) : error
    })
    return { partNumber, etag: `"${md5}"`, sizeBytes: bytes.length }
  }

  const listParts: ObjectStore['listParts'] = async (key, uploadId, { signal }) => {
    stopIfAborted(signal)
    const folder = requireUpload(key, uploadId)
    const parts: UploadedPart[] = []
    for (const { name } of upload(key, () => disk.entries(folder))) {
      const match = partName.exec(name)
      const facts = match === null ? undefined : disk.facts(path.join(folder, name))
      if (match === null || facts === undefined) continue
      parts.push({ partNumber: Number(match[1]), etag: `"${match[2]}"`, sizeBytes: facts.sizeBytes })
    }
    return parts.sort((a, b) => a.partNumber - b.partNumber)
  }

  const listUploads: ObjectStore['listUploads'] = async (prefix, { signal }) => {
    stopIfAborted(signal)
    requireBase()
    if (disk.facts(uploadsFolder)?.kind !== 'folder') return []
    const uploads: OpenUpload[] = []
    for (const { name } of disk.entries(uploadsFolder)) {
      if (!uploadIdPattern.test(name)) continue
      const key = keyOfUpload(name)
      const facts = disk.facts(path.join(uploadsFolder, name, 'upload.json'))
      if (key?.startsWith(prefix) && facts !== undefined) {
        uploads.push({ key, uploadId: name, startedMs: facts.modifiedMs })
      }
    }
    return uploads.sort((a, b) => (a.key === b.key ? a.startedMs - b.startedMs : a.key < b.key ? -1 : 1))
  }

  /** Step 6. */
  const completeUpload: ObjectStore['completeUpload'] = async (key, uploadId, parts, { signal, condition }) => {
    stopIfAborted(signal)
    const folder = requireUpload(key, uploadId)
    const target = placeOf(key)
    const refused = (reason: string) => new AppError('upload-refused', { key, reason })
    if (parts.length === 0) throw refused('It has no parts.')
    if (parts.some((part, index) => part.partNumber <= (parts[index - 1]?.partNumber ?? 0))) {
      throw refused('The parts are not in order.')
    }
    const whole = path.join(folder, `whole-${randomBytes(6).toString('hex')}`)
    try {
      await writeWhole(disk, whole, signal, async (write) => {
        for (const part of parts) await copyPart(folder, key, part, signal, write)
      }).catch((error: unknown) => {
        requireUpload(key, uploadId)
        throw error
      })
      requireUpload(key, uploadId)
      upload(key, () => settle(whole, target, key, condition))
    } finally {
      disk.removeFile(whole)
    }
    disk.removeTree(folder)
  }

  async function copyPart(
    folder: string,
    key: string,
    part: UploadedPart,
    signal: AbortSignal,
    write: Write,
  ): Promise<void> {
    const md5 = part.etag.replaceAll('"', '')
    const name = `${String(part.partNumber).padStart(5, '0')}-${md5}`
    const differs = () => new AppError('upload-refused', { key, reason: 'A part is missing at the store or differs.' })
    if (!partName.test(name)) throw differs()
    const file = openOr(() => disk.open(path.join(folder, name), 'read'), differs)
    try {
      const hash = createHash('md5')
      for (let at = 0; ; ) {
        stopIfAborted(signal)
        const chunk = new Uint8Array(chunkBytes)
        const count = file.read(chunk, at)
        if (count === 0) break
        hash.update(chunk.subarray(0, count))
        await write(chunk.subarray(0, count))
        at += count
      }
      if (hash.digest('hex') !== md5) throw differs()
    } finally {
      file.close()
    }
  }

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
    createUpload,
    uploadPart,
    listParts,
    listUploads,
    completeUpload,
    async abortUpload(key, uploadId, { signal }) {
      stopIfAborted(signal)
      if (!uploadIdPattern.test(uploadId) || keyOfUpload(uploadId) !== key) return requireBase()
      disk.removeTree(uploadFolderOf(key, uploadId))
    },
    close() {},
  }
}

type Write = (chunk: Uint8Array) => Promise<void>

/** A new file, written in turns, synced; gone when it fails. */
async function writeWhole(
  disk: Disk,
  target: string,
  signal: AbortSignal,
  fill: (write: Write) => Promise<void>,
): Promise<void> {
  const file: OpenFile = disk.open(target, 'create')
  let at = 0
  let unsyncedBytes = 0
  try {
    await fill(async (chunk) => {
      stopIfAborted(signal)
      file.write(chunk, at)
      at += chunk.length
      unsyncedBytes += chunk.length
      if (unsyncedBytes >= syncEveryBytes) {
        file.sync()
        unsyncedBytes = 0
      }
      if (at > chunkBytes) await nextTurn()
    })
    file.sync()
  } catch (error) {
    file.close()
    disk.removeFile(target)
    throw error
  }
  file.close()
}

const objectOf = (key: string, facts: FileFacts): ObjectFacts => ({
  key,
  sizeBytes: facts.sizeBytes,
  etag: etagOf(facts),
  modifiedMs: facts.modifiedMs,
})

const etagOf = ({ sizeBytes, modifiedMs, inode }: FileFacts): string =>
  `"${sizeBytes.toString(16)}-${Math.round(modifiedMs * 1000).toString(16)}-${inode.toString(16)}"`

function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError('cancelled', {}, signal.reason)
}

/** Opens a file that somebody may have deleted meanwhile. */
function openOr(open: () => OpenFile, gone: () => AppError): OpenFile {
  try {
    return open()
  } catch (error) {
    throw isGone(error) ? gone() : error
  }
}

/** Work in an upload's folder, which somebody else may complete or abort at any time. */
function upload<T>(key: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw isGone(error) ? new AppError('upload-not-found', { key }, error) : error
  }
}

function isGone(error: unknown): boolean {
  if (isAppError(error, 'disk-failed')) return error.details.errno === 'ENOENT'
  return isAppError(error, 'not-a-folder', 'file-unreadable')
}
