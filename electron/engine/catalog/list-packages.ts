/**
 * The versions of a store, with as few requests as can be:
 *  1. LIST `models/`: which versions there are, and size, time and ETag of each meta.json (list-models.ts).
 *  2. LIST `orbital/withdrawn/`: those versions are left out, whatever else is there. Where a listing is long already (`manyKeys`), once an hour.
 *  3. What was known of a version holds while the listing says the same of it.
 *  4. Many others: the catalog object is read, and its entries hold where the listing says the same (catalog-object.ts).
 *  5. The rest is read from each meta.json, `parallel` at a time, through strict ingest. What doesn't pass is an entry with its reason, what
 *     vanished meanwhile none: never a failed listing (read-entry.ts). A few that the store itself can't give are read again the next time.
 *  6. `drift`: how many versions a reader without a copy would have to fetch. Where it has grown, the catalog object is worth writing, after
 *     a look at what is withdrawn.
 */
import { isAppError } from '../../../shared/errors.ts'
import type { Io, ObjectStore } from '../ports.ts'
import { createTurns } from '../take-turns.ts'
import { type CatalogEntry, isEntry, type ListedVersion } from './catalog-entry.ts'
import { type ObjectDeps, readCatalogObject } from './catalog-object.ts'
import { listModels, listWithdrawn } from './list-models.ts'
import { notReadable, readEntry } from './read-entry.ts'

export interface Listing {
  /** By ident, in the store's order. */
  readonly entries: ReadonlyMap<string, CatalogEntry>
  /** Idents that are listed and withdrawn. */
  readonly withdrawn: ReadonlySet<string>
  /** When that was looked up, ms since the epoch by this machine's clock; 0: never. */
  readonly withdrawnAtMs: number
  /** Versions that the catalog object, as last seen, doesn't have. */
  readonly drift: number
}

export const nothingListed: Listing = { entries: new Map(), withdrawn: new Set(), withdrawnAtMs: 0, drift: 0 }

export interface ListOptions extends Io {
  /** Is given what the store lists, in which entries take the place of versions as they are read: all that there is when it fails after all. */
  readonly onListed?: (versions: ReadonlyMap<string, ListedVersion | CatalogEntry>) => void
  /** Reads every meta.json, whatever is known. */
  readonly afresh?: boolean
}

const parallel = 8
/** Objects: 19 of S3's pages. */
const manyKeys = 19_000
const withdrawnForMs = 3_600_000
/** More than so many that the store can't give: it is the store that is away, not they. */
const mostNotGiven = 3
/** Fewer unknown versions than this are cheaper to read one by one. */
const readObjectAbove = 20

/** Worth a PUT: many requests, also in proportion, are saved to everybody who comes next. */
export const isWorthWriting = ({ drift, entries }: Listing): boolean => drift > Math.max(50, entries.size / 100)

export async function listPackages(
  deps: ObjectDeps,
  store: ObjectStore,
  before: Listing,
  options: ListOptions,
): Promise<Listing> {
  const { clock } = deps
  const io: Io = { signal: options.signal }
  const turn = createTurns(clock, io)
  const known = options.afresh === true ? nothingListed : before

  // 1, 2
  const size = known.entries.size
  const early = size > 0 && size * 2 < manyKeys ? listWithdrawn(store, io) : undefined
  // Its error is heard where it is waited for, if the list of packages doesn't fail before.
  early?.catch(() => {})
  const { versions, keys } = await listModels(store, known.entries, io)
  options.onListed?.(versions)
  let { withdrawn, withdrawnAtMs } = known
  const lookUpWithdrawn = async () => {
    withdrawn = await (early ?? listWithdrawn(store, io))
    withdrawnAtMs = clock.now()
  }
  const isOld = (sinceMs = clock.now() - withdrawnAtMs) => sinceMs < 0 || sinceMs > withdrawnForMs
  if (early !== undefined || keys <= manyKeys) await lookUpWithdrawn()

  // 3: by listModels
  const missing = () => {
    const found: ListedVersion[] = []
    for (const version of versions.values()) if (!isEntry(version) && !withdrawn.has(version.ident)) found.push(version)
    return found
  }
  let toRead = missing()

  // 4
  let drift = known.drift
  if (options.afresh !== true && toRead.length > readObjectAbove) {
    const others = versions.size - toRead.length
    const { ageMs } = await readCatalogObject(deps, store, versions, io)
    toRead = missing()
    drift = ageMs === undefined ? others : 0
    // Who wrote it had looked, and left out what was withdrawn: then there would be something left to read.
    if (ageMs !== undefined && size === 0 && toRead.length === 0) withdrawnAtMs = clock.now() - ageMs
  }
  if (keys > manyKeys && early === undefined && isOld()) await lookUpWithdrawn()

  // 5
  toRead = toRead.filter(({ ident }) => !withdrawn.has(ident)).reverse()
  drift += toRead.length
  let notGiven = 0
  const readNext = async (): Promise<void> => {
    for (let next = toRead.pop(); next !== undefined; next = toRead.pop()) {
      try {
        const entry = await readEntry(store, next, io)
        if (entry === undefined) continue
        versions.set(entry.ident, entry)
        await turn()
      } catch (error) {
        if (isAppError(error, 'store-busy', 'network-interrupted') && notGiven < mostNotGiven) {
          notGiven += 1
          versions.set(next.ident, notReadable(next, 'unreadable-now', 'The store can’t give it at present.'))
          continue
        }
        // The listing has failed: the others need not go on.
        toRead.length = 0
        throw error
      }
    }
  }
  const readers = await Promise.allSettled(Array.from({ length: parallel }, readNext))
  const failed = readers.find((each) => each.status === 'rejected')
  if (failed !== undefined) throw failed.reason

  // 6
  const entries = new Map<string, CatalogEntry>()
  for (const version of versions.values()) {
    // By its own ident: the listing's would keep the text of a whole key.
    if (isEntry(version)) entries.set(version.ident, version)
    await turn()
  }
  const isWorth = isWorthWriting({ drift, entries, withdrawn, withdrawnAtMs })
  if (isWorth && keys > manyKeys && clock.now() - withdrawnAtMs > 0) await lookUpWithdrawn()
  for (const ident of withdrawn) entries.delete(ident)
  const listedWithdrawn = new Set([...withdrawn].filter((ident) => versions.has(ident)))
  return { entries, withdrawn: listedWithdrawn, withdrawnAtMs, drift }
}
