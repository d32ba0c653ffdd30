import { AppError, fromWire, isAppError, toWire } from '../../../shared/errors.ts'
import type { Disk, Io, UploadedPart } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import { createLines, type Lines } from '../transfers/lines.ts'
import type { Phase } from '../transfers/transfer-runner.ts'
import type { DigestStart, FromDigest, ToDigest } from './digest.ts'
import { type PackedPart, type PackJob, type PackPorts, type PackResult, packToParts, ringBytesOf } from './pack.ts'
import { type StartWorker, startWorker } from './pool.ts'
import { createRing, type Ring } from './ring.ts'
import type { FromSend, SendNews, SendStart, SendTarget, ToSend } from './send.ts'
import type { WorkerContext } from './serve.ts'
import type { CredentialsAnswer } from './worker-credentials.ts'

/** What the worker that packs is started with. */
export interface PackStart extends PackJob, SendTarget {
  /** 5 s. */
  readonly quietMs?: number | undefined
}
export type FromPack =
  | { readonly kind: 'part'; readonly part: PackedPart }
  | { readonly kind: 'phase'; readonly phase: Phase }
  | SendNews
export type ToPack = CredentialsAnswer

/**
 * The worker's function. It reads, compresses and takes the files' checksums; one thread beside it takes the archive's md5, another sends.
 * Where a range can't be copied after all, everything starts over without copies; parts that are at the store are not sent again.
 */
export async function runPack(
  context: WorkerContext<PackStart, FromPack, ToPack>,
  disk: Disk,
  start: StartWorker = startWorker,
): Promise<PackResult> {
  const known = new Map(context.data.known.map((part) => [part.partNumber, part]))
  const onPart = (part: PackedPart) => {
    known.set(part.partNumber, part)
    context.post({ kind: 'part', part })
  }
  try {
    return await packOnce(context, context.data, disk, start, onPart)
  } catch (error) {
    if (!(error instanceof CopyFailed)) throw error
    context.post({ kind: 'log', level: 'info', event: 'publish.no-copies', fields: toWire(error.cause) as never })
    const data = { ...context.data, known: [...known.values()], copySource: undefined, copyFrom: undefined }
    return packOnce(context, data, disk, start, onPart)
  }
}

/** Never leaves this file. */
class CopyFailed extends Error {}

async function packOnce(
  { signal, throwIfStopped, post, onMessage }: WorkerContext<PackStart, FromPack, ToPack>,
  data: PackStart,
  disk: Disk,
  start: StartWorker,
  onPart: (part: PackedPart) => void,
): Promise<PackResult> {
  const ring = createRing(ringBytesOf(data))
  const digest = startDigest(start, ring, { signal })
  const { copySource, spec, connectionName, key, uploadId, limit, quietMs } = data
  const lines = createLines({ clock: createSystemClock(), quietMs, tell: (phase) => post({ kind: 'phase', phase }) })
  const sender = startSender(
    start,
    {
      ring: ring.shared,
      spec,
      connectionName,
      key,
      uploadId,
      limit,
      copyFrom: copySource === undefined ? undefined : { key: copySource.key, etag: copySource.etag },
    },
    post,
    lines,
    { signal },
  )
  onMessage(sender.give)
  try {
    return await packToParts(
      data,
      { disk, ring, throwIfStopped, hashTo: digest.hashTo, hashBlock: sender.hashBlock, send: sender.send, onPart },
      { signal },
    )
  } finally {
    lines.close()
    await Promise.all([digest.stop(), sender.stop()])
  }
}

function startDigest(start: StartWorker, ring: Ring, io: Io) {
  const data: DigestStart = { ring: ring.shared }
  const worker = start<never, FromDigest, ToDigest>('digest', data, { ...io, youngMebibytes: 2 })
  const waiting: { readonly resolve: (md5: string) => void; readonly reject: (error: unknown) => void }[] = []
  worker.onMessage(({ md5 }) => waiting.shift()?.resolve(md5))
  let ended: { readonly error: unknown } | undefined
  const end = (error: unknown) => {
    ended = { error }
    for (const { reject } of waiting.splice(0)) reject(error)
  }
  worker.result.then(() => end(new AppError('cancelled', {})), end)
  return {
    hashTo: (endOffset: number) =>
      new Promise<string>((resolve, reject) => {
        if (ended !== undefined) return reject(ended.error)
        waiting.push({ resolve, reject })
        worker.post({ end: endOffset })
      }),
    stop: worker.stop,
  }
}

interface Waiting {
  readonly isCopy: boolean
  readonly sizeBytes: number
  readonly onSent: (sentBytes: number) => void
  readonly resolve: (part: UploadedPart) => void
  readonly reject: (error: unknown) => void
}

/** What it hears of each part is told to `lines` from here: a system call that hangs keeps the thread that sends from telling anything. */
function startSender(start: StartWorker, data: SendStart, post: (news: SendNews) => void, lines: Lines, io: Io) {
  const worker = start<void, FromSend, ToSend>('send', data, { ...io, youngMebibytes: 4 })
  const waiting = new Map<number, Waiting>()
  const hashes = new Map<number, Pick<Waiting, 'reject'> & { readonly resolve: (sha256: string) => void }>()
  const take = (partNumber: number) => {
    const found = waiting.get(partNumber)
    waiting.delete(partNumber)
    lines.end(partNumber)
    return found
  }
  worker.onMessage((message) => {
    if (message.kind === 'done') take(message.part.partNumber)?.resolve(message.part)
    else if (message.kind === 'hashed') {
      hashes.get(message.start)?.resolve(message.sha256)
      hashes.delete(message.start)
    } else if (message.kind === 'on-its-way') {
      const { partNumber, sentBytes } = message
      const part = waiting.get(partNumber)
      // A folder's disk has it all, and writes.
      if (data.spec.kind === 'folder' && sentBytes === part?.sizeBytes) lines.held(partNumber)
      else lines.moved(partNumber)
      part?.onSent(sentBytes)
    } else if (message.kind === 'held') lines.held(message.partNumber)
    else if (message.kind === 'retry') lines.reconnecting(message.partNumber, message)
    else if (message.kind === 'failed') {
      const found = take(message.partNumber)
      const error = fromWire(message.error)
      const isFinal = isAppError(
        error,
        'cancelled',
        'upload-not-found',
        'sign-in-expired',
        'sign-in-missing',
        'sign-in-failed',
      )
      found?.reject(found.isCopy && !isFinal ? new CopyFailed('', { cause: error }) : error)
    } else post(message)
  })
  let ended: { readonly error: unknown } | undefined
  const end = (error: unknown) => {
    ended = { error }
    for (const { reject } of [...waiting.values(), ...hashes.values()]) reject(error)
    waiting.clear()
    hashes.clear()
  }
  worker.result.then(() => end(new AppError('cancelled', {})), end)
  const send: PackPorts['send'] = (order, { signal, onSent }) =>
    new Promise<UploadedPart>((resolve, reject) => {
      if (ended !== undefined) return reject(ended.error)
      // What is on its way then is ended by stopping the worker.
      const stop = () => take(order.partNumber)?.reject(signal.reason)
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          signal.removeEventListener('abort', stop)
          settle(value)
        }
      waiting.set(order.partNumber, {
        isCopy: order.kind === 'copy',
        sizeBytes: order.end - order.start,
        onSent,
        resolve: settled(resolve),
        reject: settled(reject),
      })
      signal.addEventListener('abort', stop, { once: true })
      lines.begin(order.partNumber, { isSilent: order.kind === 'copy' })
      worker.post({ kind: 'order', order })
    })
  const hashBlock: PackPorts['hashBlock'] = (start, sizeBytes) =>
    new Promise<string>((resolve, reject) => {
      if (ended !== undefined) return reject(ended.error)
      hashes.set(start, { resolve, reject })
      worker.post({ kind: 'hash', start, sizeBytes })
    })
  return { send, hashBlock, stop: worker.stop, give: (message: ToPack) => worker.post(message) }
}
