import path from 'node:path'
import { AppError, isAppError, toWire } from '../../../shared/errors.ts'
import type { Announcer } from '../../../shared/ipc/events.ts'
import type { Manifest, PackageRef, PackageSummary, UnreadableEntry } from '../../../shared/model/package.ts'
import { identOf, specOf } from '../../../shared/model/package-ref.ts'
import { ingestMeta } from '../format/ingest-meta.ts'
import type { Clock, Disk, Io, Log, ObjectHead, ObjectStore, OpenConnection } from '../ports.ts'
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
  readonly refreshedAtMs: number
  readonly entries: ReadonlyMap<string, CatalogEntry>
}

/** What an index on disk looks like; another `format` is ignored and built anew. */
const format = 1

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
  const refreshing = new Map<string, Promise<Index>>()

  const fileOf = (id: string) => path.join(deps.folder, `${id}.json`)

  const load = (connection: OpenConnection): Index | undefined => {
    const bytes = disk.read(fileOf(connection.id))
    if (bytes === undefined) return undefined
    try {
      const stored = JSON.parse(Buffer.from(bytes).toString('utf8')) as {
        format: number
        endpoint: string
        refreshedAtMs: number
        entries: CatalogEntry[]
      }
      if (stored.format !== format || stored.endpoint !== connection.store.endpoint) return undefined
      return {
        refreshedAtMs: stored.refreshedAtMs,
        entries: new Map(stored.entries.map((entry) => [entry.ident, entry])),
      }
    } catch {
      log.write('warn', 'catalog.cache-damaged', { connection: connection.id })
      return undefined
    }
  }

  const store = (connection: OpenConnection, index: Index) => {
    const stored = {
      format,
      endpoint: connection.store.endpoint,
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

  const refresh = (connection: OpenConnection, io: Io): Promise<Index> => {
    const running = refreshing.get(connection.id)
    if (running !== undefined) return running
    const known = indexes.get(connection.id) ?? load(connection)
    expired.delete(connection.id)
    const started = listPackages(connection.store, known?.entries ?? new Map(), io)
      .then((entries) => {
        const index = { refreshedAtMs: clock.now(), entries }
        indexes.set(connection.id, index)
        if (known === undefined || !sameEntries(known.entries, entries)) {
          store(connection, index)
          deps.announcer.change({ kind: 'catalog.changed', connectionId: connection.id })
        }
        return index
      })
      .finally(() => refreshing.delete(connection.id))
    refreshing.set(connection.id, started)
    return started
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
      let index = indexes.get(connection.id) ?? load(connection)
      if (index !== undefined) indexes.set(connection.id, index)
      if (index === undefined || io.refresh === true || expired.has(connection.id))
        index = await refresh(connection, io)
      return pageOf(connection, index)
    },
    version: (connection, ref, io) => readVersion(connection.store, connection.name, ref, io),
    expire: (connectionId) => void expired.add(connectionId),
    forget(connectionId) {
      indexes.delete(connectionId)
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
