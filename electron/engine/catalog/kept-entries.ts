/**
 * The entries of a listing as they are kept in the home folder (docs/formats/home.md). What this very format wrote and nobody changed is taken
 * as it is: that is several times as fast as the ingest that entries of a bucket go through.
 *
 *  1. The first 32 bytes are the sha256 of the rest. A file that differs is damaged, and a list is read anew.
 *  2. The rest are lines of JSON, gzipped. The first is `{orbitalList, place}`; whoever changes what an entry is counts `orbitalList` up.
 *  3. Every other line is `{values, entries}`: entries as they are in memory, but that `tags` and `compatibility`, which many share, are
 *     numbers of values, counted over all lines.
 */
import { createHash } from 'node:crypto'
import type { PackageSummary, VersionSummary } from '../../../shared/model/package.ts'
import type { Io } from '../ports.ts'
import type { CatalogEntry } from './catalog-entry.ts'
import { gzipPieces, pieceLength, readGzipLines } from './gzip-lines.ts'
import { shareValue } from './share-value.ts'

const listFormat = 1

export const keptCaps = {
  maxBytes: 256 * 1024 * 1024,
  // What was written here is as long as it has to be.
  maxTextBytes: Number.POSITIVE_INFINITY,
  maxLineBytes: Number.POSITIVE_INFINITY,
} as const

type Turned = Io & { readonly turn: () => Promise<void> | void }

type KeptVersion = Omit<VersionSummary, 'compatibility'> & { compatibility?: number | VersionSummary['compatibility'] }
type KeptPackage = Omit<PackageSummary, 'tags' | 'versions'> & {
  tags: number | PackageSummary['tags']
  versions: [KeptVersion]
}
type KeptEntry = Omit<CatalogEntry, 'content'> & {
  readonly content:
    | { readonly kind: 'version'; readonly package: KeptPackage }
    | Exclude<CatalogEntry['content'], { readonly kind: 'version' }>
}
interface KeptLine {
  readonly values: readonly object[]
  readonly entries: readonly KeptEntry[]
}

export async function packKept(
  place: string,
  entries: Iterable<CatalogEntry>,
  { turn, signal }: Turned,
): Promise<Uint8Array> {
  const numbers = new Map<object, number>()
  let values: object[] = []
  const numberOf = (value: object): number => {
    const known = numbers.get(value)
    if (known !== undefined) return known
    values.push(value)
    numbers.set(value, numbers.size)
    return numbers.size - 1
  }
  const kept = (entry: CatalogEntry): KeptEntry => {
    const { content, ...listed } = entry
    if (content.kind === 'unreadable') return { ...listed, content }
    const [version] = content.package.versions
    const { compatibility } = version
    const keptVersion = {
      ...version,
      ...(compatibility === undefined ? {} : { compatibility: numberOf(compatibility) }),
    }
    const tags = numberOf(content.package.tags)
    return { ...listed, content: { kind: 'version', package: { ...content.package, tags, versions: [keptVersion] } } }
  }
  async function* lines() {
    let line: string[] = []
    let length = 0
    const end = () => {
      const text = `{"values":${JSON.stringify(values)},"entries":[${line.join(',')}]}\n`
      line = []
      values = []
      length = 0
      return Buffer.from(text)
    }
    yield Buffer.from(`${JSON.stringify({ orbitalList: listFormat, place })}\n`)
    for (const entry of entries) {
      const text = JSON.stringify(kept(entry))
      line.push(text)
      length += text.length
      if (length < pieceLength) continue
      yield end()
      await turn()
    }
    yield end()
  }
  const packed = await gzipPieces(lines(), { signal })
  return Buffer.concat([sha256(packed), packed])
}

/** Undefined when it is damaged, or of another format. Throws `cancelled`. */
export async function unpackKept(
  bytes: Uint8Array,
  io: Turned,
): Promise<{ readonly place: string; readonly entries: Map<string, CatalogEntry> } | undefined> {
  // 1
  const packed = bytes.subarray(32)
  if (!sha256(packed).equals(bytes.subarray(0, 32))) return undefined
  let place: string | undefined
  const entries = new Map<string, CatalogEntry>()
  const values: object[] = []
  const take = (line: Uint8Array): boolean => {
    const value: unknown = JSON.parse(Buffer.from(line.buffer, line.byteOffset, line.length).toString())
    if (place === undefined) {
      const header = value as { readonly orbitalList?: unknown; readonly place: string }
      if (header.orbitalList === listFormat) place = header.place
      return place !== undefined
    }
    const { values: added, entries: found } = value as KeptLine
    for (const each of added) values.push(shareValue(each))
    for (const each of found) entries.set(each.ident, unkept(each, values))
    return true
  }
  if (!(await readGzipLines([packed], take, { ...io, caps: keptCaps }))) return undefined
  return place === undefined ? undefined : { place, entries }
}

/** The same object, as it was in memory. */
function unkept(entry: KeptEntry, values: readonly object[]): CatalogEntry {
  if (entry.content.kind === 'version') {
    const [version] = entry.content.package.versions
    entry.content.package.tags = values[entry.content.package.tags as number] as PackageSummary['tags']
    if (version.compatibility !== undefined)
      version.compatibility = values[version.compatibility as number] as VersionSummary['compatibility']
  }
  return entry as CatalogEntry
}

export const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()
