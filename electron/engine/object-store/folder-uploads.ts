/**
 * Uploads in parts to a folder.
 *  1. `orbital/uploads/<id>/` holds `upload.json` {key} and a file `<part number>-<md5>` for each part (written beside it, then renamed; the newest wins).
 *  2. Complete: every part is checked against its size and md5 while it is copied to `whole-<random>` in the same folder; then the whole is moved
 *     into its place as an object is, and the upload's folder goes. Whatever is missing by then means that somebody else completed or aborted:
 *     `upload-not-found`.
 * A part's etag is its md5.
 */
import { createHash, randomBytes } from 'node:crypto'
import path from 'node:path'
import * as z from 'zod'
import { AppError } from '../../../shared/errors.ts'
import { parseJson } from '../parse-json.ts'
import type { Condition, Disk, ObjectStore, OpenUpload, UploadedPart } from '../ports.ts'
import { chunkBytes, isGone, openOr, stopIfAborted, type Write, writeWhole } from './folder-files.ts'

const partName = /^(\d{5})-([0-9a-f]{32})$/
const uploadIdPattern = /^[0-9a-f]{24}$/
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
}

type Uploads = Pick<
  ObjectStore,
  'createUpload' | 'uploadPart' | 'listParts' | 'listUploads' | 'completeUpload' | 'abortUpload'
>

export function createFolderUploads(host: UploadsHost): Uploads {
  const { disk, uploadsFolder, placeOf, requireBase, prepare, withTemporary, settle } = host
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

  /** 2. */
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

  const abortUpload: ObjectStore['abortUpload'] = async (key, uploadId, { signal }) => {
    stopIfAborted(signal)
    if (!uploadIdPattern.test(uploadId) || keyOfUpload(uploadId) !== key) return requireBase()
    disk.removeTree(uploadFolderOf(key, uploadId))
  }

  return { createUpload, uploadPart, listParts, listUploads, completeUpload, abortUpload }
}

/** Work in an upload's folder, which somebody else may complete or abort at any time. */
function upload<T>(key: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw isGone(error) ? new AppError('upload-not-found', { key }, error) : error
  }
}
