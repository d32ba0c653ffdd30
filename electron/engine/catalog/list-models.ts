import { isAppError } from '../../../shared/errors.ts'
import type { Io, ObjectFacts, ObjectStore } from '../ports.ts'
import { type CatalogEntry, isForNow, isOf, type ListedVersion } from './catalog-entry.ts'

/**
 * Every version that a store lists, in its order: each key below `models/` that ends in `meta.json` is a version named by its second segment,
 * `archive.gz` beside it its archive. A version of which the listing says
 * what it said before is its entry of `known`. `keys` is how many objects were listed.
 */
export async function listModels(
  store: ObjectStore,
  known: ReadonlyMap<string, CatalogEntry>,
  io: Io,
): Promise<{ readonly versions: Map<string, ListedVersion | CatalogEntry>; readonly keys: number }> {
  const versions = new Map<string, ListedVersion | CatalogEntry>()
  const note = (listed: ListedVersion) => {
    const entry = known.get(listed.ident)
    const isKnown = entry !== undefined && isOf(entry, listed) && !isForNow(entry)
    versions.set(isKnown ? entry.ident : listed.ident, isKnown ? entry : listed)
  }
  /** Those whose meta.json has not come (yet): stores list `archive.gz` first. */
  const archives = new Map<string, number>()
  let keys = 0
  for await (const page of store.list('models/', io)) {
    keys += page.length
    for (const object of page) noteObject(object, versions, archives, note)
  }
  return { versions, keys }
}

function noteObject(
  { key, ...facts }: ObjectFacts,
  versions: ReadonlyMap<string, ListedVersion>,
  archives: Map<string, number>,
  note: (listed: ListedVersion) => void,
): void {
  const [, ident = '', ...rest] = key.split(/[/\\]/)
  if (ident === '') return
  const before = versions.get(ident)
  if (!key.endsWith('meta.json')) {
    if (rest.length !== 1 || rest[0] !== 'archive.gz') return
    if (before === undefined) archives.set(ident, facts.sizeBytes)
    else note(listedOf(before, facts.sizeBytes))
    return
  }
  const isOdd = key !== `models/${ident}/meta.json`
  // The key that programs read wins over odd ones beside it.
  if (isOdd && before !== undefined) return
  const { etag, sizeBytes: metaBytes, modifiedMs } = facts
  const archiveBytes = archives.get(ident) ?? before?.archiveBytes
  archives.delete(ident)
  note(listedOf({ ident, etag, metaBytes, modifiedMs, ...(isOdd ? { oddKey: key } : {}) }, archiveBytes))
}

const listedOf = (
  { ident, etag, metaBytes, modifiedMs, oddKey }: ListedVersion,
  archiveBytes: number | undefined,
): ListedVersion => ({
  ident,
  etag,
  metaBytes,
  modifiedMs,
  ...(archiveBytes === undefined ? {} : { archiveBytes }),
  ...(oddKey === undefined ? {} : { oddKey }),
})

/** What a store answers to those who may read `models/` and nothing else. */
export const mayNotLook = ['access-denied', 'folder-unreadable', 'file-unreadable', 'disk-denied'] as const

const withdrawnPrefix = 'orbital/withdrawn/'

/** Idents of the versions that were taken back. A reader who may list `models/` alone still sees the packages. */
export async function listWithdrawn(store: ObjectStore, io: Io): Promise<ReadonlySet<string>> {
  const idents = new Set<string>()
  try {
    for await (const page of store.list(withdrawnPrefix, io)) {
      for (const { key } of page)
        if (key.endsWith('.json')) idents.add(key.slice(withdrawnPrefix.length, -'.json'.length))
    }
  } catch (error) {
    if (!isAppError(error, ...mayNotLook)) throw error
  }
  return idents
}
