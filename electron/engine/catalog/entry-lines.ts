/**
 * Entries as lines of JSON, gzipped: the catalog object in a bucket (docs/formats/bucket.md).
 *
 *  1. The first line says what it is: `{"orbitalCatalog": 1, …}`.
 *  2. Every other line is one version: what the listing said of it, and what lists show of its meta.json.
 *  3. Whoever reads it trusts nothing: caps on all bytes, on each line, its nesting and its values; fatal UTF-8; `package` passes the same
 *     strict ingest as in a meta.json; name and version are the ident. A line that doesn't pass is left out. Broken gzip ends it: what came
 *     before counts.
 */
import { AppError, isAppError } from '../../../shared/errors.ts'
import { identOf } from '../../../shared/model/package-ref.ts'
import { fieldOf, ingestInfo, isObject, type JsonObject } from '../format/ingest-info.ts'
import { checkJsonShape } from '../format/json-shape.ts'
import type { Io } from '../ports.ts'
import { type CatalogEntry, contentOf, type ListedVersion, type VersionFacts } from './catalog-entry.ts'
import { gzipPieces, pieceLength, readGzipLines } from './gzip-lines.ts'

const linesFormat = 1

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

/** Of a version that can be read: nobody else decides which can't be. */
export type ReadableEntry = CatalogEntry & { readonly content: { readonly kind: 'version' } }

// 1, 2
export async function packLines(
  entries: Iterable<ReadableEntry>,
  { turn, signal }: Io & { readonly turn: () => Promise<void> | void },
): Promise<Uint8Array> {
  async function* lines() {
    let text = `${JSON.stringify({ orbitalCatalog: linesFormat })}\n`
    for (const entry of entries) {
      const line = JSON.stringify(lineOf(entry))
      // Whoever reads it would stop there; what is left out is read from its meta.json.
      if (line.length * 3 <= lineCaps.maxLineBytes) text += `${line}\n`
      if (text.length < pieceLength) continue
      yield Buffer.from(text)
      text = ''
      await turn()
    }
    yield Buffer.from(text)
  }
  return gzipPieces(lines(), { signal })
}

function lineOf({ ident, etag, metaBytes, modifiedMs, archiveBytes, content }: ReadableEntry): JsonObject {
  const { name, title, description, tags, versions } = content.package
  const [summary] = versions
  const { version, license, compatibility, notes } = summary
  return {
    ident,
    etag,
    size: metaBytes,
    modified: modifiedMs,
    archive: archiveBytes,
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
  bytes: AsyncIterable<Uint8Array>,
  onEntry: (entry: CatalogEntry) => void,
  io: Io & { readonly turn: () => Promise<void> | void },
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
    const entry = value === undefined ? undefined : entryOf(value)
    if (entry === undefined) refused += 1
    else onEntry(entry)
    return count < lineCaps.maxLines && refused < lineCaps.maxRefused
  }
  // 3
  if (!(await readGzipLines(bytes, take, { ...io, caps: lineCaps }))) refused += 1
  return { header, refused }
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

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const isText = (value: unknown, maxLength: number): value is string =>
  typeof value === 'string' && value.length <= maxLength

/** A line's entry; undefined when anything about it is not as it must be. */
function entryOf(line: JsonObject): CatalogEntry | undefined {
  const listed = listedOf(line)
  const facts = listed === undefined ? undefined : factsOf(line, listed)
  if (listed === undefined || facts === undefined) return undefined
  return { ...listed, content: contentOf(facts, listed.modifiedMs) }
}

function listedOf(line: JsonObject): ListedVersion | undefined {
  const [ident, etag, metaBytes, modifiedMs, archiveBytes] = ['ident', 'etag', 'size', 'modified', 'archive'].map(
    (field) => fieldOf(line, field),
  )
  if (!isText(ident, 1024) || ident === '' || !isText(etag, 1024) || !isCount(metaBytes)) return undefined
  if (typeof modifiedMs !== 'number' || !Number.isFinite(modifiedMs)) return undefined
  if (!isCount(archiveBytes)) return undefined
  return { ident, etag, metaBytes, modifiedMs, archiveBytes }
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
