import { isAppError } from '../../../shared/errors.ts'
import type { Io, ObjectFacts, ObjectStore } from '../ports.ts'
import type { ListedVersion } from './catalog-entry.ts'

type Noted = { -readonly [K in keyof ListedVersion]: ListedVersion[K] }

/**
 * Every version that a store lists, in its order: each key below `models/` that ends in `meta.json` is a version named by its second segment,
 * `archive.gz` beside it its archive. `keys` is how many objects that were.
 */
export async function listModels(
  store: ObjectStore,
  io: Io,
): Promise<{ readonly versions: ReadonlyMap<string, ListedVersion>; readonly keys: number }> {
  const versions = new Map<string, Noted>()
  /** Those whose meta.json has not come (yet): stores list `archive.gz` first. */
  const archives = new Map<string, number>()
  let keys = 0
  for await (const page of store.list('models/', io)) {
    keys += page.length
    for (const object of page) note(versions, archives, object)
  }
  return { versions, keys }
}

function note(versions: Map<string, Noted>, archives: Map<string, number>, { key, ...facts }: ObjectFacts): void {
  const [, ident = '', ...rest] = key.split(/[/\\]/)
  if (ident === '') return
  const entry = versions.get(ident)
  if (!key.endsWith('meta.json')) {
    if (rest.length !== 1 || rest[0] !== 'archive.gz') return
    if (entry === undefined) archives.set(ident, facts.sizeBytes)
    else entry.archiveBytes = facts.sizeBytes
    return
  }
  const isOdd = key !== `models/${ident}/meta.json`
  // The key that programs read wins over odd ones beside it.
  if (isOdd && entry !== undefined) return
  const archiveBytes = archives.get(ident) ?? entry?.archiveBytes
  archives.delete(ident)
  versions.set(ident, {
    ident,
    etag: facts.etag,
    metaBytes: facts.sizeBytes,
    modifiedMs: facts.modifiedMs,
    ...(archiveBytes === undefined ? {} : { archiveBytes }),
    ...(isOdd ? { oddKey: key } : {}),
  })
}

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
