import { AppError, isAppError, toWire, type WireError } from '../../../shared/errors.ts'
import { createStore } from '../object-store/create-store.ts'
import type { Clock, Disk, Io, Log, LogLevel, ObjectStore, StoreSpec, UploadedPart } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import { createRateLimit, createSharedLimit, type RateLimit } from '../transfers/rate-limit.ts'
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
  readonly limitBytesPerSecond?: number | undefined
  /** The archive that copies are made of. */
  readonly copyFrom?: { readonly key: string; readonly etag: string } | undefined
}
export interface SendStart extends SendTarget {
  readonly ring: SharedArrayBuffer
}
export type ToSend = { readonly kind: 'order'; readonly order: SendOrder } | CredentialsAnswer
/** What the engine is to hear, by way of the thread that packs. */
export type SendNews =
  | CredentialsWanted
  /** A request failed and is tried again. */
  | { readonly kind: 'retry'; readonly attempt: number; readonly nextTryAtMs: number }
  | {
      readonly kind: 'log'
      readonly level: LogLevel
      readonly event: string
      readonly fields?: Readonly<Record<string, unknown>>
    }
export type FromSend =
  | { readonly kind: 'done'; readonly part: UploadedPart }
  | { readonly kind: 'failed'; readonly partNumber: number; readonly error: WireError }
  | { readonly kind: 'on-its-way'; readonly partNumber: number; readonly sentBytes: number }
  | SendNews

const tellEveryBytes = 1024 * 1024

/** The worker's function: sends and copies parts as it is told, from the ring, until it is stopped. */
export async function runSend(context: WorkerContext<SendStart, FromSend, ToSend>, disk: Disk): Promise<void> {
  const { data, signal, post, onMessage } = context
  const clock = createSystemClock()
  const log: Log = {
    write: (level, event, fields) => post({ kind: 'log', level, event, ...(fields === undefined ? {} : { fields }) }),
  }
  const credentials = createCredentialsAsker(data.spec, post)
  const store = createStore(data.spec, {
    disk,
    clock,
    log,
    connectionName: data.connectionName,
    credentials: credentials.ask,
    onRetry: ({ attempt, nextTryAtMs }) => post({ kind: 'retry', attempt, nextTryAtMs }),
  })
  const ring = ringOver(data.ring)
  const limit =
    data.limitBytesPerSecond === undefined
      ? undefined
      : createRateLimit(createSharedLimit(), data.limitBytesPerSecond, clock)
  const running = new Set<Promise<void>>()
  const take = (order: SendOrder) => {
    const { partNumber } = order
    const work = (
      order.kind === 'send'
        ? sendPart(data, store, ring, order, limit, {
            signal,
            tell: (sentBytes) => post({ kind: 'on-its-way', partNumber, sentBytes }),
          })
        : copyPart(data, store, order, clock, { signal })
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
    else credentials.hear(message)
  })
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await Promise.all(running)
  store.close()
}

function sendPart(
  { key, uploadId }: SendTarget,
  store: ObjectStore,
  ring: Ring,
  { partNumber, start, end }: SendOrder,
  limit: RateLimit | undefined,
  { signal, tell }: Io & { readonly tell: (sentBytes: number) => void },
): Promise<UploadedPart> {
  let toldBytes = 0
  const onSent = (sentBytes: number) => {
    if (sentBytes < toldBytes + tellEveryBytes) return
    toldBytes = sentBytes
    tell(sentBytes)
  }
  const pace = limit === undefined ? {} : { pace: async (bytes: number) => limit.take(bytes, { signal }) }
  return store.uploadPart(key, uploadId, partNumber, ring.read(start, end), { signal, onSent, ...pace })
}

const mostTries = 4

/** Looks whether the samples stand in the archive that is copied from, and copies. Whatever keeps it from that is an error: the bytes can be sent instead. */
async function copyPart(
  { key, uploadId, copyFrom }: SendTarget,
  store: ObjectStore,
  order: Extract<SendOrder, { kind: 'copy' }>,
  clock: Clock,
  io: Io,
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
      await clock.sleep(250 * 2 ** attempt * (0.5 + Math.random() / 2), io)
    }
  }
}
