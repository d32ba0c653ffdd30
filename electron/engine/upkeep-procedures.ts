import path from 'node:path'
import { isAppError } from '../../shared/errors.ts'
import type { EngineApi } from '../../shared/ipc/engine-api.ts'
import type { Announcer } from '../../shared/ipc/events.ts'
import type { CallOptions } from '../../shared/ipc/procedure.ts'
import type { FileEntry, ManifestFile, PackageRef } from '../../shared/model/package.ts'
import { requireAbsolute } from './absolute-path.ts'
import type { Catalog } from './catalog/catalog.ts'
import type { Library } from './library/library.ts'
import { listOldCache } from './library/old-cache.ts'
import type { Clock, Disk, Log, OpenConnection } from './ports.ts'
import { fileOf } from './preview/preview.ts'
import { readPackageFile } from './publish/read-source.ts'
import { unpublishVersion } from './publish/unpublish.ts'
import { exportFileOf, nameOf } from './repair/export-runner.ts'
import { checkArchive } from './repair/published-archive.ts'
import { hasDamagedMeta } from './repair/restore-meta.ts'
import type { UpkeepReports } from './repair/upkeep-reports.ts'
import type { ExportRequest, UpkeepRequest } from './repair/upkeep-request.ts'
import type { TransferQueue } from './transfers/queue-contract.ts'
import type { NewTransfer, Pace } from './transfers/transfer-runner.ts'

export interface UpkeepParts {
  readonly disk: Disk
  readonly clock: Clock
  readonly log: Log
  readonly announcer: Announcer
  readonly catalog: Catalog
  readonly queue: TransferQueue
  readonly reports: UpkeepReports
  /** `<home>/state/transfers`: journals of transfers that are of no library. */
  readonly publishJournals: string
  publisher(): string
  connection(connectionId: string | undefined): Promise<OpenConnection>
  libraryOf(id: string | undefined): Promise<Library>
  /** `busy` while it is moved. */
  writableOf(id: string | undefined): Promise<Library>
  readonly stopping: AbortSignal
}

/** The procedures that keep what is there in order: verify, repair, export, unpublish. What reads or writes much is a transfer. */
export function createUpkeepProcedures(parts: UpkeepParts): {
  readonly catalog: Pick<EngineApi['catalog'], 'checkArchive' | 'export' | 'unpublish'>
  readonly installed: Pick<EngineApi['installed'], 'info' | 'cached' | 'unreadable' | 'verify' | 'repair' | 'export'>
  readonly packageFile: EngineApi['packageFile']
  readonly transfers: Pick<EngineApi['transfers'], 'report'>
} {
  const { disk, clock, log, announcer, catalog, queue, libraryOf, writableOf } = parts
  const ioOf = ({ signal = parts.stopping, onProgress }: CallOptions = {}) =>
    onProgress === undefined ? { signal } : { signal, onProgress }
  /** Of an installed version, whose transfers lie in its library. */
  const factsOf = (library: Library, ref: PackageRef) => {
    // Of one whose meta.json was damaged nothing is known but its place.
    const { title, diskBytes } = hasDamagedMeta(library, ref) ? { title: ref.name, diskBytes: 0 } : library.get(ref)
    return { ref, title, libraryId: library.id, totalBytes: diskBytes, journalParent: library.places.journals }
  }
  /** Reading a library asks for no right to write in it: where there is none, the transfer lies in the home. */
  const startReading = (transfer: NewTransfer): { readonly transferId: string } => {
    try {
      return { transferId: queue.start(transfer) }
    } catch (error) {
      if (!isAppError(error, 'disk-denied')) throw error
      return { transferId: queue.start({ ...transfer, journalParent: parts.publishJournals }) }
    }
  }

  return {
    catalog: {
      async checkArchive({ connectionId, ref }, options) {
        const io = ioOf(options)
        const connection = await parts.connection(connectionId)
        const version = await catalog.version(connection, ref, io)
        const { sizeBytes, md5 } = await checkArchive(connection, version, io)
        return { ref, connectionId: connection.id, sizeBytes, md5 }
      },
      async export({ connectionId, ref, path: only, out, overwrite = false, ...pace }, options) {
        requireAbsolute(out)
        const file = exportFileOf(disk, out, only === undefined ? nameOf(ref) : path.basename(only), overwrite)
        const connection = await parts.connection(connectionId)
        const { manifest } = await catalog.version(connection, ref, ioOf(options))
        const totalBytes = only === undefined ? manifest.archive.sizeBytes : fileOf(manifest, only).sizeBytes
        const source = {
          kind: 'published',
          connectionId: connection.id,
          ...(only === undefined ? {} : { path: only }),
        } as const
        const transferId = queue.start({
          kind: 'export',
          ref,
          title: manifest.info.title ?? ref.name,
          connectionId: connection.id,
          file,
          totalBytes,
          journalParent: parts.publishJournals,
          request: { source, ref, file, overwrite } satisfies ExportRequest,
          pace,
        })
        return { transferId }
      },
      async unpublish({ connectionId, ref, why = '' }, options) {
        const connection = await parts.connection(connectionId)
        const withdrawal = { by: parts.publisher(), when: new Date(clock.now()).toISOString(), why }
        try {
          const { alreadyWithdrawn } = await unpublishVersion({ log }, connection, ref, withdrawal, ioOf(options))
          return { ref, connectionId: connection.id, alreadyWithdrawn }
        } finally {
          // Also half-way it is hidden by now.
          catalog.tookOut(connection.id)
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
      unreadable: async ({ libraryId }, options) => [...(await (await libraryOf(libraryId)).unreadable(ioOf(options)))],
      async verify({ libraryId, ref }) {
        const library = await writableOf(libraryId)
        const request: UpkeepRequest = { libraryId: library.id, ref }
        return startReading({ kind: 'verify', ...factsOf(library, ref), request })
      },
      async repair({ libraryId, ref, connectionId, ...pace }) {
        const library = await writableOf(libraryId)
        const request: UpkeepRequest = {
          libraryId: library.id,
          ref,
          ...(connectionId === undefined ? {} : { connectionId }),
        }
        const from = connectionId ?? library.facts(ref)?.fromConnectionId
        const transferId = queue.start({
          kind: 'repair',
          ...factsOf(library, ref),
          ...(from === undefined ? {} : { connectionId: from }),
          request,
          pace: pace satisfies Pace,
        })
        return { transferId }
      },
      async export({ libraryId, ref, out, overwrite = false }) {
        requireAbsolute(out)
        const library = await writableOf(libraryId)
        const facts = factsOf(library, ref)
        const file = exportFileOf(disk, out, nameOf(ref), overwrite)
        const source = { kind: 'installed', libraryId: library.id } as const
        const request: ExportRequest = { source, ref, file, overwrite }
        // It writes elsewhere than in its library, from where no such transfer is taken up.
        const journalParent = parts.publishJournals
        return { transferId: queue.start({ kind: 'export', ...facts, journalParent, file, request }) }
      },
    },
    transfers: { report: async ({ id }) => parts.reports.read(id) },
  }
}

const fileEntryOf = ({ path, sizeBytes, checksum }: ManifestFile): FileEntry => ({
  path,
  sizeBytes,
  checksum: `${checksum.algorithm}:${checksum.hex}`,
})
