import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { CallOptions } from '../../../shared/ipc/procedure.ts'
import type { TrashEntry } from '../../../shared/model/installed.ts'
import type { Manifest, PackageRef } from '../../../shared/model/package.ts'
import { specOf } from '../../../shared/model/package-ref.ts'
import type { PublishedVersion } from '../catalog/read-version.ts'
import { stallMs } from '../install/install-limits.ts'
import { hasSameFiles } from '../install/same-files.ts'
import type { Library } from '../library/library.ts'
import type { TreeReport } from '../library/verify.ts'
import { withDamage } from '../library/version-facts.ts'
import type { Clock, Disk, Io, OpenConnection } from '../ports.ts'
import { stampOf } from '../stamp-of.ts'
import { createSharedLimit } from '../transfers/rate-limit.ts'
import type { Phase } from '../transfers/transfer-runner.ts'
import { startWorker } from '../workers/pool.ts'
import type { FromRepair, RepairStart } from '../workers/repair.ts'
import { answerCredentials, type CredentialsAnswer, credentialsOf } from '../workers/worker-credentials.ts'
import { findExtras } from './damage.ts'
import type { RepairedFiles } from './repair-files.ts'
import { underRepairLease } from './repair-lease.ts'

/**
 * One installed version, repaired from where it came from:
 *  1. Every file is read and hashed. All right, nothing extra → done.
 *  2. The lease of the version's repair is taken (`busy`), a folder of its own staged.
 *  3. Something is damaged or missing: the connection is opened; what is published there under this version must have the very same files.
 *  4. What is no part of the version, or stands in a file's way, goes to the trash.
 *  5. Files are made anew (repair-files.ts): fetched only as far as they are wrong, verified, each put in its place by one rename.
 *  6. It is noted as verified.
 * A failure or a kill anywhere leaves each file as it was or as it has to be.
 */
export interface RepairDeps {
  readonly disk: Disk
  readonly clock: Clock
  /** The default connection without an id. */
  connection(connectionId: string | undefined, io: Io): Promise<OpenConnection>
  published(connection: OpenConnection, ref: PackageRef, io: Io): Promise<PublishedVersion>
  /** For tests: another entry of the repair worker. */
  readonly entry?: URL
}

export interface RepairReport {
  readonly repaired: readonly string[]
  /** Of the archive, compressed. */
  readonly fetchedBytes: number
  /** What was no part of the version, now in the trash. */
  readonly takenOut: readonly string[]
  readonly trash?: TrashEntry
}

export type RepairIo = Io &
  Pick<CallOptions, 'onProgress'> & {
    readonly limit?: SharedArrayBuffer
    /** What it waits for, or that it doesn't. */
    readonly onPhase?: (phase: Phase) => void
  }

export async function repairVersion(
  deps: RepairDeps,
  library: Library,
  ref: PackageRef,
  report: TreeReport & { readonly readAtMs?: number },
  { connectionId, ...io }: RepairIo & { readonly connectionId?: string | undefined },
): Promise<RepairReport> {
  const { disk, clock } = deps
  const folder = library.pathOf(ref)
  const installed = library.manifest(ref)
  const bad = [...report.damaged, ...report.missing]
  const stamp = stampOf(disk, path.join(folder, 'meta.json'))
  // 1
  if (bad.length === 0 && report.extra.length === 0) return { repaired: [], fetchedBytes: 0, takenOut: [] }
  // 2
  return underRepairLease(disk, library, ref, async (staging) => {
    // 3
    const source =
      bad.length === 0 ? undefined : await openSource(deps, library, ref, installed, { ...io, connectionId })
    io.onPhase?.({ kind: 'transferring' })
    // 4
    const takenOut = findExtras(disk, folder, installed, report)
    const trash = library.takeOut(ref, takenOut)
    // 5
    disk.removeTree(path.dirname(staging))
    disk.makeFolder(staging)
    const done =
      source === undefined
        ? { repaired: [], fetchedBytes: 0 }
        : await fetchFiles(deps, source, { folder, staging, stamp, paths: new Set(bad) }, io)
    // 6
    const facts = library.facts(ref)
    if (facts !== undefined && stampOf(disk, path.join(folder, 'meta.json')) === stamp) {
      library.writeFacts(ref, {
        ...withDamage(facts, []),
        verifiedAt: new Date(report.readAtMs ?? clock.now()).toISOString(),
      })
    }
    return { ...done, takenOut, ...(trash === undefined ? {} : { trash }) }
  })
}

interface Source {
  readonly connection: OpenConnection
  readonly version: PublishedVersion
}

async function openSource(
  deps: RepairDeps,
  library: Library,
  ref: PackageRef,
  installed: Manifest,
  { connectionId, ...io }: Io & { readonly connectionId: string | undefined },
): Promise<Source> {
  const connection = await deps.connection(connectionId ?? library.facts(ref)?.fromConnectionId, io)
  const version = await deps.published(connection, ref, io)
  if (!hasSameFiles(installed, version.manifest))
    throw new AppError('content-differs', { ref: specOf(ref), where: connection.name })
  return { connection, version }
}

/** Files of a published version made anew below `folder`, in a worker (repair-files.ts); `stamp` is that of the meta.json there. */
export async function fetchFiles(
  deps: Pick<RepairDeps, 'entry'>,
  { connection, version }: Source,
  where: {
    readonly folder: string
    readonly staging: string
    readonly stamp: string
    readonly paths: ReadonlySet<string>
  },
  { signal, onProgress, onPhase, limit }: RepairIo,
): Promise<RepairedFiles> {
  const { manifest, archive } = version
  const { paths, ...places } = where
  const files = manifest.files.flatMap((file, index) => (paths.has(file.path) ? [index] : []))
  const totalBytes = files.reduce((sum, index) => sum + (manifest.files[index]?.sizeBytes ?? 0), 0)
  let doneBytes = 0
  const start: RepairStart = {
    ...places,
    manifest,
    files,
    archive: { key: archive.key, etag: archive.etag },
    spec: await connection.spec({ signal }),
    connectionName: connection.name,
    stallMs,
    limit: limit ?? createSharedLimit(),
  }
  const worker = startWorker<RepairedFiles, FromRepair, CredentialsAnswer>(deps.entry ?? 'repair', start, { signal })
  worker.onMessage((message) => {
    if (message.kind === 'credentials-wanted')
      return void answerCredentials(worker, credentialsOf(connection), { signal, renew: message.renew })
    if (message.kind === 'phase') return onPhase?.(message.phase)
    doneBytes += message.bytes
    onProgress?.({ doneBytes, totalBytes })
  })
  return worker.result
}
