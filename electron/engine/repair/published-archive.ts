import type { CallOptions } from '../../../shared/ipc/procedure.ts'
import { specOf } from '../../../shared/model/package-ref.ts'
import type { PublishedVersion } from '../catalog/read-version.ts'
import type { Io, OpenConnection } from '../ports.ts'
import { createSharedLimit } from '../transfers/rate-limit.ts'
import { startWorker } from '../workers/pool.ts'
import type { FromReadArchive, ReadArchiveResult, ReadArchiveStart } from '../workers/read-archive.ts'
import { answerCredentials, type CredentialsAnswer, credentialsOf } from '../workers/worker-credentials.ts'

/** Reads a published archive to its end: `archive-damaged` unless it is what its meta says, `archive-mismatch` when it is another's. */
export async function checkArchive(
  connection: OpenConnection,
  version: PublishedVersion,
  { signal, onProgress }: Io & Pick<CallOptions, 'onProgress'>,
): Promise<{ readonly sizeBytes: number; readonly md5: string }> {
  const totalBytes = version.manifest.archive.sizeBytes
  let doneBytes = 0
  await readArchive(connection, version, {
    signal,
    onKept() {},
    onBytes(bytes) {
      doneBytes += bytes
      onProgress?.({ doneBytes, totalBytes })
    },
  })
  return version.manifest.archive
}

interface ReadArchiveIo extends Io {
  readonly limit?: SharedArrayBuffer
  readonly onBytes: (bytes: number) => void
  readonly onKept: (bytes: number) => void
}

/** Reads it in a thread, and with `write` makes a `.sputnik` file of it (resume-sputnik.ts), archive and meta.json as they are at the store. */
export async function readArchive(
  connection: OpenConnection,
  { manifest, archive, metaBytes }: PublishedVersion,
  { signal, limit, onBytes, onKept }: ReadArchiveIo,
  write?: Omit<NonNullable<ReadArchiveStart['write']>, 'metaBytes'>,
): Promise<ReadArchiveResult> {
  const start: ReadArchiveStart = {
    spec: await connection.spec({ signal }),
    connectionName: connection.name,
    key: archive.key,
    etag: archive.etag,
    ...manifest.archive,
    ref: specOf(manifest.ref),
    limit: limit ?? createSharedLimit(),
    ...(write === undefined ? {} : { write: { ...write, metaBytes } }),
  }
  const worker = startWorker<ReadArchiveResult, FromReadArchive, CredentialsAnswer>('read-archive', start, { signal })
  worker.onMessage((message) => {
    if (message.kind === 'credentials-wanted')
      void answerCredentials(worker, credentialsOf(connection), { signal, renew: message.renew })
    else if (message.kind === 'kept') onKept(message.bytes)
    else onBytes(message.bytes)
  })
  return worker.result
}
