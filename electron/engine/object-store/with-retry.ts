import { AppError, type ErrorCode, isAppError, toAppError } from '../../../shared/errors.ts'
import type { Clock, Io, Log, ObjectBody, ObjectFacts, ObjectStore, OnRetry } from '../ports.ts'
import {
  bodyRule,
  controlRule,
  decideRetry,
  hadNoEffect,
  noteProgress,
  type RetryRule,
  type RetryState,
  startRetries,
} from './retry-policy.ts'

/** A pause before another try. */
export interface RetryNotice {
  readonly code: ErrorCode
  /** Tries without progress so far. */
  readonly attempt: number
  /** ms since the epoch */
  readonly nextTryAtMs: number
}

export interface RetryDeps {
  readonly clock: Clock
  readonly log: Log
  readonly onRetry?: (notice: RetryNotice) => void
  /** In [0, 1); Math.random where it is missing. */
  readonly random?: () => number
}

type RetryIo = Io & { readonly onRetry?: OnRetry }

/** How a transient error of one request is followed by another try, each told of by `onRetry` (of all requests, and of that one) and in the log. */
export function createRepeats(deps: RetryDeps) {
  const { clock, log } = deps
  const random = deps.random ?? Math.random

  /** Sleeps before the next try and gives the state for it; throws the error when it is given up. */
  const pause = async (
    rule: RetryRule,
    state: RetryState,
    error: unknown,
    action: string,
    io: RetryIo,
  ): Promise<RetryState> => {
    const appError = toAppError(error)
    if (io.signal.aborted) throw new AppError('cancelled', {}, error)
    const decision = decideRetry(rule, state, appError, clock.monotonic(), random())
    if (decision.kind === 'give-up') throw error
    const { delayMs, state: next } = decision
    const notice = { code: appError.code, attempt: next.failures, nextTryAtMs: clock.now() + delayMs }
    log.write('info', 'store.retry', {
      action,
      code: notice.code,
      attempt: notice.attempt,
      delayMs: Math.round(delayMs),
    })
    deps.onRetry?.(notice)
    io.onRetry?.(notice)
    await clock.sleep(delayMs, io).catch((reason: unknown) => {
      throw new AppError('cancelled', {}, reason)
    })
    return next
  }

  const repeat = async <T>(
    rule: RetryRule,
    action: string,
    io: RetryIo,
    work: () => Promise<T>,
    mayRepeat: (error: AppError) => boolean = () => true,
  ): Promise<T> => {
    let state = startRetries(clock.monotonic())
    for (;;) {
      try {
        return await work()
      } catch (error) {
        if (!mayRepeat(toAppError(error))) throw error
        state = await pause(rule, state, error, action, io)
      }
    }
  }
  return { pause, repeat }
}

/** One part's request, as long as something comes within ten minutes. */
export const repeatPart = <T>(
  { repeat }: ReturnType<typeof createRepeats>,
  io: RetryIo,
  work: () => Promise<T>,
): Promise<T> => repeat(bodyRule, 'upload-part', io, work)

/**
 * The same store, with transient errors tried again.
 *
 *  - Requests that change nothing, or the same when repeated (head, read, list, delete, plain put, createUpload, listParts, abort): a few tries, seconds.
 *  - Parts and bodies: until ten minutes pass without progress. A body that breaks off goes on where it stopped, by a range bound to its
 *    etag; who reads it sees one stream. An object that changed meanwhile is `object-changed`.
 *  - A conditional put and completeUpload are repeated only when the store certainly did nothing (never reached, 429, 503). An unclear answer
 *    (lost, 500, time-out) is the caller's to settle by reading: a repeated one could answer 412 to its own success. After a 503 even that
 *    can happen, so a caller takes 412 as "look", never as "lost".
 */
export function withRetry(store: ObjectStore, deps: RetryDeps): ObjectStore {
  const { clock } = deps
  const repeats = createRepeats(deps)
  const { pause, repeat } = repeats
  const control = <T>(action: string, io: Io, work: () => Promise<T>) => repeat(controlRule, action, io, work)
  const deciding = <T>(action: string, io: Io, work: () => Promise<T>) =>
    repeat(controlRule, action, io, work, hadNoEffect)

  type OpenOptions = Parameters<ObjectStore['open']>[1]
  const open = async (key: string, options: OpenOptions): Promise<ObjectBody> => {
    if (options.once === true) return store.open(key, options)
    const first = await repeat(bodyRule, 'open', options, () => store.open(key, options))
    return { ...first, body: follow(key, first, options) }
  }

  /** The first answer's body and, when it breaks off, that of the rest. */
  async function* follow(key: string, first: ObjectBody, options: OpenOptions): AsyncIterable<Uint8Array> {
    const { signal, range } = options
    const isRange = range !== undefined && first.startOffset === range.startOffset
    const endOffset = isRange ? Math.min(range.endOffset, first.sizeBytes) : first.sizeBytes
    let state = startRetries(clock.monotonic())
    let at = first.startOffset
    let current: ObjectBody | undefined = first
    while (current !== undefined || at < endOffset) {
      try {
        current ??= await store.open(key, { signal, ifMatch: first.etag, range: { startOffset: at, endOffset } })
        let chunkOffset = current.startOffset
        for await (const chunk of current.body) {
          // A store that ignores ranges starts over: what came before is skipped.
          const news = chunk.subarray(Math.max(0, at - chunkOffset))
          chunkOffset += chunk.length
          if (news.length === 0) continue
          at += news.length
          state = noteProgress(clock.monotonic())
          yield news
        }
        return
      } catch (error) {
        current = undefined
        if (at >= endOffset) throw error
        state = await pause(bodyRule, state, error, 'body', options)
      }
    }
  }

  return {
    ...store,
    head: (key, io) => control('head', io, () => store.head(key, io)),
    read: (key, options) => control('read', options, () => store.read(key, options)),
    open,
    put: (key, bytes, options) => {
      const work = () => store.put(key, bytes, options)
      return options.condition === undefined ? control('put', options, work) : deciding('put', options, work)
    },
    delete: (key, io) => control('delete', io, () => store.delete(key, io)),
    list: (prefix, io) =>
      listAgain(store, prefix, io, (error, state) => pause(controlRule, state, error, 'list', io), clock),
    createUpload: (key, options) => control('create-upload', options, () => store.createUpload(key, options)),
    uploadPart: (key, id, number, bytes, io) =>
      repeatPart(repeats, io, () => store.uploadPart(key, id, number, bytes, io)),
    listParts: (key, id, io) => control('list-parts', io, () => store.listParts(key, id, io)),
    listUploads: (prefix, io) => control('list-uploads', io, () => store.listUploads(prefix, io)),
    completeUpload: (key, id, parts, options) =>
      deciding('complete-upload', options, () => store.completeUpload(key, id, parts, options)),
    abortUpload: (key, id, io) => control('abort-upload', io, () => store.abortUpload(key, id, io)),
  }
}

/**
 * A listing that fails in the middle starts over (a store's token may not live as long as a pause): what was handed out before comes again. To leave
 * it out would take a memory of all keys, since not every store lists in their order.
 */
async function* listAgain(
  store: ObjectStore,
  prefix: string,
  io: Io,
  pause: (error: unknown, state: RetryState) => Promise<RetryState>,
  clock: Clock,
): AsyncIterable<readonly ObjectFacts[]> {
  let state = startRetries(clock.monotonic())
  let mostPages = 0
  for (;;) {
    let isOurs = false
    let pages = 0
    try {
      for await (const page of store.list(prefix, io)) {
        pages += 1
        if (pages > mostPages) state = noteProgress(clock.monotonic())
        mostPages = Math.max(mostPages, pages)
        isOurs = true
        yield page
        isOurs = false
      }
      return
    } catch (error) {
      // Thrown into the generator by its reader.
      if (isOurs || !isAppError(error)) throw error
      state = await pause(error, state)
    }
  }
}
