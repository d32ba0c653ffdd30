import { isAppError } from '../../../shared/errors.ts'
import { compareVersions, isPrerelease } from '../../../shared/model/constraint.ts'
import type { Manifest, PackageSummary, UnreadableEntry, VersionSummary } from '../../../shared/model/package.ts'
import { ingestMeta } from '../format/ingest-meta.ts'
import type { Io, ObjectFacts, ObjectStore } from '../ports.ts'

/**
 * The packages of a store, from one listing of `models/`:
 *  1. List; every key ending in `meta.json` is a version named by its second segment, `archive.gz` beside it its archive.
 *  2. Versions under `orbital/withdrawn/` are left out, whatever else is there.
 *  3. Only metas whose ETag or size changed since the last listing are fetched, at most `parallel` at a time; vanished ones go.
 *  4. Each fetched meta passes strict ingest; what doesn't is one entry with its reason, never a failed listing.
 */
export interface CatalogEntry {
  readonly ident: string
  readonly etag: string
  readonly metaBytes: number
  readonly modifiedAt: string
  readonly archiveBytes?: number
  readonly content:
    | {
        readonly kind: 'version'
        readonly name: string
        readonly title: string
        readonly description: string
        readonly tags: readonly string[]
        readonly summary: VersionSummary
      }
    | { readonly kind: 'unreadable'; readonly problem: UnreadableEntry['problem']; readonly reason: string }
}

const parallel = 8
/** The cap of strict ingest. */
const maxMetaBytes = 64 * 1024 * 1024

interface Listed {
  meta?: ObjectFacts
  archive?: ObjectFacts
  oddKey?: string
}

export async function listPackages(
  store: ObjectStore,
  known: ReadonlyMap<string, CatalogEntry>,
  io: Io,
): Promise<ReadonlyMap<string, CatalogEntry>> {
  const [listed, withdrawn] = await Promise.all([listModels(store, io), listWithdrawn(store, io)])
  const found = new Map<string, CatalogEntry>()
  const toFetch: (readonly [string, Listed & { readonly meta: ObjectFacts }])[] = []
  for (const [ident, objects] of listed) {
    const { meta, archive } = objects
    if (meta === undefined || withdrawn.has(ident)) continue
    const before = known.get(ident)
    const isUnchanged =
      before?.etag === meta.etag && before.metaBytes === meta.sizeBytes && before.archiveBytes === archive?.sizeBytes
    if (before !== undefined && isUnchanged && !isForNow(before)) found.set(ident, before)
    else toFetch.push([ident, { ...objects, meta }])
  }
  const fetchNext = async (): Promise<void> => {
    for (let next = toFetch.pop(); next !== undefined; next = toFetch.pop()) {
      try {
        const entry = await readEntry(store, next[0], next[1], io)
        if (entry !== undefined) found.set(next[0], entry)
      } catch (error) {
        // The listing has failed: the others need not go on.
        toFetch.length = 0
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: parallel }, fetchNext))
  return found
}

const isForNow = (entry: CatalogEntry) =>
  entry.content.kind === 'unreadable' && entry.content.problem === 'unreadable-now'

async function listModels(store: ObjectStore, io: Io): Promise<Map<string, Listed>> {
  const listed = new Map<string, Listed>()
  for await (const page of store.list('models/', io)) {
    for (const object of page) {
      const [, ident = '', ...rest] = object.key.split(/[/\\]/)
      const file = rest.join('/')
      if (ident === '' || (!object.key.endsWith('meta.json') && file !== 'archive.gz')) continue
      const entry = listed.get(ident) ?? {}
      if (object.key.endsWith('archive.gz')) entry.archive = object
      else if (object.key === `models/${ident}/meta.json` || entry.meta === undefined) {
        entry.meta = object
        if (object.key === `models/${ident}/meta.json`) delete entry.oddKey
        else entry.oddKey = object.key
      }
      listed.set(ident, entry)
    }
  }
  return listed
}

async function listWithdrawn(store: ObjectStore, io: Io): Promise<ReadonlySet<string>> {
  const prefix = 'orbital/withdrawn/'
  const idents = new Set<string>()
  try {
    for await (const page of store.list(prefix, io)) {
      for (const { key } of page) if (key.endsWith('.json')) idents.add(key.slice(prefix.length, -'.json'.length))
    }
  } catch (error) {
    // A reader that may list `models/` alone still sees the packages.
    if (!isAppError(error, 'access-denied')) throw error
  }
  return idents
}

async function readEntry(
  store: ObjectStore,
  ident: string,
  objects: Listed & { readonly meta: ObjectFacts },
  io: Io,
): Promise<CatalogEntry | undefined> {
  const { meta, archive } = objects
  const facts = {
    ident,
    etag: meta.etag,
    metaBytes: meta.sizeBytes,
    modifiedAt: isoOf(meta.modifiedMs),
    ...(archive === undefined ? {} : { archiveBytes: archive.sizeBytes }),
  }
  const unreadable = (problem: UnreadableEntry['problem'], reason: string): CatalogEntry => ({
    ...facts,
    content: { kind: 'unreadable', problem, reason },
  })
  if (objects.oddKey !== undefined)
    return unreadable('inconsistent', 'Its files are named in a way that no program can install.')
  if (archive === undefined)
    return unreadable('upload-unfinished', 'Its files have not arrived yet. If this stays, publish it again.')
  try {
    const { bytes } = await store.read(meta.key, { ...io, maxBytes: maxMetaBytes })
    const manifest = ingestMeta(bytes, { key: meta.key, ident })
    if (manifest.archive.sizeBytes !== archive.sizeBytes) {
      return unreadable(
        'archive-mismatch',
        'Its description and its files do not belong together, so it can’t be installed.',
      )
    }
    return { ...facts, content: versionOf(manifest, facts.modifiedAt) }
  } catch (error) {
    if (isAppError(error, 'object-not-found')) return undefined
    if (isAppError(error, 'meta-invalid')) return unreadable('meta-invalid', error.details.reason)
    if (isAppError(error, 'package-too-large'))
      return unreadable('meta-invalid', 'Its description is larger than any real package’s.')
    if (isAppError(error, 'access-denied', 'file-unreadable'))
      return unreadable('unreadable-now', 'You may not read it.')
    if (isAppError(error, 'store-answer', 'path-not-allowed', 'disk-failed'))
      return unreadable('unreadable-now', 'Its description can’t be read where it is.')
    throw error
  }
}

function versionOf(manifest: Manifest, modifiedAt: string): CatalogEntry['content'] {
  const { info, ref } = manifest
  return {
    kind: 'version',
    name: ref.name,
    title: titleOf(manifest),
    description: info.description ?? '',
    tags: info.tags ?? [],
    summary: summaryOf(manifest, modifiedAt),
  }
}

/** Files of a folder can have times that no date has. */
const isoOf = (ms: number): string => new Date(Math.abs(ms) <= 8.64e15 ? ms : 0).toISOString()

export const titleOf = ({ info, ref }: Manifest): string =>
  info.title === undefined || info.title === '' ? ref.name : info.title

/** `modifiedAt` stands in for the time of publishing where an old tool published. */
export function summaryOf(manifest: Manifest, modifiedAt: string): VersionSummary {
  const { info, orbital, ref } = manifest
  return {
    version: ref.version,
    downloadBytes: manifest.archive.sizeBytes,
    diskBytes: manifest.totalBytes,
    fileCount: manifest.files.length,
    publishedAt: orbital?.publishedAt ?? modifiedAt,
    ...(orbital === undefined ? {} : { publishedBy: orbital.publishedBy }),
    ...(info.notes === undefined ? {} : { notes: info.notes }),
    ...(info.compatibility === undefined ? {} : { compatibility: info.compatibility }),
    ...(info.license === undefined ? {} : { license: info.license }),
    prerelease: isPrerelease(ref.version),
  }
}

/** Entries as packages with their versions, newest first, sorted by name; and what can't be read. */
export function groupPackages(entries: Iterable<CatalogEntry>): {
  readonly packages: PackageSummary[]
  readonly unreadable: UnreadableEntry[]
} {
  const byName = new Map<string, (CatalogEntry & { readonly content: { readonly kind: 'version' } })[]>()
  const unreadable: UnreadableEntry[] = []
  for (const entry of entries) {
    if (entry.content.kind === 'unreadable') {
      unreadable.push({
        ident: entry.ident,
        problem: entry.content.problem,
        reason: entry.content.reason,
        modifiedAt: entry.modifiedAt,
      })
    } else {
      const versions = byName.get(entry.content.name)
      if (versions === undefined) byName.set(entry.content.name, [entry as never])
      else versions.push(entry as never)
    }
  }
  const packages: PackageSummary[] = []
  for (const [name, versions] of byName) {
    versions.sort((a, b) => compareVersions(b.content.summary.version, a.content.summary.version))
    const newest = versions[0]?.content
    if (newest === undefined) continue
    packages.push({
      name,
      title: newest.title,
      description: newest.description,
      tags: [...newest.tags],
      versions: versions.map((each) => each.content.summary),
    })
  }
  packages.sort((a, b) => (a.name < b.name ? -1 : 1))
  unreadable.sort((a, b) => (a.ident < b.ident ? -1 : 1))
  return { packages, unreadable }
}
