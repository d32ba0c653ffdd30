import { isPrerelease } from '../../../shared/model/constraint.ts'
import type {
  Manifest,
  PackageInfo,
  PackageSummary,
  UnreadableEntry,
  VersionSummary,
} from '../../../shared/model/package.ts'
import { shareValue } from './share-value.ts'

/** What the store's listing says of a version: as long as it says the same, what was read of its meta.json still holds. */
export interface ListedVersion {
  readonly ident: string
  /** Of meta.json, as the store gives it. */
  readonly etag: string
  readonly metaBytes: number
  /** LastModified of meta.json, ms since the epoch, by the store's clock. Compared, never measured against another clock. */
  readonly modifiedMs: number
  /** Absent while there is no archive. */
  readonly archiveBytes?: number
  /** The key of a meta.json that no program can install. */
  readonly oddKey?: string
}

export interface CatalogEntry extends ListedVersion {
  readonly content: /** The package as it is shown where this is its only version. */
    | {
        readonly kind: 'version'
        readonly package: Readonly<Omit<PackageSummary, 'versions'> & { versions: [VersionSummary] }>
      }
    | { readonly kind: 'unreadable'; readonly problem: UnreadableEntry['problem']; readonly reason: string }
}

/**
 * True when an entry is of exactly what is listed. A store that gives no ETag, or the same one for everything, is caught by size and time;
 * without any ETag nothing is known for sure.
 */
export const isOf = (entry: CatalogEntry, listed: ListedVersion): boolean =>
  entry.etag !== '' &&
  entry.etag === listed.etag &&
  entry.metaBytes === listed.metaBytes &&
  entry.modifiedMs === listed.modifiedMs &&
  entry.archiveBytes === listed.archiveBytes &&
  entry.oddKey === listed.oddKey

/** Whether a version of a listing is known by what was read of it. */
export const isEntry = (version: ListedVersion | CatalogEntry): version is CatalogEntry => 'content' in version

/** What the store would not let be read this time may be readable the next. */
export const isForNow = ({ content }: CatalogEntry): boolean =>
  content.kind === 'unreadable' && content.problem === 'unreadable-now'

/** What a list needs of a version; the whole of it is in its meta.json. */
export interface VersionFacts {
  readonly info: PackageInfo
  readonly archiveBytes: number
  readonly totalBytes: number
  readonly fileCount: number
  readonly published?: { readonly at: string; readonly by: string }
}

/** Lists hold the beginning of long texts: 100,000 packages must fit into memory. */
const maxListedText = 2000

export const factsOfManifest = ({ info, files, archive, totalBytes, orbital }: Manifest): VersionFacts => ({
  info,
  archiveBytes: archive.sizeBytes,
  totalBytes,
  fileCount: files.length,
  ...(orbital === undefined ? {} : { published: { at: orbital.publishedAt, by: orbital.publishedBy } }),
})

export function contentOf(facts: VersionFacts, modifiedMs: number): CatalogEntry['content'] {
  const { info } = facts
  return {
    kind: 'version',
    package: {
      name: info.name,
      title: info.title === undefined || info.title === '' ? info.name : info.title,
      description: beginningOf(info.description ?? ''),
      tags: shareValue(info.tags ?? []),
      versions: [summaryOf(facts, modifiedMs)],
    },
  }
}

/** `modifiedMs` stands in for the time of publishing where an old tool published. */
export function summaryOf(
  { info, archiveBytes, totalBytes, fileCount, published }: VersionFacts,
  modifiedMs: number,
): VersionSummary {
  return {
    version: info.version,
    downloadBytes: archiveBytes,
    diskBytes: totalBytes,
    fileCount,
    publishedAt: published?.at ?? isoOf(modifiedMs),
    ...(published === undefined ? {} : { publishedBy: published.by }),
    ...(info.notes === undefined ? {} : { notes: beginningOf(info.notes) }),
    ...(info.compatibility === undefined ? {} : { compatibility: shareValue(info.compatibility) }),
    ...(info.license === undefined ? {} : { license: info.license }),
    prerelease: isPrerelease(info.version),
  }
}

function beginningOf(text: string): string {
  if (text.length <= maxListedText) return text
  return `${text.slice(0, maxListedText - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}

/** Files of a folder can have times that no date has. */
export const isoOf = (ms: number): string => new Date(Math.abs(ms) <= 8.64e15 ? ms : 0).toISOString()
