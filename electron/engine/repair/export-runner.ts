import path from 'node:path'
import { AppError, type ErrorCode, isAppError } from '../../../shared/errors.ts'
import type { PackageRef } from '../../../shared/model/package.ts'
import { identOf, specOf } from '../../../shared/model/package-ref.ts'
import type { PublishedVersion } from '../catalog/read-version.ts'
import { ingestMeta } from '../format/ingest-meta.ts'
import { openSputnik } from '../format/sputnik-file.ts'
import { sha256Of } from '../install/install-source.ts'
import type { Library } from '../library/library.ts'
import { hashFile, isWhole } from '../library/verify.ts'
import type { Clock, Disk, Io, OpenConnection } from '../ports.ts'
import { fileOf } from '../preview/preview.ts'
import type { Outcome, TransferRunner, TransferTask } from '../transfers/transfer-runner.ts'
import { checkVersion } from './check-version.ts'
import { packInstalled } from './pack-installed.ts'
import { readArchive } from './published-archive.ts'
import { saveFile } from './save-file.ts'
import { type ExportRequest, exportRequest, readRequest } from './upkeep-request.ts'

/**
 * A version written as a `.sputnik` file, or one file of it as it is, as a transfer. Nothing but the file that was named is there when it is done, and until then a temporary
 * one beside it, named after the transfer.
 *  1. An earlier run may have put the file in its place and been killed: the file is this transfer's → done.
 *  2. Something else stands there → `already-exists`, unless it may be written over.
 *  3. Published: meta.json and archive as they are at the store. Record `export.bound`: which ones; of others, what is written goes. The archive is
 *     read on from where the temporary file ends, hashed as a whole, and the file takes its place by one rename (resume-sputnik.ts).
 *     One file of it is fetched and verified by itself (save-file.ts).
 *  4. Installed: every file is read first (check-version.ts; `file-damaged`), then packed anew, in each run from the beginning, and compared once more
 *     as it is packed.
 * Stopped, or failed for a reason that waiting can mend, the temporary file stays; else it goes.
 */
export interface ExportRunnerDeps {
  readonly disk: Disk
  readonly clock: Clock
  readonly tool: string
  publisher(): string
  library(libraryId: string): Library
  connection(connectionId: string, io: Io): Promise<OpenConnection>
  published(connection: OpenConnection, ref: PackageRef, io: Io): Promise<PublishedVersion>
  /** For tests: smaller groups (check-version.ts). */
  readonly groupBytes?: number
}

/** What is written so far is of no use. */
const uselessAfter: readonly ErrorCode[] = [
  'already-exists',
  'archive-damaged',
  'archive-mismatch',
  'file-damaged',
  'meta-invalid',
  'object-changed',
  'object-not-found',
  'package-not-found',
]

/** The file that is meant: `out`, or one of that name in it if it is a folder. `already-exists` unless it may be written over, `path-not-found` without a folder for it. */
export function exportFileOf(disk: Disk, out: string, name: string, overwrite: boolean): string {
  const isFolder = ['folder', 'symlink'].includes(disk.facts(out)?.kind ?? '')
  const file = isFolder ? path.join(out, name) : out
  const parent = path.dirname(file)
  if (disk.facts(disk.realPath(parent))?.kind !== 'folder')
    throw new AppError('path-not-found', {
      path: parent,
      kind: 'folder',
      remedy: 'Make the folder first, or choose another.',
    })
  const standing = disk.facts(file)
  if (standing !== undefined && (!overwrite || standing.kind !== 'file'))
    throw new AppError('already-exists', { what: file })
  return file
}

/** Of the `.sputnik` of a version. */
export const nameOf = (ref: PackageRef): string => `${identOf(ref)}.sputnik`

const temporaryOf = ({ file }: ExportRequest, id: string): string => path.join(path.dirname(file), `.orbital-new-${id}`)

export function createExportRunner(deps: ExportRunnerDeps): TransferRunner {
  const { disk } = deps

  // 3
  const exportPublished = async (
    task: TransferTask,
    { ref, file, overwrite, ...request }: ExportRequest,
    connectionId: string,
  ): Promise<Outcome> => {
    const { signal, counters, limit, journal } = task
    task.enter({ kind: 'preparing' })
    const connection = await deps.connection(connectionId, { signal })
    const version = await deps.published(connection, ref, { signal })
    const { sizeBytes, md5 } = version.manifest.archive
    task.setTotal(sizeBytes)
    const temporary = temporaryOf({ ref, file, overwrite, ...request }, task.id)
    const bound = `${sha256Of(version.metaBytes)} ${version.archive.etag}`
    const last = journal.records.findLast(({ kind }) => kind === 'export.bound')
    // 1
    const isEnded = last?.bound === bound && isInPlace(disk, file, temporary)
    if (isEnded && holdsMeta(disk, file, (metaBytes) => sha256Of(metaBytes) === sha256Of(version.metaBytes))) {
      disk.removeFile(temporary)
      return { ...outcomeOf(disk, file), md5 }
    }
    // 2
    exportFileOf(disk, file, nameOf(ref), overwrite)
    if (last?.bound !== bound) {
      disk.removeFile(temporary)
      journal.append({ kind: 'export.bound', bound })
    }
    task.ensureOwned()
    task.enter({ kind: 'transferring' })
    const onKept = (bytes: number) => counters.reset({ receivedBytes: bytes, settledBytes: bytes })
    const onBytes = (bytes: number) => {
      counters.addReceived(bytes)
      counters.addSettled(bytes)
      counters.addWire(bytes)
    }
    await readArchive(connection, version, { signal, limit, onKept, onBytes }, { out: file, temporary, overwrite })
    return { ...outcomeOf(disk, file), md5 }
  }

  // 3
  const exportFile = async (
    task: TransferTask,
    request: ExportRequest,
    { connectionId, path: wanted }: { readonly connectionId: string; readonly path: string },
  ): Promise<Outcome> => {
    const { signal, counters, limit, journal } = task
    const { ref, file, overwrite } = request
    task.enter({ kind: 'preparing' })
    const connection = await deps.connection(connectionId, { signal })
    const version = await deps.published(connection, ref, { signal })
    const { sizeBytes, checksum } = fileOf(version.manifest, wanted)
    task.setTotal(sizeBytes)
    const temporary = temporaryOf(request, task.id)
    const bound = `${sha256Of(version.metaBytes)} ${version.archive.etag}`
    const last = journal.records.findLast(({ kind }) => kind === 'export.bound')
    // 1
    const isEnded = last?.bound === bound && disk.facts(file)?.sizeBytes === sizeBytes
    if (isEnded && (await hashFile(disk, file, checksum.algorithm, { signal })) === checksum.hex) {
      disk.removeTree(temporary)
      return outcomeOf(disk, file)
    }
    // 2
    exportFileOf(disk, file, path.basename(wanted), overwrite)
    if (last?.bound !== bound) {
      disk.removeTree(temporary)
      journal.append({ kind: 'export.bound', bound })
    }
    task.ensureOwned()
    task.enter({ kind: 'transferring' })
    let doneBytes = 0
    const onProgress = (done: { readonly doneBytes: number }) => {
      counters.addReceived(done.doneBytes - doneBytes)
      counters.addSettled(done.doneBytes - doneBytes)
      doneBytes = done.doneBytes
    }
    const what = { path: wanted, out: file, temporary, overwrite }
    const { fetchedBytes } = await saveFile(deps, { connection, version }, what, {
      signal,
      limit,
      onProgress,
      onPhase: task.enter,
    })
    counters.addWire(fetchedBytes)
    return outcomeOf(disk, file)
  }

  // 4
  const exportInstalled = async (
    task: TransferTask,
    { ref, file, overwrite, ...request }: ExportRequest,
    libraryId: string,
  ): Promise<Outcome> => {
    const { signal, counters, id } = task
    const temporary = temporaryOf({ ref, file, overwrite, ...request }, id)
    const library = deps.library(libraryId)
    const { totalBytes } = library.manifest(ref)
    // 1
    const isOurs = (metaBytes: Uint8Array) =>
      ingestMeta(metaBytes, { key: file, ident: identOf(ref) }).orbital?.transaction === id
    if (isInPlace(disk, file, temporary) && holdsMeta(disk, file, isOurs)) {
      disk.removeFile(temporary)
      return outcomeOf(disk, file)
    }
    // 2
    exportFileOf(disk, file, nameOf(ref), overwrite)
    task.enter({ kind: 'verifying' })
    task.setTotal(2 * totalBytes)
    const report = await checkVersion(task, library, ref, deps)
    if (!isWhole(report))
      throw new AppError('file-damaged', { ref: specOf(ref), path: [...report.damaged, ...report.missing][0] ?? '' })
    task.ensureOwned()
    task.enter({ kind: 'transferring' })
    // Of a run that was killed.
    disk.removeFile(temporary)
    const onBytes = (bytes: number) => {
      counters.addReceived(bytes)
      counters.addSettled(bytes)
    }
    const where = { out: file, temporary, overwrite, transaction: id }
    await packInstalled(deps, library, ref, where, { signal, onBytes })
    return outcomeOf(disk, file)
  }

  return {
    kind: 'export',
    async run(task) {
      const request = readRequest(exportRequest, task.request)
      const { source } = request
      try {
        return source.kind === 'published'
          ? source.path === undefined
            ? await exportPublished(task, request, source.connectionId)
            : await exportFile(task, request, { connectionId: source.connectionId, path: source.path })
          : await exportInstalled(task, request, source.libraryId)
      } catch (error) {
        if (!isAppError(error, ...uselessAfter)) throw error
        task.ensureOwned()
        disk.removeTree(temporaryOf(request, task.id))
        throw error
      }
    },
    discard: async (task) => disk.removeTree(temporaryOf(readRequest(exportRequest, task.request), task.id)),
    isPastCancel: () => false,
  }
}

const outcomeOf = (disk: Disk, file: string): Outcome => ({ path: file, sizeBytes: disk.facts(file)?.sizeBytes ?? 0 })

/** The last step gives the file its name and takes the temporary one away: killed in between, it has both. */
function isInPlace(disk: Disk, file: string, temporary: string): boolean {
  const left = disk.facts(temporary)
  return left === undefined || (left.links > 1 && left.inode === disk.facts(file)?.inode)
}

/** Whether a `.sputnik` stands there whose meta.json is the right one. */
function holdsMeta(disk: Disk, file: string, isRight: (metaBytes: Uint8Array) => boolean): boolean {
  if (disk.facts(file)?.kind !== 'file') return false
  try {
    return isRight(openSputnik(disk, file).metaBytes)
  } catch (error) {
    if (isAppError(error, 'not-a-package-file', 'file-unreadable', 'meta-invalid')) return false
    throw error
  }
}
