import { createHash } from 'node:crypto'
import { AppError } from '../../../shared/errors.ts'
import { type ResumedSputnik, resumeSputnik } from '../format/resume-sputnik.ts'
import type { Disk, Io, ObjectStore, StoreSpec } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import { createRateLimit, type RateLimit } from '../transfers/rate-limit.ts'
import { createByteTeller } from './byte-teller.ts'
import type { WorkerContext } from './serve.ts'
import type { CredentialsAnswer, CredentialsWanted } from './worker-credentials.ts'
import { openWorkerStore } from './worker-store.ts'

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
  readonly limit: SharedArrayBuffer
  /** Where it becomes a `.sputnik` file, with the meta as it is; absent: only read. */
  readonly write?: Omit<ResumedSputnik, 'archive'>
}
export type FromReadArchive =
  | { readonly kind: 'bytes'; readonly bytes: number }
  /** So much needs not be fetched: an earlier run has written it. Rises while that is hashed. */
  | { readonly kind: 'kept'; readonly bytes: number }
  | CredentialsWanted
export interface ReadArchiveResult {
  /** Of the file, or of the archive where none was written. */
  readonly sizeBytes: number
}

/** The worker's function: reads a published archive, as it is. `archive-damaged` unless its bytes have the size and md5 of its meta. */
export async function runReadArchive(
  context: WorkerContext<ReadArchiveStart, FromReadArchive, CredentialsAnswer>,
  disk: Disk,
): Promise<ReadArchiveResult> {
  const { data, signal, post } = context
  const { write, sizeBytes, md5, ref } = data
  const clock = createSystemClock()
  const store = openWorkerStore(context, data, { disk, clock })
  const limit = createRateLimit(data.limit, clock)
  const teller = createByteTeller((bytes) => post({ kind: 'bytes', bytes }))
  const damaged = (reason: string) => new AppError('archive-damaged', { ref, reason })
  const read = (startOffset: number) => readFrom(store, data, startOffset, limit, { signal, onBytes: teller.add })
  try {
    if (write !== undefined) {
      const onKept = (bytes: number) => post({ kind: 'kept', bytes })
      const file = { ...write, archive: { sizeBytes, md5 } }
      return await resumeSputnik(disk, file, { signal, read, damaged, onKept })
    }
    const hash = createHash('md5')
    let readBytes = 0
    for await (const chunk of read(0)) {
      hash.update(chunk)
      readBytes += chunk.length
    }
    if (readBytes !== sizeBytes) throw damaged('its size is another one.')
    if (hash.digest('hex') !== md5) throw damaged('its checksum (MD5) is not the one that was published.')
    return { sizeBytes }
  } finally {
    teller.flush()
    store.close()
  }
}

/** A store that ignores ranges gives all of it: what is before is passed over. */
async function* readFrom(
  store: ObjectStore,
  { key, etag, sizeBytes }: ReadArchiveStart,
  startOffset: number,
  limit: RateLimit,
  { signal, onBytes }: Io & { readonly onBytes: (bytes: number) => void },
): AsyncGenerator<Uint8Array, void, void> {
  const range = startOffset === 0 ? {} : { range: { startOffset, endOffset: sizeBytes } }
  const found = await store.open(key, { signal, ifMatch: etag, ...range })
  if (found.startOffset > startOffset) throw new AppError('object-changed', { key })
  let passBytes = startOffset - found.startOffset
  for await (const chunk of found.body) {
    await limit.take(chunk.length, { signal })
    onBytes(chunk.length)
    const wanted = chunk.subarray(Math.min(passBytes, chunk.length))
    passBytes -= chunk.length - wanted.length
    if (wanted.length > 0) yield wanted
  }
}
