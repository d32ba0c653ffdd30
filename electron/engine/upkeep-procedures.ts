import type { EngineApi } from '../../shared/ipc/engine-api.ts'
import type { Announcer } from '../../shared/ipc/events.ts'
import type { CallOptions } from '../../shared/ipc/procedure.ts'
import type { FileEntry, ManifestFile, PackageRef } from '../../shared/model/package.ts'
import { identOf } from '../../shared/model/package-ref.ts'
import { requireAbsolute } from './absolute-path.ts'
import type { Catalog } from './catalog/catalog.ts'
import type { PublishedVersion } from './catalog/read-version.ts'
import type { Library } from './library/library.ts'
import { listOldCache } from './library/old-cache.ts'
import type { TreeReport } from './library/verify.ts'
import type { Clock, Disk, Io, Log, OpenConnection } from './ports.ts'
import { readPackageFile } from './publish/read-source.ts'
import { unpublishVersion } from './publish/unpublish.ts'
import { exportInstalled } from './repair/export-installed.ts'
import { checkArchive, exportPublished } from './repair/published-archive.ts'
import { repairVersion } from './repair/repair.ts'
import { restoreMeta } from './repair/restore-meta.ts'

export interface UpkeepParts {
  readonly disk: Disk
  readonly clock: Clock
  readonly log: Log
  readonly announcer: Announcer
  readonly catalog: Catalog
  readonly tool: string
  publisher(): string
  connection(connectionId: string | undefined): Promise<OpenConnection>
  libraryOf(id: string | undefined): Promise<Library>
  readonly stopping: AbortSignal
}

/** The procedures that keep what is there in order: verify, repair, export, unpublish. */
export function createUpkeepProcedures(parts: UpkeepParts): {
  readonly catalog: Pick<EngineApi['catalog'], 'checkArchive' | 'export' | 'unpublish'>
  readonly installed: Pick<EngineApi['installed'], 'info' | 'cached' | 'unreadable' | 'verify' | 'repair' | 'export'>
  readonly packageFile: EngineApi['packageFile']
} {
  const { disk, clock, log, announcer, catalog, libraryOf } = parts
  const ioOf = ({ signal = parts.stopping, onProgress }: CallOptions = {}) =>
    onProgress === undefined ? { signal } : { signal, onProgress }
  const published = async (
    id: string | undefined,
    ref: PackageRef,
    io: Io,
  ): Promise<{ connection: OpenConnection; version: PublishedVersion }> => {
    const connection = await parts.connection(id)
    return { connection, version: await catalog.version(connection, ref, io) }
  }
  const verify = async (library: Library, ref: PackageRef, { signal, onProgress }: CallOptions & Io) => {
    const { totalBytes } = library.manifest(ref)
    let doneBytes = 0
    const onBytes = (bytes: number) => {
      doneBytes += bytes
      onProgress?.({ doneBytes: Math.min(doneBytes, totalBytes), totalBytes })
    }
    return library.verify(ref, { signal, onBytes })
  }

  return {
    catalog: {
      async checkArchive({ connectionId, ref }, options) {
        const io = ioOf(options)
        const { connection, version } = await published(connectionId, ref, io)
        const { sizeBytes, md5 } = await checkArchive(connection, version, io)
        return { ref, connectionId: connection.id, sizeBytes, md5 }
      },
      async export({ connectionId, ref, out }, options) {
        requireAbsolute(out)
        const io = ioOf(options)
        const { connection, version } = await published(connectionId, ref, io)
        return exportPublished(disk, connection, version, out, io)
      },
      async unpublish({ connectionId, ref, why = '' }, options) {
        const connection = await parts.connection(connectionId)
        const withdrawal = { by: parts.publisher(), when: new Date(clock.now()).toISOString(), why }
        try {
          const { alreadyWithdrawn } = await unpublishVersion({ log }, connection, ref, withdrawal, ioOf(options))
          return { ref, connectionId: connection.id, alreadyWithdrawn }
        } finally {
          // Also half-way it is hidden by now.
          catalog.expire(connection.id)
          announcer.change({ kind: 'catalog.changed', connectionId: connection.id })
        }
      },
    },
    packageFile: {
      async files({ path }) {
        requireAbsolute(path)
        const { info, files } = readPackageFile(disk, path).manifest
        return { info, files: files.map(fileEntryOf) }
      },
    },
    installed: {
      info: async ({ libraryId, ref }) => (await libraryOf(libraryId)).manifest(ref).info,
      cached: async ({ libraryId }) => [...listOldCache(disk, (await libraryOf(libraryId)).places)],
      unreadable: async ({ libraryId }) => [...(await libraryOf(libraryId)).unreadable()],
      async verify({ libraryId, ref }, options) {
        const library = await libraryOf(libraryId)
        if (isUnreadable(library, ref)) return { ref, verifiedFiles: 0, damaged: ['meta.json'], missing: [], extra: [] }
        return shownReport(ref, await verify(library, ref, ioOf(options)))
      },
      async repair({ libraryId, ref, connectionId }, options) {
        const library = await libraryOf(libraryId)
        const io = ioOf(options)
        const deps = { disk, clock, connection: parts.connection, published: catalog.version }
        const restored = await restoreMeta(deps, library, ref, { ...io, connectionId })
        const report = restored ?? (await verify(library, ref, io))
        const { repaired, takenOut, ...more } = await repairVersion(deps, library, ref, report, { ...io, connectionId })
        const metas = restored === undefined ? [] : ['meta.json']
        return {
          ...shownReport(ref, { ...report, damaged: [...metas, ...report.damaged] }),
          ...more,
          repaired: [...metas, ...repaired],
          takenOut: [...takenOut],
        }
      },
      async export({ libraryId, ref, out }, options) {
        requireAbsolute(out)
        const { publisher, tool } = parts
        return exportInstalled({ disk, clock, tool, publisher }, await libraryOf(libraryId), ref, out, ioOf(options))
      },
    },
  }
}

const isUnreadable = (library: Library, ref: PackageRef): boolean =>
  library.find(ref) === undefined && library.unreadable().some((each) => identOf(each) === identOf(ref))

const shownReport = (ref: PackageRef, { verifiedFiles, damaged, missing, extra }: TreeReport) => ({
  ref,
  verifiedFiles,
  damaged: [...damaged],
  missing: [...missing],
  extra: [...extra],
})

const fileEntryOf = ({ path, sizeBytes, checksum }: ManifestFile): FileEntry => ({
  path,
  sizeBytes,
  checksum: `${checksum.algorithm}:${checksum.hex}`,
})
