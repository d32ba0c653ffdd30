import { type Transferable, Worker } from 'node:worker_threads'
import { AppError, fromWire, isAppError } from '../../../shared/errors.ts'
import { controlIndex, createControl, type FromWorker, type ToWorker, type WorkerStart } from './protocol.ts'

export interface StartWorkerOptions {
  /** Stops the worker when it aborts. */
  readonly signal?: AbortSignal
  /** How long a worker may take to end by itself once it was told to stop. */
  readonly graceMs?: number
  /** Buffers of `data` that move instead of being copied. */
  readonly transfer?: readonly Transferable[]
  /** For one that lives long and makes little garbage: so much is kept before it is looked through. */
  readonly youngMebibytes?: number
}
export interface RunningWorker<Result, FromIt = unknown, ToIt = unknown> {
  /**
   * What the worker's function gave, once its thread has ended. Rejects with the worker's AppError; `cancelled` when it was stopped;
   * `internal` when the thread broke down.
   */
  readonly result: Promise<Result>
  post(message: ToIt, transfer?: readonly Transferable[]): void
  /** One handler; set it at once after starting, nothing is lost before the next turn of the loop. */
  onMessage(handler: (message: FromIt) => void): void
  /** Asks it to end, makes it end after the grace time; resolves when the thread is gone. Can be called twice. */
  stop(): Promise<void>
}

/** From source (`pool.ts`) a worker is a `.ts` file beside this one; built, all entries and chunks lie in one folder. */
const workerUrl = (name: string): URL =>
  new URL(`./${name}-worker.${import.meta.url.endsWith('/pool.ts') ? 'ts' : 'js'}`, import.meta.url)

const labelOf = (name: string | URL): string =>
  typeof name === 'string' ? name : (name.pathname.split('/').at(-1) ?? '')

interface Thread {
  readonly worker: Worker
  readonly control: SharedArrayBuffer
}

function openThread(
  name: string | URL,
  {
    youngMebibytes,
    transfer = [],
    ...given
  }: Pick<StartWorkerOptions, 'youngMebibytes' | 'transfer'> & { readonly data?: unknown },
): Thread {
  const control = createControl()
  const workerData: WorkerStart = { ...given, control }
  const worker = new Worker(typeof name === 'string' ? workerUrl(name) : name, {
    workerData,
    transferList: [...transfer],
    name: labelOf(name),
    ...(youngMebibytes === undefined ? {} : { resourceLimits: { maxYoungGenerationSizeMb: youngMebibytes } }),
  })
  return { worker, control }
}

/** Threads that wait for something to do, by the name of their entry. */
const ready = new Map<string, (Thread & { readonly timer: NodeJS.Timeout })[]>()
const readyMs = 10_000

/**
 * Starts threads before there is anything for them to do, so many that there are `count` that wait: starting one takes longer than a small job.
 * `startWorker` of the same name takes them. They keep no process alive, and end when nobody took them for ten seconds.
 */
export function readyWorkers(
  name: string | URL,
  count: number,
  options: Pick<StartWorkerOptions, 'youngMebibytes'> = {},
): void {
  const key = String(name)
  const waiting = ready.get(key) ?? []
  ready.set(key, waiting)
  while (waiting.length < count) {
    const thread = openThread(name, options)
    const { worker } = thread
    const timer = setTimeout(() => void worker.terminate(), readyMs)
    timer.unref()
    worker.unref()
    waiting.push({ ...thread, timer })
    const drop = () => {
      clearTimeout(timer)
      const at = waiting.findIndex((each) => each.worker === worker)
      if (at >= 0) waiting.splice(at, 1)
    }
    // Whoever starts one anew hears what is wrong with it.
    worker.on('error', drop)
    worker.on('exit', drop)
  }
}

function takeReady(name: string | URL, data: unknown, transfer: readonly Transferable[]): Thread | undefined {
  const thread = ready.get(String(name))?.shift()
  if (thread === undefined) return undefined
  const { worker, timer } = thread
  clearTimeout(timer)
  worker.removeAllListeners('error')
  worker.removeAllListeners('exit')
  worker.ref()
  const start: ToWorker = { kind: 'start', data }
  worker.postMessage(start, [...transfer])
  return thread
}

/**
 * Starts `<name>-worker` (or the entry at a URL, for tests) in a thread of its own.
 * `data` is cloned; a SharedArrayBuffer in it stays shared.
 */
export function startWorker<Result, FromIt = unknown, ToIt = unknown>(
  name: string | URL,
  data: unknown,
  { signal, graceMs = 2000, transfer = [], youngMebibytes }: StartWorkerOptions = {},
): RunningWorker<Result, FromIt, ToIt> {
  const label = labelOf(name)
  const { worker, control } = takeReady(name, data, transfer) ?? openThread(name, { data, youngMebibytes, transfer })
  const flags = new Int32Array(control)
  const broken = (what: string, cause?: unknown) => new AppError('internal', { what: `${label} worker ${what}` }, cause)

  let onMessage: ((message: FromIt) => void) | undefined
  let isStopping = false
  let outcome: { readonly value: Result } | { readonly error: AppError } | undefined
  let markEnded: () => void = () => {}
  const ended = new Promise<void>((resolve) => {
    markEnded = resolve
  })
  const settle = (found: typeof outcome) => {
    outcome ??= found
    void worker.terminate()
  }

  worker.on('message', (message: FromWorker) => {
    if (message.kind === 'message') {
      try {
        onMessage?.(message.message as FromIt)
      } catch (error) {
        settle({ error: isAppError(error) ? error : broken('was misunderstood', error) })
      }
    } else if (message.kind === 'result') settle({ value: message.value as Result })
    else settle({ error: fromWire(message.error) })
  })
  worker.on('messageerror', (error) => settle({ error: broken('sent what can’t be read', error) }))
  worker.on('error', (error: unknown) => {
    settle({ error: broken(`broke down (${error instanceof Error ? error.name : typeof error})`, error) })
  })
  worker.on('exit', (code) => {
    outcome ??= { error: isStopping ? new AppError('cancelled', {}) : broken(`ended early (${code})`) }
    signal?.removeEventListener('abort', stop)
    markEnded()
  })

  const send = (message: ToWorker, list: readonly Transferable[] = []) => {
    worker.postMessage(message, [...list])
    Atomics.add(flags, controlIndex.posted, 1)
    Atomics.notify(flags, controlIndex.posted)
  }
  function stop(): Promise<void> {
    if (!isStopping && outcome === undefined) {
      isStopping = true
      Atomics.store(flags, controlIndex.stopped, 1)
      send({ kind: 'stop' })
      const timer = setTimeout(() => void worker.terminate(), graceMs)
      void ended.then(() => clearTimeout(timer))
    }
    return ended
  }
  signal?.addEventListener('abort', stop, { once: true })
  if (signal?.aborted) void stop()

  const result = ended.then(() => {
    if (outcome !== undefined && 'value' in outcome) return outcome.value
    throw outcome?.error ?? broken('ended')
  })
  // Whoever only stops it need not also handle the result.
  result.catch(() => {})
  return {
    result,
    post: (message, list) => send({ kind: 'message', message }, list),
    onMessage(handler) {
      onMessage = handler
    },
    stop,
  }
}

/** For those that are given it, so that a test can start something else. */
export type StartWorker = typeof startWorker
