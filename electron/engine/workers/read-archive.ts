import { createHash } from 'node:crypto'
import { AppError } from '../../../shared/errors.ts'
import { writeSputnik } from '../format/sputnik-file.ts'
import { createStore } from '../object-store/create-store.ts'
import type { Disk, Io, ObjectStore, StoreSpec } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import { createByteTeller } from './byte-teller.ts'
import type { WorkerContext } from './serve.ts'
import { type CredentialsAnswer, type CredentialsWanted, createCredentialsAsker } from './worker-credentials.ts'

export interface ReadArchiveStart {
  readonly spec: StoreSpec
  readonly connectionName: string
  readonly key: string
  readonly etag: string
  readonly sizeBytes: number
  /** As the meta says, lower-case hex. */
  readonly md5: string
  /** For messages. */
  readonly ref: string
  /** Where it becomes a `.sputnik` file, with the meta as it is; absent: only read. */
  readonly write?: { readonly out: string; readonly metaBytes: Uint8Array }
}
export type FromReadArchive = { readonly kind: 'bytes'; readonly bytes: number } | CredentialsWanted
export interface ReadArchiveResult {
  /** Of the file, or of the archive where none was written. */
  readonly sizeBytes: number
}

/** The worker's function: reads a published archive once, as it is. `archive-damaged` unless its bytes have the size and md5 of its meta. */
export async function runReadArchive(
  context: WorkerContext<ReadArchiveStart, FromReadArchive, CredentialsAnswer>,
  disk: Disk,
): Promise<ReadArchiveResult> {
  const { data, signal, post } = context
  const { spec, connectionName, write, sizeBytes } = data
  const credentials = createCredentialsAsker(spec, post)
  context.onMessage(credentials.hear)
  const store = createStore(spec, {
    disk,
    clock: createSystemClock(),
    log: { write: () => {} },
    connectionName,
    credentials: credentials.ask,
  })
  const teller = createByteTeller((bytes) => post({ kind: 'bytes', bytes }))
  const chunks = readWhole(store, data, { signal, onBytes: teller.add })
  try {
    if (write !== undefined) {
      const archive = { kind: 'chunks', chunks, maxBytes: sizeBytes } as const
      return await writeSputnik(disk, write.out, { archive, metaBytes: write.metaBytes }, { signal })
    }
    for await (const _ of chunks);
    return { sizeBytes }
  } finally {
    teller.flush()
    store.close()
  }
}

async function* readWhole(
  store: ObjectStore,
  { key, etag, sizeBytes, md5, ref }: ReadArchiveStart,
  { signal, onBytes }: Io & { readonly onBytes: (bytes: number) => void },
): AsyncGenerator<Uint8Array, void, void> {
  const hash = createHash('md5')
  let readBytes = 0
  const { body, startOffset } = await store.open(key, { signal, ifMatch: etag })
  if (startOffset !== 0) throw new AppError('object-changed', { key })
  for await (const chunk of body) {
    hash.update(chunk)
    readBytes += chunk.length
    yield chunk
    onBytes(chunk.length)
  }
  if (readBytes !== sizeBytes) throw new AppError('archive-damaged', { ref, reason: 'its size is another one.' })
  if (hash.digest('hex') !== md5)
    throw new AppError('archive-damaged', { ref, reason: 'its checksum (MD5) is not the one that was published.' })
}
