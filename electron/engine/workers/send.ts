import { AppError, isAppError, toWire, type WireError } from '../../../shared/errors.ts'
import { createPartStore, type PartStore } from '../object-store/create-part-store.ts'
import type { Clock, Disk, Io, Log, LogLevel, OnRetry, StoreSpec, UploadedPart } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import { createRateLimit, type RateLimit } from '../transfers/rate-limit.ts'
import { hashStored } from './hash-stored.ts'
import type { SendOrder } from './pack.ts'
import { type Ring, ringOver } from './ring.ts'
import type { WorkerContext } from './serve.ts'
import { type CredentialsAnswer, type CredentialsWanted, createCredentialsAsker } from './worker-credentials.ts'

/** Where the parts of one upload go. */
export interface SendTarget {
  readonly spec: StoreSpec
  readonly connectionName: string
  readonly key: string
  readonly uploadId: string
  readonly limit: SharedArrayBuffer
  /** The archive that copies are made of. */
  readonly copyFrom?: { readonly key: string; readonly etag: string } | undefined
}
export interface SendStart extends SendTarget {
  readonly ring: SharedArrayBuffer
}
export type ToSend =
  | { readonly kind: 'order'; readonly order: SendOrder }
  /** A member of so many bytes, stored as they are, is in the ring from `start` on. */
  | { readonly kind: 'hash'; readonly start: number; readonly sizeBytes: number }
  | CredentialsAnswer
/** What the engine is to hear, by way of the thread that packs. */
export type SendNews =
  | CredentialsWanted
  | {
      readonly kind: 'log'
      readonly level: LogLevel
      readonly event: string
      readonly fields?: Readonly<Record<string, unknown>>
    }
export type FromSend =
  | { readonly kind: 'done'; readonly part: UploadedPart }
  | { readonly kind: 'failed'; readonly partNumber: number; readonly error: WireError }
  | { readonly kind: 'hashed'; readonly start: number; readonly sha256: string }
  | { readonly kind: 'on-its-way'; readonly partNumber: number; readonly sentBytes: number }
  /** The limit keeps the part back until more of it is on its way. */
  | { readonly kind: 'held'; readonly partNumber: number }
  /** A request of it failed and is tried again. */
  | { readonly kind: 'retry'; readonly partNumber: number; readonly attempt: number; readonly nextTryAtMs: number }
  | SendNews

const tellEveryBytes = 1024 * 1024
/** However slow it is: that something goes out is heard. */
const tellEveryMs = 1_000

/**
 * The worker's function, until it is stopped: sends and copies parts as it is told, from the ring. Sending leaves it time, in which it takes the
 * checksums of blocks.
 */
export async function runSend(context: WorkerContext<SendStart, FromSend, ToSend>, disk: Disk): Promise<void> {
  const { data, signal, post, onMessage } = context
  const clock = createSystemClock()
  const log: Log = {
    write: (level, event, fields) => post({ kind: 'log', level, event, ...(fields === undefined ? {} : { fields }) }),
  }
  const credentials = createCredentialsAsker(data.spec, post)
  const store = createPartStore(data.spec, {
    disk,
    clock,
    log,
    connectionName: data.connectionName,
    credentials: credentials.ask,
  })
  const ring = ringOver(data.ring)
  const limit = createRateLimit(data.limit, clock)
  const running = new Set<Promise<void>>()
  const take = (order: SendOrder) => {
    const { partNumber } = order
    const io: PartIo = {
      signal,
      clock,
      onRetry: ({ attempt, nextTryAtMs }) => post({ kind: 'retry', partNumber, attempt, nextTryAtMs }),
    }
    const work = (
      order.kind === 'send'
        ? sendPart(data, store, ring, order, limit, {
            ...io,
            tell: (sentBytes) => post({ kind: 'on-its-way', partNumber, sentBytes }),
            tellHeld: () => post({ kind: 'held', partNumber }),
          })
        : copyPart(data, store, order, io)
    )
      .then(
        (part) => post({ kind: 'done', part }),
        (error: unknown) => post({ kind: 'failed', partNumber, error: toWire(error) }),
      )
      .finally(() => running.delete(work))
    running.add(work)
  }
  onMessage((message) => {
    if (message.kind === 'order') take(message.order)
    else if (message.kind === 'hash') {
      const { start, sizeBytes } = message
      post({ kind: 'hashed', start, sha256: hashStored(ring, start, sizeBytes) })
    } else credentials.hear(message)
  })
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await Promise.all(running)
  store.close()
}

interface PartIo extends Io {
  readonly clock: Clock
  readonly onRetry: OnRetry
}

function sendPart(
  { key, uploadId }: SendTarget,
  store: PartStore,
  ring: Ring,
  { partNumber, start, end }: SendOrder,
  limit: RateLimit,
  {
    signal,
    clock,
    onRetry,
    tell,
    tellHeld,
  }: PartIo & { readonly tell: (sentBytes: number) => void; readonly tellHeld: () => void },
): Promise<UploadedPart> {
  let toldBytes = 0
  let toldMs = clock.monotonic()
  const onSent = (sentBytes: number) => {
    if (sentBytes < end - start && sentBytes < toldBytes + tellEveryBytes && clock.monotonic() - toldMs < tellEveryMs)
      return
    toldBytes = sentBytes
    toldMs = clock.monotonic()
    tell(sentBytes)
  }
  const hold = async (bytes: number) => {
    const paid = limit.take(bytes, { signal })
    if (paid === undefined) return
    tellHeld()
    await paid
    tell(toldBytes)
  }
  const pace = !limit.isSet() ? {} : { pace: hold }
  return store.uploadPart(key, uploadId, partNumber, ring.read(start, end), {
    signal,
    onSent,
    onRetry,
    startOffset: start,
    ...pace,
  })
}

const mostTries = 4

/** Looks whether the samples stand in the archive that is copied from, and copies. Whatever keeps it from that is an error: the bytes can be sent instead. */
async function copyPart(
  { key, uploadId, copyFrom }: SendTarget,
  store: PartStore,
  order: Extract<SendOrder, { kind: 'copy' }>,
  io: PartIo,
): Promise<UploadedPart> {
  const { copyPart: copy } = store
  if (copyFrom === undefined || copy === undefined) throw new AppError('internal', { what: 'nothing to copy from' })
  for (const { offset, bytes } of order.samples) {
    const range = { startOffset: offset, endOffset: offset + bytes.length }
    const { body, startOffset } = await store.open(copyFrom.key, { ...io, range, ifMatch: copyFrom.etag })
    const found: Uint8Array[] = []
    for await (const chunk of body) found.push(chunk)
    if (startOffset !== offset || !Buffer.concat(found).equals(bytes))
      throw new AppError('object-changed', { key: copyFrom.key })
  }
  const source = {
    ...copyFrom,
    startOffset: order.sourceStart,
    endOffset: order.sourceStart + order.end - order.start,
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await copy(key, uploadId, order.partNumber, source, io)
    } catch (error) {
      if (attempt === mostTries || !isAppError(error, 'store-busy', 'network-interrupted')) throw error
      await io.clock.sleep(250 * 2 ** attempt * (0.5 + Math.random() / 2), io)
    }
  }
}
