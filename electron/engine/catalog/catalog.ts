import path from 'node:path'
import { AppError, isAppError, toWire } from '../../../shared/errors.ts'
import type { Announcer } from '../../../shared/ipc/events.ts'
import type { Manifest, PackageRef, PackageSummary, UnreadableEntry } from '../../../shared/model/package.ts'
import { identOf, specOf } from '../../../shared/model/package-ref.ts'
import { ingestMeta } from '../format/ingest-meta.ts'
import type { Clock, Disk, Io, Log, ObjectHead, ObjectStore, OpenConnection } from '../ports.ts'
import { untilAborted } from '../until-aborted.ts'
import { type CatalogEntry, groupPackages, listPackages } from './list-packages.ts'

export interface CatalogPage {
  readonly connectionId: string
  readonly packages: PackageSummary[]
  readonly unreadable: UnreadableEntry[]
  readonly refreshedAt: string
}

export interface Catalog {
  /** As last refreshed, from this run or an earlier one; refreshed first when it never was. */
  list(connection: OpenConnection, io: Io & { readonly refresh?: boolean }): Promise<CatalogPage>
  /** One published version as it is now, with its archive's head. `package-not-found`, `archive-mismatch`, `meta-invalid`. */
  version(connection: OpenConnection, ref: PackageRef, io: Io): Promise<PublishedVersion>
  forget(connectionId: string): void
  /** What is known of it is old: the next listing asks the store. */
  expire(connectionId: string): void
}

export interface PublishedVersion {
  readonly manifest: Manifest
  readonly metaBytes: Uint8Array
  readonly meta: ObjectHead
  readonly archive: ObjectHead
}

interface Index {
  readonly place: string
  readonly refreshedAtMs: number
  readonly entries: ReadonlyMap<string, CatalogEntry>
}

/** What an index on disk looks like; another `format` is ignored and built anew. */
const format = 2

interface Refreshing {
  readonly index: Promise<Index>
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
  const { disk, clock, log } = deps
  const indexes = new Map<string, Index>()
  const pages = new WeakMap<Index, CatalogPage>()
  const expired = new Set<string>()
  /** By connection id. */
  const refreshing = new Map<string, Refreshing>()

  const fileOf = (id: string) => path.join(deps.folder, `${id}.json`)

  const load = (connection: OpenConnection): Index | undefined => {
    try {
      const bytes = disk.read(fileOf(connection.id))
      if (bytes === undefined) return undefined
      const stored = JSON.parse(Buffer.from(bytes).toString('utf8')) as {
        format: number
        place: string
        refreshedAtMs: number
        entries: CatalogEntry[]
      }
      if (stored.format !== format || stored.place !== connection.place) return undefined
      const entries = new Map(stored.entries.map((entry) => [entry.ident, entry]))
      const index = { place: stored.place, refreshedAtMs: stored.refreshedAtMs, entries }
      // What can't be grouped is damaged, too.
      pageOf(connection, index)
      return index
    } catch (error) {
      log.write('warn', 'catalog.cache-damaged', { connection: connection.id, ...toWire(error) })
      return undefined
    }
  }
  /** Of this very place: another bucket may have had the id before. */
  const knownOf = (connection: OpenConnection): Index | undefined => {
    const index = indexes.get(connection.id)
    return index?.place === connection.place ? index : load(connection)
  }

  const store = (connection: OpenConnection, index: Index) => {
    const stored = {
      format,
      place: index.place,
      refreshedAtMs: index.refreshedAtMs,
      entries: [...index.entries.values()],
    }
    try {
      disk.makeFolder(deps.folder)
      disk.replace(fileOf(connection.id), Buffer.from(JSON.stringify(stored)))
    } catch (error) {
      // Only a cache: the listing itself is right.
      log.write('warn', 'catalog.cache-not-written', { connection: connection.id, ...toWire(error) })
    }
  }

  const startRefresh = (connection: OpenConnection): Refreshing => {
    const { id, place } = connection
    const known = knownOf(connection)
    expired.delete(id)
    const abort = new AbortController()
    const isNewest = () => refreshing.get(id) === started
    const list = async (): Promise<Index> => {
      try {
        const entries = await listPackages(connection.store, known?.entries ?? new Map(), { signal: abort.signal })
        const index = { place, refreshedAtMs: clock.now(), entries }
        if (!isNewest()) return index
        indexes.set(id, index)
        // Unchanged, too: its age is told after a restart.
        store(connection, index)
        if (known === undefined || !sameEntries(known.entries, entries))
          deps.announcer.change({ kind: 'catalog.changed', connectionId: id })
        return index
      } catch (error) {
        if (isNewest()) expired.add(id)
        throw error
      } finally {
        if (isNewest()) refreshing.delete(id)
      }
    }
    const started: Refreshing = { index: list(), abort, waiting: 0 }
    refreshing.set(id, started)
    // Everybody who waits may have left.
    started.index.catch(() => {})
    return started
  }

  /** One listing for all who ask meanwhile. Each waits as long as they like; when all have left, it ends. */
  const refresh = async (connection: OpenConnection, { signal }: Io): Promise<Index> => {
    const running = refreshing.get(connection.id) ?? startRefresh(connection)
    running.waiting += 1
    try {
      return await untilAborted(running.index, signal)
    } finally {
      running.waiting -= 1
      if (running.waiting === 0) running.abort.abort(new AppError('cancelled', {}))
    }
  }

  const pageOf = (connection: OpenConnection, index: Index): CatalogPage => {
    const known = pages.get(index)
    if (known !== undefined) return known
    const page = {
      connectionId: connection.id,
      ...groupPackages(index.entries.values()),
      refreshedAt: new Date(index.refreshedAtMs).toISOString(),
    }
    pages.set(index, page)
    return page
  }

  return {
    async list(connection, io) {
      let index = knownOf(connection)
      if (index !== undefined) indexes.set(connection.id, index)
      if (index === undefined || io.refresh === true || expired.has(connection.id))
        index = await refresh(connection, io)
      return pageOf(connection, index)
    },
    version: (connection, ref, io) => readVersion(connection.store, connection.name, ref, io),
    expire(connectionId) {
      expired.add(connectionId)
      // A listing under way may have passed what is new.
      refreshing.delete(connectionId)
    },
    forget(connectionId) {
      indexes.delete(connectionId)
      refreshing.delete(connectionId)
      disk.removeFile(fileOf(connectionId))
    },
  }
}

const sameEntries = (a: ReadonlyMap<string, CatalogEntry>, b: ReadonlyMap<string, CatalogEntry>): boolean =>
  a.size === b.size && [...a].every(([ident, entry]) => b.get(ident) === entry)

async function readVersion(store: ObjectStore, where: string, ref: PackageRef, io: Io): Promise<PublishedVersion> {
  const ident = identOf(ref)
  const key = `models/${ident}/meta.json`
  try {
    const { bytes, ...meta } = await store.read(key, { ...io, maxBytes: 64 * 1024 * 1024 })
    const manifest = ingestMeta(bytes, { key, ident })
    const archive = await store.head(`models/${ident}/archive.gz`, io)
    if (archive.sizeBytes !== manifest.archive.sizeBytes) throw new AppError('archive-mismatch', { ref: specOf(ref) })
    return { manifest, metaBytes: bytes, meta, archive }
  } catch (error) {
    if (isAppError(error, 'object-not-found'))
      throw new AppError('package-not-found', { spec: specOf(ref), where }, error)
    throw error
  }
}
