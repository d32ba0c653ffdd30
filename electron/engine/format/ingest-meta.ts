import { createHash } from 'node:crypto'
import { AppError } from '../../../shared/errors.ts'
import type { Block, Checksum, Manifest, ManifestFile, PackageRef } from '../../../shared/model/package.ts'
import { checkPackagePath, checkPathSet, quoteName } from '../../../shared/model/package-path.ts'
import { identOf } from '../../../shared/model/package-ref.ts'
import { fieldOf, ingestInfo, isObject, type JsonObject, type Refuse } from './ingest-info.ts'
import { checkJsonShape } from './json-shape.ts'
import { metaCaps } from './meta-caps.ts'

/**
 * meta.json, from bytes that anybody may have written to a Manifest that everything else can trust. Nothing else reads a raw meta.
 *
 *  1. Caps: bytes; nesting and number of values, counted before anything is parsed.
 *  2. Fatal UTF-8 (a byte order mark is one more character that JSON refuses), JSON.
 *  3. Known fields only, copied into new objects (null prototype where keys are foreign).
 *  4. Identity: name and version can name a folder; they are the ident that the key or the caller says.
 *  5. `archive`: `archive.gz`, md5; the third element and `etag` of a library's cached copy are allowed where asked for.
 *  6. Files: path (parts, or the `/`-string of old metas) by the path rules; checksum; size; offsets rise strictly from 0, and no file is
 *     larger than its slice of the archive can hold.
 *  7. All paths together: no collisions.
 *  8. `orbital`: archive size, blocks of split files, who published when.
 * The same bytes are read by a plan, by the transfer that follows and by the library's next look: of large ones that passed last, the manifest is
 * given again, and only 4 is done anew.
 */
export interface IngestOptions {
  /** The object's key or the file's path: named in the error, and `models/<ident>/meta.json` is also held against the content. */
  readonly key: string
  /** `<name>-<version>` that it must be. */
  readonly ident?: string
  /** Size of the archive beside it; another last offset is `archive-mismatch`. */
  readonly archiveBytes?: number
}

/** A published meta. Throws `meta-invalid` with a reason in words, or `archive-mismatch`. */
export function ingestMeta(bytes: Uint8Array, options: IngestOptions): Manifest {
  return ingest(bytes, options, 2).manifest
}

/** A meta in a library or an old tool's cache: `archive` may have a third element, and the store's ETag may stand beside it. */
export function ingestInstalledMeta(
  bytes: Uint8Array,
  options: IngestOptions,
): Manifest & { /** Of the store's meta.json, where an old tool noted it. */ readonly etag?: string } {
  const { manifest, etag } = ingest(bytes, options, 3)
  return typeof etag === 'string' && etag.length <= 1024 ? { ...manifest, etag } : manifest
}

/** Deflate gives at most 1,032 bytes for one. */
const maxRatio = 1032
/** Header and trailer of gzip, and an empty block. */
const minMemberBytes = 20

interface Ingested {
  readonly manifest: Manifest
  readonly etag: unknown
}
/** Smaller ones are read anew as fast as they are told apart. */
const largeMetaBytes = 256 * 1024
/** Of the last that passed, by the sha256 of their bytes. Kept only while somebody uses the manifest. */
const lastLarge = new Map<
  string,
  { readonly found: WeakRef<Manifest>; readonly etag: unknown; readonly maxArchiveElements: 2 | 3 }
>()
const mostKept = 4

function ingest(bytes: Uint8Array, options: IngestOptions, maxArchiveElements: 2 | 3): Ingested {
  const refuse: Refuse = (reason) => {
    throw new AppError('meta-invalid', { key: options.key, reason })
  }
  if (bytes.length < largeMetaBytes || bytes.length > metaCaps.maxBytes)
    return ingestNew(bytes, options, maxArchiveElements, refuse)
  const digest = createHash('sha256').update(bytes).digest('hex')
  const last = lastLarge.get(digest)
  const known = last !== undefined && last.maxArchiveElements <= maxArchiveElements ? last.found.deref() : undefined
  if (known !== undefined) {
    checkIdentity(known.ref, options, refuse)
    checkArchiveBytes(known, options)
    return { manifest: known, etag: last?.etag }
  }
  const { manifest, etag } = ingestNew(bytes, options, maxArchiveElements, refuse)
  lastLarge.delete(digest)
  lastLarge.set(digest, { found: new WeakRef(manifest), etag, maxArchiveElements })
  for (const oldest of lastLarge.keys()) if (lastLarge.size > mostKept) lastLarge.delete(oldest)
  return { manifest, etag }
}

// 4
function checkIdentity(ref: PackageRef, options: IngestOptions, refuse: Refuse): void {
  const ident = identOf(ref)
  const expected = options.ident ?? /^models\/([^/]+)\/meta\.json$/.exec(options.key)?.[1]
  if (expected !== undefined && expected !== ident) {
    refuse(`It says that it is ${quoteName(ident)}, but it lies at ${quoteName(expected)}.`)
  }
}

function checkArchiveBytes({ ref, archive }: Pick<Manifest, 'ref' | 'archive'>, { archiveBytes }: IngestOptions): void {
  if (archiveBytes !== undefined && archiveBytes !== archive.sizeBytes)
    throw new AppError('archive-mismatch', { ref: identOf(ref) })
}

function ingestNew(bytes: Uint8Array, options: IngestOptions, maxArchiveElements: 2 | 3, refuse: Refuse): Ingested {
  const root = parse(bytes, refuse)
  const info = ingestInfo(fieldOf(root, 'package'), refuse)
  const ref = { name: info.name, version: info.version }
  checkIdentity(ref, options, refuse)
  const md5 = ingestArchive(fieldOf(root, 'archive'), maxArchiveElements, refuse)
  const files = ingestFiles(fieldOf(root, 'manifest'), refuse)
  const sizeBytes = files.at(-1)?.endOffset ?? 0
  const totalBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0)
  if (!Number.isSafeInteger(totalBytes)) refuse('Its files are larger than any disk.')
  checkArchiveBytes({ ref, archive: { md5, sizeBytes } }, options)
  const orbital = fieldOf(root, 'orbital')
  if (isObject(orbital)) checkArchiveSize(orbital, sizeBytes, refuse)
  const published = isObject(orbital) ? ingestPublication(orbital) : undefined
  if (info.readme !== undefined && !files.some(({ path }) => path === info.readme))
    delete (info as { readme?: string }).readme
  const manifest: Manifest = {
    ref,
    info,
    files: isObject(orbital) ? ingestMembers(orbital, files, refuse) : files,
    archive: { md5, sizeBytes },
    totalBytes,
    ...(published === undefined ? {} : { orbital: published }),
  }
  return { manifest, etag: fieldOf(root, 'etag') }
}

// 1, 2
function parse(bytes: Uint8Array, refuse: Refuse): JsonObject {
  if (bytes.length > metaCaps.maxBytes) refuse(`It is larger than ${metaCaps.maxBytes / 1024 / 1024} MiB.`)
  const wrongShape = checkJsonShape(bytes, metaCaps)
  if (wrongShape !== undefined) refuse(wrongShape)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return refuse('It is not UTF-8.')
  }
  let root: unknown
  try {
    root = JSON.parse(text)
  } catch {
    return refuse('It is not JSON.')
  }
  return isObject(root) ? root : refuse('It is not a JSON object.')
}

// 5
function ingestArchive(value: unknown, maxElements: 2 | 3, refuse: Refuse): string {
  if (!Array.isArray(value) || value.length < 2 || value.length > maxElements) {
    return refuse('Its field “archive” does not hold a name and an md5.')
  }
  const [name, md5] = value as unknown[]
  if (name !== 'archive.gz') return refuse('Its archive is not called “archive.gz”.')
  if (typeof md5 !== 'string' || !/^[0-9a-f]{32}$/i.test(md5)) return refuse('The md5 of its archive is not one.')
  return md5.toLowerCase()
}

// 6, 7
function ingestFiles(value: unknown, refuse: Refuse): ManifestFile[] {
  if (!Array.isArray(value)) return refuse('Its field “manifest” is not a list.')
  if (value.length === 0) refuse('It names no files.')
  if (value.length > metaCaps.maxFiles) refuse(`It names more than ${metaCaps.maxFiles} files.`)
  const files: ManifestFile[] = []
  let startOffset = 0
  for (const [index, entry] of value.entries()) {
    const file = ingestFile(entry, index, startOffset, refuse)
    files.push(file)
    startOffset = file.endOffset
  }
  const check = checkPathSet(files.map(({ path }) => path))
  if (!check.ok) refuse(check.reason)
  return files
}

function ingestFile(entry: unknown, index: number, startOffset: number, refuse: Refuse): ManifestFile {
  if (!isObject(entry)) return refuse(`Entry ${index} of its manifest is not an object.`)
  const parts = ingestParts(fieldOf(entry, 'path'))
  if (parts === undefined) return refuse(`Entry ${index} of its manifest has no path.`)
  const check = checkPackagePath(parts)
  if (!check.ok) return refuse(check.reason)
  const path = parts.join('/')
  const sizeBytes = fieldOf(entry, 'size')
  if (!isCount(sizeBytes)) return refuse(`The size of ${quoteName(path)} is not a number of bytes.`)
  const endOffset = fieldOf(entry, 'noffset')
  if (!isCount(endOffset)) return refuse(`The offset of ${quoteName(path)} is not a number of bytes.`)
  if (endOffset < startOffset + minMemberBytes)
    return refuse(`The offset of ${quoteName(path)} leaves no bytes for it.`)
  if (sizeBytes > (endOffset - startOffset) * maxRatio) {
    return refuse(`${quoteName(path)} is said to be larger than its part of the archive can hold.`)
  }
  const checksum = ingestChecksum(fieldOf(entry, 'checksum'))
  if (checksum === undefined) return refuse(`The checksum of ${quoteName(path)} is neither a sha256 nor an md5.`)
  return { path, sizeBytes, startOffset, endOffset, checksum }
}

/** A list of parts; metas older than 0.9 have one string with slashes. */
function ingestParts(value: unknown): string[] | undefined {
  const parts = typeof value === 'string' ? value.split('/') : value
  return Array.isArray(parts) && parts.length > 0 && parts.every((part) => typeof part === 'string') ? parts : undefined
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0)
const hexLengths: Readonly<Record<string, number>> = { sha256: 64, md5: 32 }

function ingestChecksum(value: unknown): Checksum | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined
  const [algorithm, hex] = value as unknown[]
  if (algorithm !== 'sha256' && algorithm !== 'md5') return undefined
  if (typeof hex !== 'string' || hex.length !== hexLengths[algorithm] || !/^[0-9a-f]+$/i.test(hex)) return undefined
  return { algorithm, hex: hex.toLowerCase() }
}

// 8
function checkArchiveSize(orbital: JsonObject, sizeBytes: number, refuse: Refuse): void {
  const archive = fieldOf(orbital, 'archive')
  const size = isObject(archive) ? fieldOf(archive, 'size') : undefined
  if (size !== undefined && size !== sizeBytes) refuse('Its archive’s size is not where its last file ends.')
}

function ingestPublication(orbital: JsonObject): Manifest['orbital'] {
  const text = (field: string): string => {
    const value = fieldOf(orbital, field)
    return typeof value === 'string' ? value.slice(0, 256) : ''
  }
  const publishedAt = text('publishedAt')
  const time = /^\d{4}-\d\d-\d\dT/.test(publishedAt) ? Date.parse(publishedAt) : Number.NaN
  const transaction = text('transaction')
  // Without them it says nothing of who published what.
  if (Number.isNaN(time) || transaction === '') return undefined
  return { transaction, publishedAt, publishedBy: text('publishedBy'), tool: text('tool') }
}

function ingestMembers(orbital: JsonObject, files: readonly ManifestFile[], refuse: Refuse): ManifestFile[] {
  const members = fieldOf(orbital, 'members')
  if (members === undefined) return [...files]
  if (!Array.isArray(members) || members.length > files.length) return refuse('Its list of split files is not one.')
  const split = [...files]
  let blockCount = 0
  for (const member of members as unknown[]) {
    const index = isObject(member) ? fieldOf(member, 'file') : undefined
    const file = isCount(index) ? split[index] : undefined
    if (file === undefined || file.blocks !== undefined)
      return refuse('Its list of split files names one that is not there.')
    const list = fieldOf(member as JsonObject, 'blocks')
    blockCount += Array.isArray(list) ? list.length : 0
    if (!Array.isArray(list) || list.length === 0 || blockCount > metaCaps.maxBlocks) {
      return refuse(`The blocks of ${quoteName(file.path)} are not a list.`)
    }
    split[index as number] = { ...file, blocks: ingestBlocks(file, list, refuse) }
  }
  return split
}

function ingestBlocks(file: ManifestFile, list: readonly unknown[], refuse: Refuse): Block[] {
  const refuseBlocks = () => refuse(`The blocks of ${quoteName(file.path)} do not make up the file.`)
  const blocks: Block[] = []
  let startOffset = file.startOffset
  let totalBytes = 0
  for (const entry of list) {
    const [endOffset, sizeBytes, sha256] = Array.isArray(entry) && entry.length === 3 ? entry : []
    if (!isCount(endOffset) || !isCount(sizeBytes) || typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/i.test(sha256)) {
      return refuseBlocks()
    }
    if (endOffset < startOffset + minMemberBytes || sizeBytes > (endOffset - startOffset) * maxRatio)
      return refuseBlocks()
    blocks.push({ endOffset, sizeBytes, sha256: sha256.toLowerCase() })
    startOffset = endOffset
    totalBytes += sizeBytes
  }
  return startOffset === file.endOffset && totalBytes === file.sizeBytes ? blocks : refuseBlocks()
}
