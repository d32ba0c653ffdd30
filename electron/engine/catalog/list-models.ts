import { isAppError } from '../../../shared/errors.ts'
import type { Io, ObjectFacts, ObjectStore } from '../ports.ts'
import type { ListedVersion } from './catalog-entry.ts'

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * Every version that a store lists, in its order: each key below `models/` that ends in `meta.json` is a version named by its second segment,
 * `archive.gz` beside it its archive. `keys` is how many objects that were.
 */
export async function listModels(
  store: ObjectStore,
  io: Io,
): Promise<{ readonly versions: ReadonlyMap<string, ListedVersion>; readonly keys: number }> {
  const listed = new Map<string, Partial<Writable<ListedVersion>>>()
  let keys = 0
  for await (const page of store.list('models/', io)) {
    keys += page.length
    for (const object of page) note(listed, object)
  }
  const versions = new Map<string, ListedVersion>()
  for (const [ident, each] of listed)
    if (each.modifiedMs !== undefined) versions.set(ident, { ...(each as ListedVersion), ident })
  return { versions, keys }
}

function note(listed: Map<string, Partial<Writable<ListedVersion>>>, { key, ...facts }: ObjectFacts): void {
  const [, ident = '', ...rest] = key.split(/[/\\]/)
  const isMeta = key.endsWith('meta.json')
  if (ident === '' || (!isMeta && rest.join('/') !== 'archive.gz')) return
  let entry = listed.get(ident)
  if (entry === undefined) {
    entry = {}
    listed.set(ident, entry)
  }
  if (!isMeta) {
    entry.archiveBytes = facts.sizeBytes
    return
  }
  const isOdd = key !== `models/${ident}/meta.json`
  // The key that programs read wins over odd ones beside it.
  if (isOdd && entry.modifiedMs !== undefined) return
  entry.etag = facts.etag
  entry.metaBytes = facts.sizeBytes
  entry.modifiedMs = facts.modifiedMs
  if (isOdd) entry.oddKey = key
  else delete entry.oddKey
}

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
    if (!isAppError(error, 'access-denied')) throw error
  }
  return idents
}
