import { AppError, toAppError } from '../../../shared/errors.ts'
import type { RangeReader } from '../object-store/lean-reader.ts'
import { bodyRule, decideRetry, noteProgress, type RetryState, startRetries } from '../object-store/retry-policy.ts'
import type { Clock, Io } from '../ports.ts'

/**
 * One range of an object, from its first byte to its last, whatever the network does:
 *  1. Ask for what is still missing, with If-Match.
 *  2. The answer must begin where it was asked to. A store that ignores ranges begins at 0: `whole-object`, the caller reads it all then.
 *  3. Each chunk goes to the sink; more than was asked for is refused.
 *  4. No byte for `stallMs`, counted from the request on: the connection is dropped. A cut, a reset, a short body: the same.
 *  5. What came is kept. After a pause (longer with each failure, over when bytes come) → 1, until ten minutes went by without a byte.
 *  6. Hastened: what is missing is asked for a second time, beside the request that trickles. Only one of them is handed on: the second one from
 *     where it overtakes the first, which is dropped then; or when the first fails. A second one that fails changes nothing.
 */
export interface RangeRequest {
  readonly key: string
  readonly etag: string
  readonly startOffset: number
  readonly endOffset: number
}
export interface FetchDeps {
  readonly store: RangeReader
  readonly clock: Clock
  readonly random: () => number
  readonly stallMs: number
  readonly onState?: (state: FetchState) => void
  /** Waited for after each chunk. */
  readonly pace?: (bytes: number, io: Io) => Promise<void> | undefined
  /** Called once, with what hastens this range. */
  readonly onHastener?: (hastener: Hastener) => void
  /** Bytes that a second request brought again; waited for. */
  readonly onPassedOver?: (bytes: number, io: Io) => Promise<void> | undefined
}
export interface Hastener {
  /** Nothing happens where no request is under way, or two are. */
  hasten(): void
  /** Two requests are under way. */
  isRacing(): boolean
}
/** What a connection is doing. Times are ms since the epoch. */
export type FetchState =
  | { readonly kind: 'waiting'; readonly sinceMs: number }
  | { readonly kind: 'moving' }
  | { readonly kind: 'reconnecting'; readonly attempt: number; readonly nextTryAtMs: number }
export type ChunkSink = (chunk: Uint8Array) => Promise<void> | undefined

export async function fetchRange(
  deps: FetchDeps,
  request: RangeRequest,
  sink: ChunkSink,
  io: Io,
): Promise<'complete' | 'whole-object'> {
  const { store, clock, onState } = deps
  const { key, endOffset, etag } = request
  let offset = request.startOffset
  let retries = startRetries(clock.monotonic())
  const open = async (attempt: Attempt): Promise<Line | undefined> => {
    const startOffset = offset
    const range = { startOffset, endOffset }
    const answer = await attempt.run(store.open(key, { range, ifMatch: etag, signal: attempt.signal, once: true }))
    if (answer.startOffset !== startOffset) return undefined
    return { attempt, startOffset, at: startOffset, chunks: attempt.guard(answer.body) }
  }
  const race = createRace(deps, { open, offset: () => offset }, io)
  deps.onHastener?.(race)
  let line: Line | undefined
  try {
    for (;;) {
      const attempt = line?.attempt ?? createAttempt(deps, io)
      race.begin(attempt)
      let failure: AppError
      let isHandingOn = false
      try {
        if (line === undefined) onState?.({ kind: 'waiting', sinceMs: clock.now() })
        // 1
        line ??= await open(attempt)
        // 2
        if (line === undefined) return 'whole-object'
        // 3
        for await (const chunk of line.chunks) {
          const passedOver = Math.min(offset - line.at, chunk.length)
          line.at += chunk.length
          if (passedOver > 0) await deps.onPassedOver?.(passedOver, io)
          const fresh = chunk.subarray(passedOver)
          const wanted = fresh.subarray(0, endOffset - offset)
          offset += wanted.length
          retries = noteProgress(clock.monotonic())
          isHandingOn = true
          await sink(wanted)
          if (deps.pace !== undefined) await deps.pace(wanted.length, io)
          isHandingOn = false
          if (wanted.length < fresh.length) {
            // From the object's start on, the whole object begins like the range.
            if (line.startOffset === 0) return 'complete'
            throw wrongLength(store)
          }
          if (race.isOvertaken()) break
        }
        if (offset === endOffset) return 'complete'
        throw new AppError('network-interrupted', { endpoint: store.endpoint, reason: 'short-body' })
      } catch (error) {
        failure = attempt.interpret(error)
      } finally {
        attempt.end()
      }
      // 6
      line = isHandingOn ? undefined : await race.takeOver(failure)
      // 4, 5
      if (line === undefined) retries = await pauseBeforeRetry(deps, retries, failure, io)
    }
  } finally {
    race.end()
  }
}

/** An answer under way. */
interface Line {
  readonly attempt: Attempt
  readonly startOffset: number
  /** Of its next chunk. */
  at: number
  readonly chunks: AsyncIterable<Uint8Array>
}

interface Race extends Hastener {
  begin(first: Attempt): void
  /** The second request has brought what the first had not. */
  isOvertaken(): boolean
  /** The second request in place of the first, which has ended: as soon as it brings something new. Undefined where it won't. */
  takeOver(failure: AppError): Promise<Line | undefined>
  end(): void
}

/** A second request beside the first, which alone is handed on meanwhile. */
function createRace(
  deps: FetchDeps,
  { open, offset }: { open(attempt: Attempt): Promise<Line | undefined>; offset(): number },
  io: Io,
): Race {
  const { store, stallMs } = deps
  let first: Attempt | undefined
  let second: { readonly attempt: Attempt; readonly line: Promise<Line | undefined> } | undefined
  let isOvertaken = false

  const untilAhead = async (attempt: Attempt): Promise<Line | undefined> => {
    const line = await open(attempt)
    if (line === undefined) return undefined
    const chunks = line.chunks[Symbol.asyncIterator]()
    for (;;) {
      const { done, value } = await chunks.next()
      if (done === true) return undefined
      if (line.at + value.length > offset()) return { ...line, chunks: startingWith(value, chunks) }
      line.at += value.length
      await deps.onPassedOver?.(value.length, io)
    }
  }
  const start = async (attempt: Attempt): Promise<Line | undefined> => {
    // However it fails, the first request goes on, and tells what is wrong if that is wrong for it, too.
    const line = await untilAhead(attempt).catch(() => undefined)
    if (second?.attempt !== attempt) return undefined
    if (line === undefined) {
      attempt.end()
      second = undefined
    } else {
      isOvertaken = true
      first?.drop()
    }
    return line
  }
  return {
    hasten() {
      if (first === undefined || second !== undefined) return
      // What it does is no state of the range.
      const attempt = createAttempt({ store, stallMs }, io)
      second = { attempt, line: start(attempt) }
    },
    isRacing: () => second !== undefined,
    begin(attempt) {
      first = attempt
    },
    isOvertaken: () => isOvertaken,
    async takeOver(failure) {
      first = undefined
      const isLost = failure.retry === 'transient' || failure.code === 'cancelled'
      if (second === undefined || !isLost || io.signal.aborted) return undefined
      const line = await second.line
      second = undefined
      isOvertaken = false
      return line
    },
    end() {
      second?.attempt.end()
      second = undefined
      first = undefined
    },
  }
}

async function* startingWith(chunk: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield chunk
    for (;;) {
      const { done, value } = await rest.next()
      if (done === true) return
      yield value
    }
  } finally {
    await rest.return?.()
  }
}

/** Waits as long as the failure asks for; throws it when it is not to be tried again. */
async function pauseBeforeRetry(
  { clock, random, onState }: FetchDeps,
  retries: RetryState,
  failure: AppError,
  io: Io,
): Promise<RetryState> {
  if (io.signal.aborted) throw toAppError(io.signal.reason ?? failure)
  const decision = decideRetry(bodyRule, retries, failure, clock.monotonic(), random())
  if (decision.kind === 'give-up') throw failure
  const nextTryAtMs = clock.now() + decision.delayMs
  onState?.({ kind: 'reconnecting', attempt: decision.state.failures, nextTryAtMs })
  await clock.sleep(decision.delayMs, io)
  return decision.state
}

const wrongLength = (store: RangeReader) =>
  new AppError('store-answer', { endpoint: store.endpoint, status: 206, what: 'more bytes than were asked for' })

interface Attempt extends Io {
  run<T>(work: Promise<T>): Promise<T>
  guard(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>
  /** An abort by the timer is a stall, not a cancel. */
  interpret(error: unknown): AppError
  /** Nothing of it is wanted any more; `end` follows. */
  drop(): void
  /** Also closes a body that was not read to its end. */
  end(): void
}

/** One try: aborts by itself when nothing comes for too long; the sink's own time doesn't count. */
function createAttempt(deps: Pick<FetchDeps, 'store' | 'stallMs' | 'onState'>, { signal }: Io): Attempt {
  const controller = new AbortController()
  let isStalled = false
  const stop = () => controller.abort(signal.reason)
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  let isWaiting = false
  const timer = setTimeout(() => {
    if (!isWaiting) return
    isStalled = true
    controller.abort(stalled(deps.store))
  }, deps.stallMs)
  const run = async <T>(work: Promise<T>): Promise<T> => {
    isWaiting = true
    timer.refresh()
    try {
      return await work
    } finally {
      isWaiting = false
    }
  }
  return {
    signal: controller.signal,
    run,
    async *guard(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      const chunks = body[Symbol.asyncIterator]()
      let isFirst = true
      try {
        for (;;) {
          const { done, value } = await run(chunks.next())
          if (done === true) return
          if (isFirst) deps.onState?.({ kind: 'moving' })
          isFirst = false
          yield value
        }
      } finally {
        await chunks.return?.()
      }
    },
    interpret: (error: unknown): AppError => (isStalled ? stalled(deps.store) : toAppError(error)),
    drop: () => controller.abort(new AppError('cancelled', {})),
    end() {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      controller.abort(new AppError('cancelled', {}))
    },
  }
}

const stalled = (store: RangeReader) =>
  new AppError('network-interrupted', { endpoint: store.endpoint, reason: 'stalled' })

/** A piece of the object that is wanted, in order, when it can only be read from its start. */
export interface WantedPart {
  readonly startOffset: number
  readonly endOffset: number
  open(): { push(chunk: Uint8Array): Promise<void>; finish(): Promise<void>; abandon(): void }
}

/**
 * The wanted parts (rising, apart) out of one stream of the whole object. A cut begins again from the object's start, without the parts that
 * are finished; each finished part is progress.
 */
export async function fetchWhole(
  deps: FetchDeps,
  request: { readonly key: string; readonly etag: string },
  parts: readonly WantedPart[],
  io: Io & { readonly onChunk?: (bytes: number) => void },
): Promise<void> {
  const { store, clock, onState } = deps
  const left = [...parts]
  let retries = startRetries(clock.monotonic())
  while (left.length > 0) {
    const attempt = createAttempt(deps, io)
    let sink: ReturnType<WantedPart['open']> | undefined
    let failure: AppError
    try {
      onState?.({ kind: 'waiting', sinceMs: clock.now() })
      const answer = await attempt.run(store.open(request.key, { ifMatch: request.etag, signal: attempt.signal }))
      let offset = answer.startOffset
      for await (const chunk of attempt.guard(answer.body)) {
        io.onChunk?.(chunk.length)
        if (deps.pace !== undefined) await deps.pace(chunk.length, io)
        for (let rest = chunk; rest.length > 0; ) {
          const part = left[0]
          if (part === undefined) return
          const isBefore = offset < part.startOffset
          const bytes = rest.subarray(0, (isBefore ? part.startOffset : part.endOffset) - offset)
          rest = rest.subarray(bytes.length)
          offset += bytes.length
          if (isBefore) continue
          sink ??= part.open()
          await sink.push(bytes)
          if (offset < part.endOffset) continue
          await sink.finish()
          sink = undefined
          left.shift()
          retries = noteProgress(clock.monotonic())
        }
      }
      if (left.length === 0) return
      throw new AppError('network-interrupted', { endpoint: store.endpoint, reason: 'short-body' })
    } catch (error) {
      sink?.abandon()
      failure = attempt.interpret(error)
    } finally {
      attempt.end()
    }
    retries = await pauseBeforeRetry(deps, retries, failure, io)
  }
}
