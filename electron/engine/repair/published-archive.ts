import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { CallOptions } from '../../../shared/ipc/procedure.ts'
import { identOf, specOf } from '../../../shared/model/package-ref.ts'
import type { PublishedVersion } from '../catalog/read-version.ts'
import type { Disk, Io, OpenConnection } from '../ports.ts'
import { startWorker } from '../workers/pool.ts'
import type { FromReadArchive, ReadArchiveResult, ReadArchiveStart } from '../workers/read-archive.ts'
import { answerCredentials, type CredentialsAnswer, credentialsOf } from '../workers/worker-credentials.ts'

type ArchiveIo = Io & Pick<CallOptions, 'onProgress'>

/** Reads a published archive to its end: `archive-damaged` unless it is what its meta says, `archive-mismatch` when it is another's. */
export async function checkArchive(
  connection: OpenConnection,
  version: PublishedVersion,
  io: ArchiveIo,
): Promise<{ readonly sizeBytes: number; readonly md5: string }> {
  await readArchive(connection, version, undefined, io)
  return version.manifest.archive
}

/**
 * Writes a published version as a `.sputnik` file, archive and meta.json byte for byte as they are at the store: to `out`, or into it if it is a
 * folder; whole or not at all. `already-exists`, `archive-damaged`.
 */
export async function exportPublished(
  disk: Disk,
  connection: OpenConnection,
  version: PublishedVersion,
  out: string,
  io: ArchiveIo,
): Promise<{ readonly path: string; readonly sizeBytes: number; readonly md5: string }> {
  const file = exportFileOf(disk, out, identOf(version.manifest.ref))
  const { sizeBytes } = await readArchive(connection, version, file, io)
  return { path: file, sizeBytes, md5: version.manifest.archive.md5 }
}

export function exportFileOf(disk: Disk, out: string, ident: string): string {
  const isFolder = ['folder', 'symlink'].includes(disk.facts(out)?.kind ?? '')
  const file = isFolder ? path.join(out, `${ident}.sputnik`) : out
  if (disk.facts(file) !== undefined) throw new AppError('already-exists', { what: file })
  return file
}

async function readArchive(
  connection: OpenConnection,
  { manifest, archive, metaBytes }: PublishedVersion,
  out: string | undefined,
  { signal, onProgress }: ArchiveIo,
): Promise<ReadArchiveResult> {
  const totalBytes = manifest.archive.sizeBytes
  const start: ReadArchiveStart = {
    spec: await connection.spec({ signal }),
    connectionName: connection.name,
    key: archive.key,
    etag: archive.etag,
    ...manifest.archive,
    ref: specOf(manifest.ref),
    ...(out === undefined ? {} : { write: { out, metaBytes } }),
  }
  const worker = startWorker<ReadArchiveResult, FromReadArchive, CredentialsAnswer>('read-archive', start, { signal })
  let doneBytes = 0
  worker.onMessage((message) => {
    if (message.kind === 'credentials-wanted')
      return void answerCredentials(worker, credentialsOf(connection), { signal, renew: message.renew })
    doneBytes += message.bytes
    onProgress?.({ doneBytes, totalBytes })
  })
  return worker.result
}
