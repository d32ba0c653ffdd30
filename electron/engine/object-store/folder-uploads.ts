/**
 * Uploads in parts to a folder: `orbital/uploads/<id>/`.
 *  1. It holds `upload.json` {key}.
 *  2. A part whose place is known is written there, into `whole`, and synced; then an empty file `<part number>-<random>-<start>-<bytes>` says that it
 *     is there. One that is sent again is not there until it is whole again.
 *  3. Any other part is a file `<part number>-<md5>` (written beside it, then renamed; the newest wins).
 *  4. Complete: where all parts lie in their places and nothing else does, `whole` is moved into its place as an object is. Otherwise the parts are copied one
 *     after the other into `whole-<random>`, those of 3 checked against their md5, and that is moved. Then the upload's folder goes. Whatever is missing by then
 *     means that somebody else completed or aborted: `upload-not-found`.
 * A part's etag is the hex number in its name.
 */
import { createHash, randomBytes } from 'node:crypto'
import path from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import * as z from 'zod'
import { AppError } from '../../../shared/errors.ts'
import { parseJson } from '../parse-json.ts'
import type { Condition, Disk, FileFacts, ObjectFacts, ObjectStore, OpenUpload, UploadedPart } from '../ports.ts'
import { chunkBytes, isGone, openOr, stopIfAborted, type Write, writeWhole } from './folder-files.ts'

const partName = /^(\d{5})-([0-9a-f]{32})(?:-(\d{1,15})-(\d{1,15}))?$/
const uploadIdPattern = /^[0-9a-f]{24}$/
/** What becomes the object. */
const wholeName = 'whole'
const uploadFile = z.object({ key: z.string() })

/** What the store lends its uploads; "steps" are those of folder-object-store.ts. */
export interface UploadsHost {
  readonly disk: Disk
  readonly uploadsFolder: string
  /** Where an object is; `path-not-allowed` where it may not be. */
  placeOf(key: string): string
  /** Step 1. */
  requireBase(): void
  /** What precedes every write: the folder for uploads is there, and swept. */
  prepare(): void
  /** Step 2: the bytes in a temporary file of `folder`, then `use`. */
  withTemporary<T>(folder: string, bytes: Uint8Array, signal: AbortSignal, use: (temporary: string) => T): Promise<T>
  /** Steps 3 and 4. */
  settle(temporary: string, target: string, key: string, condition: Condition | undefined): void
  objectOf(key: string, facts: FileFacts): ObjectFacts
}

type Uploads = Pick<
  ObjectStore,
  'createUpload' | 'uploadPart' | 'listParts' | 'listUploads' | 'completeUpload' | 'abortUpload'
>

export function createFolderUploads(host: UploadsHost): Uploads {
  const { disk, uploadsFolder, placeOf, requireBase, prepare, withTemporary, settle, objectOf } = host
  const uploadFolderOf = (key: string, uploadId: string): string => {
    if (!uploadIdPattern.test(uploadId)) throw new AppError('upload-not-found', { key })
    return path.join(uploadsFolder, uploadId)
  }

  const createUpload: ObjectStore['createUpload'] = async (key, { signal }) => {
    stopIfAborted(signal)
    placeOf(key)
    prepare()
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

  const uploadPart: ObjectStore['uploadPart'] = async (key, uploadId, partNumber, bytes, io) => {
    const folder = requireUpload(key, uploadId)
    if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > 10_000) {
      throw new AppError('upload-refused', { key, reason: 'Part numbers go from 1 to 10,000.' })
    }
    const number = String(partNumber).padStart(5, '0')
    const send = io.startOffset === undefined ? writeBeside : writeInPlace
    const etag = await send({ key, uploadId, folder, number }, bytes, io).catch((error: unknown) => {
      throw isGone(error) ? new AppError('upload-not-found', { key }, error) : error
    })
    return { partNumber, etag: `"${etag}"`, sizeBytes: bytes.length }
  }

  type PartIo = Parameters<ObjectStore['uploadPart']>[4]
  interface Place {
    readonly key: string
    readonly uploadId: string
    readonly folder: string
    readonly number: string
  }
  const removeOthers = ({ folder, number }: Place, kept: string | undefined) => {
    for (const { name } of disk.entries(folder)) {
      if (name.startsWith(`${number}-`) && name !== kept) disk.removeFile(path.join(folder, name))
    }
  }

  /** 2 */
  const writeInPlace = async (place: Place, bytes: Uint8Array, io: PartIo) => {
    const { key, uploadId, folder, number } = place
    const { signal, onSent, pace, startOffset = 0 } = io
    removeOthers(place, undefined)
    const whole = path.join(folder, wholeName)
    const file = disk.facts(whole) === undefined ? disk.open(whole, 'create') : disk.open(whole, 'update')
    try {
      for (let at = 0; at < bytes.length; at += chunkBytes) {
        stopIfAborted(signal)
        const chunk = bytes.subarray(at, at + chunkBytes)
        await pace?.(chunk.length)
        file.write(chunk, startOffset + at)
        onSent?.(at + chunk.length)
        await nextTurn()
      }
      await file.syncLater()
    } finally {
      file.close()
    }
    requireUpload(key, uploadId)
    const etag = randomBytes(16).toString('hex')
    disk.create(path.join(folder, `${number}-${etag}-${startOffset}-${bytes.length}`), new Uint8Array())
    disk.syncFolder(folder)
    return etag
  }

  /** 3 */
  const writeBeside = async (place: Place, bytes: Uint8Array, { signal, onSent, pace }: PartIo) => {
    const { key, uploadId, folder, number } = place
    await pace?.(bytes.length)
    const md5 = createHash('md5').update(bytes).digest('hex')
    // In the upload's own folder, so that it goes with it whatever happens to its writer.
    await withTemporary(folder, bytes, signal, (temporary) => {
      requireUpload(key, uploadId)
      disk.renameOver(temporary, path.join(folder, `${number}-${md5}`))
      disk.syncFolder(folder)
      removeOthers(place, `${number}-${md5}`)
    })
    onSent?.(bytes.length)
    return md5
  }

  interface FoundPart extends UploadedPart {
    readonly name: string
    /** Where it lies in `whole`; undefined for one in a file of its own. */
    readonly startOffset: number | undefined
  }
  const findParts = (folder: string, key: string): readonly FoundPart[] => {
    const parts: FoundPart[] = []
    for (const { name } of upload(key, () => disk.entries(folder))) {
      const [, number, hex, start, bytes] = partName.exec(name) ?? []
      if (number === undefined) continue
      const sizeBytes = bytes === undefined ? disk.facts(path.join(folder, name))?.sizeBytes : Number(bytes)
      if (sizeBytes === undefined) continue
      const startOffset = start === undefined ? undefined : Number(start)
      parts.push({ partNumber: Number(number), etag: `"${hex}"`, sizeBytes, name, startOffset })
    }
    return parts.sort((a, b) => a.partNumber - b.partNumber)
  }

  const listParts: ObjectStore['listParts'] = async (key, uploadId, { signal }) => {
    stopIfAborted(signal)
    const parts = findParts(requireUpload(key, uploadId), key)
    return parts.map(({ partNumber, etag, sizeBytes }) => ({ partNumber, etag, sizeBytes }))
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

  /** 4 */
  const completeUpload: ObjectStore['completeUpload'] = async (key, uploadId, parts, { signal, condition }) => {
    stopIfAborted(signal)
    const folder = requireUpload(key, uploadId)
    const target = placeOf(key)
    const refused = (reason: string) => new AppError('upload-refused', { key, reason })
    if (parts.length === 0) throw refused('It has no parts.')
    if (parts.some((part, index) => part.partNumber <= (parts[index - 1]?.partNumber ?? 0))) {
      throw refused('The parts are not in order.')
    }
    const found = new Map(findParts(folder, key).map((part) => [`${part.partNumber} ${part.etag}`, part]))
    const chosen = parts.map(({ partNumber, etag }) => {
      const part = found.get(`${partNumber} ${etag}`)
      if (part !== undefined) return part
      requireUpload(key, uploadId)
      throw partDiffers(key)
    })
    let facts: FileFacts | undefined
    const move = (from: string) => {
      // A file keeps them when it is moved.
      facts = disk.facts(from)
      settle(from, target, key, condition)
    }
    if (liesInPlace(folder, chosen)) upload(key, () => move(path.join(folder, wholeName)))
    else {
      const joined = path.join(folder, `whole-${randomBytes(6).toString('hex')}`)
      try {
        await writeWhole(disk, joined, signal, async (write) => {
          for (const part of chosen) await copyPart(folder, key, part, signal, write)
        }).catch((error: unknown) => {
          requireUpload(key, uploadId)
          throw error
        })
        requireUpload(key, uploadId)
        upload(key, () => move(joined))
      } finally {
        disk.removeFile(joined)
      }
    }
    disk.removeTree(folder)
    return facts === undefined ? undefined : objectOf(key, facts)
  }

  const liesInPlace = (folder: string, parts: readonly FoundPart[]): boolean => {
    let end = 0
    for (const { startOffset, sizeBytes } of parts) {
      if (startOffset !== end) return false
      end += sizeBytes
    }
    return disk.facts(path.join(folder, wholeName))?.sizeBytes === end
  }

  async function copyPart(
    folder: string,
    key: string,
    { name, etag, startOffset, sizeBytes }: FoundPart,
    signal: AbortSignal,
    write: Write,
  ): Promise<void> {
    const from = path.join(folder, startOffset === undefined ? name : wholeName)
    const file = openOr(
      () => disk.open(from, 'read'),
      () => partDiffers(key),
    )
    try {
      const hash = createHash('md5')
      for (let at = 0; at < sizeBytes; ) {
        stopIfAborted(signal)
        const chunk = new Uint8Array(Math.min(chunkBytes, sizeBytes - at))
        if (file.read(chunk, (startOffset ?? 0) + at) !== chunk.length) throw partDiffers(key)
        hash.update(chunk)
        await write(chunk)
        at += chunk.length
      }
      if (startOffset === undefined && `"${hash.digest('hex')}"` !== etag) throw partDiffers(key)
    } finally {
      file.close()
    }
  }

  const abortUpload: ObjectStore['abortUpload'] = async (key, uploadId, { signal }) => {
    stopIfAborted(signal)
    if (!uploadIdPattern.test(uploadId) || keyOfUpload(uploadId) !== key) return requireBase()
    disk.removeTree(uploadFolderOf(key, uploadId))
  }

  return { createUpload, uploadPart, listParts, listUploads, completeUpload, abortUpload }
}

const partDiffers = (key: string) =>
  new AppError('upload-refused', { key, reason: 'A part is missing at the store or differs.' })

/** Work in an upload's folder, which somebody else may complete or abort at any time. */
function upload<T>(key: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw isGone(error) ? new AppError('upload-not-found', { key }, error) : error
  }
}
