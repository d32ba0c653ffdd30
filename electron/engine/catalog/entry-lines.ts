/**
 * Entries as lines of JSON, gzipped: the catalog object in a bucket, and the copy of a listing in the home folder (docs/formats/bucket.md).
 *
 *  1. The first line says what it is: `{"orbitalCatalog": 1, …}`.
 *  2. Every other line is one version: what the listing said of it, and what lists show of its meta.json.
 *  3. Whoever reads it trusts nothing: caps on all bytes, on each line, its nesting and its values; fatal UTF-8; `package` passes the same
 *     strict ingest as in a meta.json; name and version are the ident. A line that doesn't pass is left out. Broken gzip ends it: what came
 *     before counts.
 */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { AppError, isAppError } from '../../../shared/errors.ts'
import type { UnreadableEntry } from '../../../shared/model/package.ts'
import { identOf } from '../../../shared/model/package-ref.ts'
import { fieldOf, ingestInfo, isObject, type JsonObject } from '../format/ingest-info.ts'
import { checkJsonShape } from '../format/json-shape.ts'
import type { Io } from '../ports.ts'
import { type CatalogEntry, contentOf, type ListedVersion, type VersionFacts } from './catalog-entry.ts'

export const linesFormat = 1

export const lineCaps = {
  /** Of the gzipped whole. */
  maxBytes: 128 * 1024 * 1024,
  /** Unpacked. */
  maxTextBytes: 2 * 1024 * 1024 * 1024,
  maxLineBytes: 64 * 1024,
  maxLines: 2_000_000,
  /** Lines that don't pass: nobody's catalog has so many. */
  maxRefused: 1000,
  maxDepth: 5,
  maxValues: 1000,
} as const

// 1, 2
export async function packLines(
  header: Readonly<Record<string, unknown>>,
  entries: Iterable<CatalogEntry>,
  { turn, signal }: { readonly turn: () => Promise<void> | void; readonly signal: AbortSignal },
): Promise<Uint8Array> {
  async function* lines() {
    let text = `${JSON.stringify({ orbitalCatalog: linesFormat, ...header })}\n`
    for (const entry of entries) {
      const line = JSON.stringify(lineOf(entry))
      // Whoever reads it would stop there; what is left out is read from its meta.json.
      if (line.length * 3 <= lineCaps.maxLineBytes) text += `${line}\n`
      if (text.length < 64 * 1024) continue
      yield Buffer.from(text)
      text = ''
      await turn()
    }
    yield Buffer.from(text)
  }
  const chunks: Uint8Array[] = []
  await pipeline(
    lines,
    createGzip({ level: 3, chunkSize: 256 * 1024 }),
    async (packed: AsyncIterable<Uint8Array>) => {
      for await (const chunk of packed) chunks.push(chunk)
    },
    { signal },
  )
  return Buffer.concat(chunks)
}

function lineOf({ ident, etag, metaBytes, modifiedMs, archiveBytes, oddKey, content }: CatalogEntry): JsonObject {
  const listed = { ident, etag, size: metaBytes, modified: modifiedMs, archive: archiveBytes }
  if (content.kind === 'unreadable') return { ...listed, key: oddKey, problem: content.problem, reason: content.reason }
  const { name, title, description, tags, versions } = content.package
  const [summary] = versions
  const { version, license, compatibility, notes } = summary
  return {
    ...listed,
    package: {
      name,
      version,
      ...(title === name ? {} : { title }),
      ...(description === '' ? {} : { description }),
      ...(tags.length === 0 ? {} : { tags }),
      license,
      compatibility,
      notes,
    },
    files: summary.fileCount,
    bytes: summary.diskBytes,
    published: summary.publishedBy === undefined ? undefined : { at: summary.publishedAt, by: summary.publishedBy },
  }
}

export interface ReadLines {
  /** The first line's object; undefined when these are no such lines. */
  readonly header: JsonObject | undefined
  /** Lines that didn't pass. */
  readonly refused: number
}

/** Hands out each entry that passes. Throws what reading the bytes throws, and `cancelled`; bytes that are wrong end it quietly. */
export async function unpackLines(
  bytes: AsyncIterable<Uint8Array> | Uint8Array,
  onEntry: (entry: CatalogEntry) => void,
  options: Io & {
    readonly turn: () => Promise<void> | void
    /** Lines that say why a version can't be read: only of one's own copy, nobody else decides that. */
    readonly unreadable: boolean
  },
): Promise<ReadLines> {
  let header: JsonObject | undefined
  let refused = 0
  let count = 0
  const take = (line: Uint8Array): boolean => {
    const value = parseLine(line)
    if (count++ === 0) {
      header = value !== undefined && fieldOf(value, 'orbitalCatalog') === linesFormat ? value : undefined
      return header !== undefined
    }
    const entry = value === undefined ? undefined : entryOf(value, options.unreadable)
    if (entry === undefined) refused += 1
    else onEntry(entry)
    return count < lineCaps.maxLines && refused < lineCaps.maxRefused
  }
  const source = bytes instanceof Uint8Array ? [bytes] : bytes
  let sourceError: unknown
  async function* capped() {
    let totalBytes = 0
    try {
      for await (const chunk of source) {
        totalBytes += chunk.length
        if (totalBytes > lineCaps.maxBytes) return
        yield chunk
      }
    } catch (error) {
      sourceError = error
      throw error
    }
  }
  const gunzip = createGunzip({ chunkSize: 128 * 1024 })
  try {
    await pipeline(
      Readable.from(capped()),
      gunzip,
      (text: AsyncIterable<Uint8Array>) => cutLines(text, take, options.turn),
      { signal: options.signal },
    )
  } catch (error) {
    if (options.signal.aborted) throw new AppError('cancelled', {}, error)
    if (sourceError !== undefined) throw sourceError
    if (isAppError(error)) throw error
    // 3: not gzip, or cut off.
    refused += 1
  }
  return { header, refused }
}

/** Ends when `take` wants no more, or at a line or a whole that is too long. */
async function cutLines(
  text: AsyncIterable<Uint8Array>,
  take: (line: Uint8Array) => boolean,
  turn: () => Promise<void> | void,
): Promise<void> {
  let totalBytes = 0
  let begun: Uint8Array = new Uint8Array()
  for await (const chunk of text) {
    totalBytes += chunk.length
    const bytes = begun.length === 0 ? chunk : Buffer.concat([begun, chunk])
    let at = 0
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, at)) {
      if (end - at > lineCaps.maxLineBytes || !take(bytes.subarray(at, end))) return
      at = end + 1
      const wait = turn()
      if (wait !== undefined) await wait
    }
    begun = bytes.subarray(at)
    if (begun.length > lineCaps.maxLineBytes || totalBytes > lineCaps.maxTextBytes) return
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function parseLine(line: Uint8Array): JsonObject | undefined {
  if (checkJsonShape(line, lineCaps) !== undefined) return undefined
  try {
    const value: unknown = JSON.parse(decoder.decode(line))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const problems: readonly UnreadableEntry['problem'][] = [
  'upload-unfinished',
  'inconsistent',
  'meta-invalid',
  'archive-mismatch',
]
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const isText = (value: unknown, maxLength: number): value is string =>
  typeof value === 'string' && value.length <= maxLength

/** A line's entry; undefined when anything about it is not as it must be. */
function entryOf(line: JsonObject, takesUnreadable: boolean): CatalogEntry | undefined {
  const listed = listedOf(line)
  if (listed === undefined) return undefined
  const problem = problems.find((each) => each === fieldOf(line, 'problem'))
  if (problem !== undefined) {
    const reason = fieldOf(line, 'reason')
    const isTaken = takesUnreadable && isText(reason, 2000)
    return isTaken ? { ...listed, content: { kind: 'unreadable', problem, reason } } : undefined
  }
  const facts = listed.oddKey === undefined ? factsOf(line, listed) : undefined
  return facts === undefined ? undefined : { ...listed, content: contentOf(facts, listed.modifiedMs) }
}

function listedOf(line: JsonObject): ListedVersion | undefined {
  const [ident, etag, metaBytes, modifiedMs, archiveBytes, oddKey] = [
    'ident',
    'etag',
    'size',
    'modified',
    'archive',
    'key',
  ].map((field) => fieldOf(line, field))
  if (!isText(ident, 1024) || ident === '' || !isText(etag, 1024) || !isCount(metaBytes)) return undefined
  if (typeof modifiedMs !== 'number' || !Number.isFinite(modifiedMs)) return undefined
  if ((archiveBytes !== undefined && !isCount(archiveBytes)) || (oddKey !== undefined && !isText(oddKey, 2048)))
    return undefined
  return {
    ident,
    etag,
    metaBytes,
    modifiedMs,
    ...(archiveBytes === undefined ? {} : { archiveBytes }),
    ...(oddKey === undefined ? {} : { oddKey }),
  }
}

function factsOf(line: JsonObject, { ident, archiveBytes }: ListedVersion): VersionFacts | undefined {
  const [fileCount, totalBytes] = [fieldOf(line, 'files'), fieldOf(line, 'bytes')]
  if (archiveBytes === undefined || !isCount(fileCount) || !isCount(totalBytes)) return undefined
  const refuse = (reason: string): never => {
    throw new AppError('meta-invalid', { key: ident, reason })
  }
  try {
    const info = ingestInfo(fieldOf(line, 'package'), refuse)
    if (identOf(info) !== ident) return undefined
    const published = publishedOf(fieldOf(line, 'published'))
    return { info, archiveBytes, totalBytes, fileCount, ...(published === undefined ? {} : { published }) }
  } catch (error) {
    if (isAppError(error, 'meta-invalid')) return undefined
    throw error
  }
}

function publishedOf(value: unknown): VersionFacts['published'] {
  const [at, by] = isObject(value) ? [fieldOf(value, 'at'), fieldOf(value, 'by')] : []
  if (!isText(at, 64) || !isText(by, 256)) return undefined
  return /^\d{4}-\d\d-\d\dT/.test(at) && !Number.isNaN(Date.parse(at)) ? { at, by } : undefined
}
