import { AppError, isAppError, toWire } from '../../../shared/errors.ts'
import type { Announcer } from '../../../shared/ipc/events.ts'
import type { PackageRef, PackageSummary, UnreadableEntry } from '../../../shared/model/package.ts'
import type { Clock, Disk, Io, Log, OpenConnection } from '../ports.ts'
import { createTurns } from '../take-turns.ts'
import { untilAborted } from '../until-aborted.ts'
import { createCatalogCopies, type KeptListing } from './catalog-copy.ts'
import { isEntry } from './catalog-entry.ts'
import { createCatalogNotes } from './catalog-notes.ts'
import { writeCatalogObject } from './catalog-object.ts'
import { groupPackages } from './group-packages.ts'
import type { KeptNewest } from './kept-newest.ts'
import { isWorthWriting, type Listing, type ListOptions, listPackages, nothingListed } from './list-packages.ts'
import { type PublishedVersion, readVersion } from './read-version.ts'
import { searchPackages } from './search.ts'

export interface CatalogPage {
  readonly connectionId: string
  readonly packages: PackageSummary[]
  readonly unreadable: UnreadableEntry[]
  readonly refreshedAt: string
}

export interface Catalog {
  /**
   * As last refreshed, from this run or an earlier one; refreshed first when it never was, or what is known is said to be old (then the old one is given
   * where the store is away, and the store isn't tried again for half a minute, unless with `refresh`). The same arrays while nothing changed.
   */
  list(connection: OpenConnection, io: Io & { readonly refresh?: boolean }): Promise<CatalogPage>
  /**
   * The newest of a long list that an earlier run kept, at once: what can be shown while `list` reads all of it. Undefined where `list` is as fast, asks the
   * store first, or gives another list.
   */
  newestKept(connection: OpenConnection): KeptNewest | undefined
  /** Reads what an earlier run kept of it, so that the first to ask has it sooner. Asks no store. */
  prepare(connection: OpenConnection): Promise<void>
  /** Packages that match, best first; of a list as `list` gives it. */
  search(connection: OpenConnection, query: string, io: Io): Promise<PackageSummary[]>
  /** The same in what is kept of its list; the store is not asked. */
  searchKept(connection: OpenConnection, query: string, io: Io): Promise<PackageSummary[]>
  /** One published version as it is now, with its archive's head. `package-not-found`, `archive-mismatch`, `meta-invalid`. */
  version(connection: OpenConnection, ref: PackageRef, io: Io): Promise<PublishedVersion>
  /** Reads every meta.json again and writes the bucket's catalog object. Throws what that throws: `access-denied`. */
  rebuild(connection: OpenConnection, io: Io): Promise<{ readonly versions: number; readonly sizeBytes: number }>
  forget(connectionId: string): void
  /** What is known of it is old: the next listing asks the store. */
  expire(connectionId: string): void
  /** Something was taken out of the bucket by this process: the next listing asks the store, and other processes of this home hear of it. */
  tookOut(connectionId: string): void
  /** Another text once another process took something out. */
  noteOf(connectionId: string): string
  /** Waits for what is still being written, for `timeoutMs` at most; then it is given up. */
  close(timeoutMs: number): Promise<void>
}

/** A listing as it is known in this run. */
interface Index extends KeptListing {
  readonly place: string
  /** Absent while no listing has been complete. */
  readonly shown?: Shown
}
interface Shown {
  readonly page: CatalogPage
  /** What the page was made of. */
  readonly entries: Listing['entries']
}

type Listed = Parameters<NonNullable<ListOptions['onListed']>>[0]

interface Refreshing {
  readonly page: Promise<CatalogPage>
  readonly abort: AbortController
  waiting: number
}

export function createCatalog(deps: {
  readonly disk: Disk
  readonly clock: Clock
  readonly log: Log
  readonly announcer: Announcer
  /** `<home>/state/catalog` */
  readonly folder: string
}): Catalog {
  const { clock, log, announcer } = deps
  const copies = createCatalogCopies(deps)
  const notes = createCatalogNotes(deps)
  const indexes = new Map<string, Index>()
  const expired = new Set<string>()
  /** When a store was found to be away, by the monotonic clock. */
  const awaySinceMs = new Map<string, number>()
  /** By connection id. */
  const refreshing = new Map<string, Refreshing>()
  /** By connection and place. */
  const loading = new Map<string, Promise<Index | undefined>>()
  const closing = new AbortController()
  const writing = new Set<Promise<void>>()

  /** Of this very place: another bucket may have had the id before. */
  const knownOf = async (connection: OpenConnection, { signal }: Io): Promise<Index | undefined> => {
    const { id, place } = connection
    const index = indexes.get(id)
    if (index?.place === place) return index
    const key = `${id} ${place}`
    const running = loading.get(key) ?? load(connection).finally(() => loading.delete(key))
    loading.set(key, running)
    return untilAborted(running, signal)
  }

  /** What an earlier run kept; read once for all who ask meanwhile. */
  const load = async (connection: OpenConnection): Promise<Index | undefined> => {
    const { id, place } = connection
    const io = { signal: closing.signal }
    const kept = await copies.load(connection, io)
    if (kept === undefined) return undefined
    const { listing, refreshedAtMs } = kept
    const shown = refreshedAtMs === undefined ? undefined : await show(connection, listing, refreshedAtMs, io)
    const loaded = { ...kept, place, ...(shown === undefined ? {} : { shown }) }
    const meanwhile = indexes.get(id)
    if (meanwhile?.place === place) return meanwhile
    indexes.set(id, loaded)
    return loaded
  }

  const show = async ({ id }: OpenConnection, { entries }: Listing, atMs: number, io: Io, before?: Shown) => {
    const isSame = before !== undefined && haveSameEntries(before.entries, entries)
    const turn = createTurns(clock, io)
    const groups = isSame ? before.page : await groupPackages(entries.values(), turn)
    const page: CatalogPage = { ...groups, connectionId: id, refreshedAt: new Date(atMs).toISOString() }
    return { page, entries }
  }

  /** What came of a listing: remembered, kept in the home folder, and told to the windows where it is another. */
  const conclude = async (
    connection: OpenConnection,
    listing: Listing,
    known: Index | undefined,
    io: Io,
    isNewest = () => true,
  ): Promise<CatalogPage> => {
    const { id, place } = connection
    const refreshedAtMs = clock.now()
    const shown = await show(connection, listing, refreshedAtMs, io, known?.shown)
    if (!isNewest()) return shown.page
    const index: Index = { listing, refreshedAtMs, place, shown }
    indexes.set(id, index)
    const isOther = shown.page.packages !== known?.shown?.page.packages
    const isSame = known !== undefined && haveSameEntries(known.listing.entries, listing.entries)
    await copies.save(connection, index, { ...io, isSame, packages: shown.page.packages })
    if (isOther) announcer.change({ kind: 'catalog.changed', connectionId: id })
    return shown.page
  }

  const startRefresh = (connection: OpenConnection): Refreshing => {
    const { id } = connection
    expired.delete(id)
    awaySinceMs.delete(id)
    const abort = new AbortController()
    const io = { signal: abort.signal }
    const isNewest = () => refreshing.get(id) === started
    const list = async (): Promise<CatalogPage> => {
      let listed: Listed = new Map()
      let known: Index | undefined
      try {
        known = await knownOf(connection, io)
        const before = known?.listing ?? nothingListed
        const onListed = (versions: Listed) => {
          listed = versions
        }
        const all = await listPackages(deps, connection.store, before, { ...io, onListed })
        const isWorth = isWorthWriting(all)
        // A write that fails is tried again when as much has changed once more.
        const listing = isWorth ? { ...all, drift: 0 } : all
        const page = await conclude(connection, listing, known, io, isNewest)
        if (isWorth) writeInBackground(connection, all)
        return page
      } catch (error) {
        if (isNewest()) {
          expired.add(id)
          if (isAppError(error, ...away)) awaySinceMs.set(id, clock.monotonic())
          await keepFound(connection, known, listed)
        }
        throw error
      } finally {
        if (isNewest()) refreshing.delete(id)
      }
    }
    // Begins when it can be told whether it is still the newest.
    const started: Refreshing = { page: Promise.resolve().then(list), abort, waiting: 0 }
    refreshing.set(id, started)
    // Everybody who waits hears of its error; they may all have left.
    started.page.catch(() => {})
    return started
  }

  /** A listing that failed has read something: the next one goes on from there. */
  const keepFound = async (connection: OpenConnection, known: Index | undefined, listed: Listed) => {
    const before = known?.listing ?? nothingListed
    const entries = new Map(before.entries)
    for (const version of listed.values()) if (isEntry(version)) entries.set(version.ident, version)
    const news = [...entries].filter(([ident, entry]) => before.entries.get(ident) !== entry).length
    if (news === 0) return
    const listing = { ...before, entries, drift: before.drift + news }
    const index: Index = { ...known, place: connection.place, refreshedAtMs: known?.refreshedAtMs, listing }
    indexes.set(connection.id, index)
    await copies.save(connection, index, { signal: closing.signal, isSame: false })
  }

  /** For all who come next; nobody waits for it, and who may not write it goes without. */
  const writeInBackground = (connection: OpenConnection, { entries }: Listing) => {
    const written = writeCatalogObject(deps, connection.store, entries, { signal: closing.signal })
      .then((facts) => log.write('info', 'catalog.object-written', { connection: connection.id, ...facts }))
      .catch((error: unknown) => {
        const level = isAppError(error, 'access-denied', 'cancelled', 'disk-denied') ? 'info' : 'warn'
        log.write(level, 'catalog.object-not-written', { connection: connection.id, ...toWire(error) })
      })
      .finally(() => writing.delete(written))
    writing.add(written)
  }

  /** One listing for all who ask meanwhile. Each waits as long as they like; when all have left, it ends. */
  const refresh = async (connection: OpenConnection, { signal }: Io): Promise<CatalogPage> => {
    const running = refreshing.get(connection.id) ?? startRefresh(connection)
    running.waiting += 1
    try {
      return await untilAborted(running.page, signal)
    } finally {
      running.waiting -= 1
      if (running.waiting === 0) running.abort.abort(new AppError('cancelled', {}))
    }
  }

  const list: Catalog['list'] = async (connection, io) => {
    if (io.refresh === true) return refresh(connection, io)
    const shown = (await knownOf(connection, io))?.shown?.page
    const isAway = clock.monotonic() - (awaySinceMs.get(connection.id) ?? Number.NEGATIVE_INFINITY) < awayForMs
    if (shown !== undefined && (isAway || !expired.has(connection.id))) return shown
    try {
      return await refresh(connection, io)
    } catch (error) {
      // Without the store the last list is better than none: it says of when it is.
      if (shown === undefined || io.signal.aborted || !isAppError(error, ...away)) throw error
      return shown
    }
  }

  const expire = (connectionId: string) => {
    expired.add(connectionId)
    awaySinceMs.delete(connectionId)
    // A listing under way may have passed what is new.
    refreshing.delete(connectionId)
  }

  return {
    list,
    newestKept(connection) {
      const { id, place } = connection
      return indexes.get(id)?.place === place || expired.has(id) ? undefined : copies.newest(connection)
    },
    async prepare(connection) {
      await knownOf(connection, { signal: closing.signal })
    },
    async search(connection, query, io) {
      const { packages } = await list(connection, io)
      return searchPackages(packages, query, createTurns(clock, io))
    },
    async searchKept(connection, query, io) {
      const packages = (await knownOf(connection, io))?.shown?.page.packages ?? []
      return searchPackages(packages, query, createTurns(clock, io))
    },
    version: (connection, ref, io) => readVersion(connection.store, connection.name, ref, io),
    async rebuild(connection, io) {
      const known = await knownOf(connection, io)
      const found = await listPackages(deps, connection.store, nothingListed, { ...io, afresh: true })
      await conclude(connection, { ...found, drift: 0 }, known, io)
      return writeCatalogObject(deps, connection.store, found.entries, io)
    },
    expire,
    tookOut(connectionId) {
      notes.leave(connectionId)
      expire(connectionId)
    },
    noteOf: notes.markOf,
    forget(connectionId) {
      indexes.delete(connectionId)
      refreshing.delete(connectionId)
      copies.remove(connectionId)
      notes.remove(connectionId)
    },
    async close(timeoutMs) {
      // It only ends by time or by the abort below.
      const timeout = clock.sleep(timeoutMs, { signal: closing.signal }).catch(() => {})
      await Promise.race([Promise.all(writing), timeout])
      closing.abort(new AppError('cancelled', {}))
      await Promise.all(writing)
    },
  }
}

/** The store, or the share that it lies on, is not there now. */
const away = ['network-unreachable', 'network-interrupted', 'store-busy', 'not-a-folder'] as const
const awayForMs = 30_000

function haveSameEntries(a: Listing['entries'], b: Listing['entries']): boolean {
  if (a.size !== b.size) return false
  for (const [ident, entry] of a) if (b.get(ident) !== entry) return false
  return true
}
