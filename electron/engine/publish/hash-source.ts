import { AppError } from '../../../shared/errors.ts'
import type { Checksum } from '../../../shared/model/package.ts'
import type { Io, OpenConnection } from '../ports.ts'
import type { ReadyArchive } from '../workers/check-archive.ts'
import type { FileToHash, HashedFile, HashJob } from '../workers/hash.ts'
import type { StartWorker } from '../workers/pool.ts'
import {
  answerCredentials,
  type CredentialsAnswer,
  type CredentialsWanted,
  credentialsOf,
} from '../workers/worker-credentials.ts'

/**
 * Checksums of files on this machine by their path in the package, taken in a worker. `onFile` is told of each as it comes.
 * `file-changed` when one is not as it was when it was planned.
 */
export async function hashFiles(
  startWorker: StartWorker,
  files: readonly FileToHash[],
  { signal, onFile }: Io & { readonly onFile?: (file: HashedFile) => void },
): Promise<Map<string, Checksum>> {
  const checksums = new Map<string, Checksum>()
  if (files.length === 0) return checksums
  const worker = startWorker<undefined, HashedFile>('hash', { kind: 'files', files } satisfies HashJob, { signal })
  worker.onMessage((file) => {
    checksums.set(file.path, file.checksum)
    onFile?.(file)
  })
  await worker.result
  return checksums
}

/** Compares what lies ready in a `.sputnik` file with its manifest, in a worker; `not-a-package-file` when a file in it is another one. */
export async function checkReadyArchive(startWorker: StartWorker, source: ReadyArchive, { signal }: Io): Promise<void> {
  await startWorker<undefined>('hash', { kind: 'archive', source } satisfies HashJob, { signal }).result
}

/** MD5 of a whole object, read in a worker. */
export async function hashObject(
  startWorker: StartWorker,
  connection: OpenConnection,
  key: string,
  io: Io,
): Promise<string> {
  const spec = await connection.spec(io)
  const job: HashJob = { kind: 'object', spec, connectionName: connection.name, key }
  const worker = startWorker<string | undefined, CredentialsWanted, CredentialsAnswer>('hash', job, io)
  worker.onMessage(({ renew }) => void answerCredentials(worker, credentialsOf(connection), { ...io, renew }))
  const md5 = await worker.result
  if (md5 === undefined) throw new AppError('internal', { what: 'hash worker gave nothing' })
  return md5
}
