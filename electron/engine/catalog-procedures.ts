import { AppError, isAppError } from '../../shared/errors.ts'
import type { EngineApi } from '../../shared/ipc/engine-api.ts'
import type { CallOptions } from '../../shared/ipc/procedure.ts'
import { newestPackages } from '../../shared/model/newest.ts'
import type { FileEntry, PackageRef } from '../../shared/model/package.ts'
import type { Catalog } from './catalog/catalog.ts'
import { factsOfManifest, summaryOf } from './catalog/catalog-entry.ts'
import type { createListMemory } from './catalog/list-changes.ts'
import type { PublishedVersion } from './catalog/read-version.ts'
import { meantBy } from './catalog/resolve.ts'
import { resolvePublished } from './catalog/resolve-published.ts'
import { findUnlisted } from './catalog/unlisted-version.ts'
import type { Connections } from './connections/connections.ts'
import type { Io } from './ports.ts'
import { defaultPreviewBytes, previewPublished } from './preview/preview.ts'
import type { SettingsFile } from './settings.ts'

export interface CatalogParts {
  readonly settings: SettingsFile
  readonly connections: Connections
  readonly catalog: Catalog
  /** What windows have of the lists. */
  readonly lists: ReturnType<typeof createListMemory>
  readonly stopping: AbortSignal
}

/** The procedures that look at what is published: nothing is changed by them, but the bucket's catalog when it is rebuilt. */
export function createCatalogProcedures(
  parts: CatalogParts,
): Omit<EngineApi['catalog'], 'checkArchive' | 'export' | 'unpublish'> {
  const { settings, connections, catalog, lists } = parts
  const ioOf = (options?: CallOptions): Io => ({ signal: options?.signal ?? parts.stopping })

  const page = async (id: string | undefined, io: Io & { readonly refresh?: boolean }) => {
    const connection = await connections.open(id)
    return { connection, page: await catalog.list(connection, io) }
  }
  const published = async (id: string | undefined, ref: PackageRef, io: Io) => {
    const connection = await connections.open(id)
    return { connection, version: await catalog.version(connection, ref, io) }
  }
  const summaryOfVersion = ({ manifest, meta }: PublishedVersion) =>
    summaryOf(factsOfManifest(manifest), meta.modifiedMs)

  return {
    async list({ connectionId, refresh = false, from = 0, count, newest }, options) {
      const { page: listed } = await page(connectionId, { ...ioOf(options), refresh })
      const { packages, unreadable } = listed
      const isWhole = from === 0 && count === undefined
      // In pieces: a window, which will ask for what changes.
      if (count !== undefined) lists.remember(listed)
      return {
        ...listed,
        ...(newest !== undefined && count !== undefined && count < packages.length
          ? { newest: newestPackages(packages, newest) }
          : {}),
        packages: isWhole ? packages : packages.slice(from, count === undefined ? undefined : from + count),
        total: packages.length,
        unreadable: from === 0 ? unreadable : [],
      }
    },
    async newestKept({ connectionId }) {
      const kept = catalog.newestKept(await connections.open(connectionId))
      return { packages: [...(kept?.packages ?? [])], total: kept?.total ?? 0 }
    },
    async changes({ connectionId, since, refresh = false }, options) {
      const { page: listed } = await page(connectionId, { ...ioOf(options), refresh })
      const changes = lists.changesSince(since, listed)
      if (changes === undefined) return { kind: 'list-anew' }
      lists.remember(listed)
      const { unreadable, refreshedAt } = listed
      return { kind: 'changes', ...changes, unreadable, refreshedAt }
    },
    async rebuild({ connectionId }, options) {
      const connection = await connections.open(connectionId)
      return { connectionId: connection.id, ...(await catalog.rebuild(connection, ioOf(options))) }
    },
    search: async ({ connectionId, query }, options) =>
      catalog.search(await connections.open(connectionId), query, ioOf(options)),
    async searchKept({ query, exceptId, atMost }, options) {
      const io = ioOf(options)
      const found: Awaited<ReturnType<EngineApi['catalog']['searchKept']>> = []
      for (const { id } of connections.list()) {
        if (id === exceptId) continue
        // One that can't be opened says why where it is looked at, and hides no other.
        const connection = await connections.open(id).catch((error: unknown) => {
          if (!isAppError(error)) throw error
        })
        const packages = connection === undefined ? [] : await catalog.searchKept(connection, query, io)
        found.push(...packages.slice(0, atMost).map((each) => ({ connectionId: id, package: each })))
      }
      return found
    },
    async get({ connectionId, name }, options) {
      const { connection, page: listed } = await page(connectionId, ioOf(options))
      const found = listed.packages.find((each) => each.name === name)
      if (found === undefined) {
        const spec = { spec: name, where: connection.name }
        throw new AppError('package-not-found', { ...spec, ...meantBy(name, listed.packages) })
      }
      return { package: found }
    },
    async version({ connectionId, ref }, options) {
      const { version } = await published(connectionId, ref, ioOf(options))
      return {
        info: version.manifest.info,
        summary: summaryOfVersion(version),
        files: filesOf(version),
      }
    },
    async preview({ connectionId, ref, path, maxBytes = defaultPreviewBytes }, options) {
      const io = ioOf(options)
      const { connection, version } = await published(connectionId, ref, io)
      return previewPublished(connection.store, version, path, { ...io, maxBytes })
    },
    async resolve({ connectionId, ...wanted }, options) {
      const io = ioOf(options)
      const { connection, page: listed } = await page(connectionId, { ...io, refresh: true })
      const wishes = { ...wanted, apps: wanted.apps ?? settings.get().apps, where: connection.name }
      const read = async (ref: PackageRef) => summaryOfVersion((await published(connectionId, ref, io)).version)
      try {
        return await resolvePublished(listed.packages, wishes, read)
      } catch (error) {
        if (!isAppError(error, 'package-not-found')) throw error
        const unlisted = await findUnlisted(listed.unreadable, wanted.spec, read)
        if (unlisted !== undefined) return unlisted
        throw error
      }
    },
  }
}

const filesOf = ({ manifest }: PublishedVersion): FileEntry[] =>
  manifest.files.map(({ path, sizeBytes, checksum }) => ({
    path,
    sizeBytes,
    checksum: `${checksum.algorithm}:${checksum.hex}`,
  }))
