import { parentPort, receiveMessageOnPort, type Transferable, workerData } from 'node:worker_threads'
import { AppError, toWire } from '../../../shared/errors.ts'
import { controlIndex, type FromWorker, type ToWorker, type WorkerStart } from './protocol.ts'

/** What a worker's function is given. */
export interface WorkerContext<Data, FromIt = unknown, ToIt = unknown> {
  readonly data: Data
  /** Aborts with `cancelled` when the worker is told to stop; only seen where the function waits. */
  readonly signal: AbortSignal
  /** For functions that never wait: throws `cancelled` once the worker was told to stop. Cheap. */
  throwIfStopped(): void
  post(message: FromIt, transfer?: readonly Transferable[]): void
  /** For functions that wait: each message as it comes. Not together with `receive`. */
  onMessage(handler: (message: ToIt) => void): void
  /** For functions that never wait: blocks the thread until a message is there. Throws `cancelled`. */
  receive(): ToIt
  /** The next message, if one is there. */
  receiveNow(): ToIt | undefined
}

/** The body of a worker's entry: runs the function with what the worker was started with, and answers its result or its error. */
export function serveWorker<Data, Result, FromIt = unknown, ToIt = unknown>(
  run: (context: WorkerContext<Data, FromIt, ToIt>) => Result | Promise<Result>,
): void {
  const port = parentPort
  if (port === null) throw new AppError('internal', { what: 'a worker was started as a program' })
  const { control, ...given } = workerData as WorkerStart
  const flags = new Int32Array(control)
  const controller = new AbortController()
  let handler: ((message: ToIt) => void) | undefined
  const early: ToIt[] = []
  let start: (data: unknown) => void = () => {}
  const started = new Promise<unknown>((resolve) => {
    start = resolve
  })
  if ('data' in given) start(given.data)

  const isStopped = () => Atomics.load(flags, controlIndex.stopped) === 1
  const throwIfStopped = () => {
    if (isStopped()) throw new AppError('cancelled', {})
  }
  const send = (message: FromWorker, transfer: readonly Transferable[] = []) => port.postMessage(message, [...transfer])
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'start') start(message.data)
    else if (message.kind === 'stop') controller.abort(new AppError('cancelled', {}))
    else if (handler === undefined) early.push(message.message as ToIt)
    else handler(message.message as ToIt)
  })
  const receiveNow = (): ToIt | undefined => {
    if (early.length > 0) return early.shift()
    const received = receiveMessageOnPort(port) as { readonly message: ToWorker } | undefined
    if (received === undefined) return undefined
    if (received.message.kind === 'message') return received.message.message as ToIt
    controller.abort(new AppError('cancelled', {}))
    return undefined
  }

  const contextOf = (data: Data): WorkerContext<Data, FromIt, ToIt> => ({
    data,
    signal: controller.signal,
    throwIfStopped,
    post: (message, transfer) => send({ kind: 'message', message }, transfer),
    onMessage(given) {
      handler = given
      for (const message of early.splice(0)) given(message)
    },
    receiveNow,
    receive() {
      for (;;) {
        throwIfStopped()
        const posted = Atomics.load(flags, controlIndex.posted)
        const message = receiveNow()
        if (message !== undefined) return message
        Atomics.wait(flags, controlIndex.posted, posted)
      }
    },
  })
  const answer = async () => {
    try {
      const data = (await started) as Data
      throwIfStopped()
      send({ kind: 'result', value: await run(contextOf(data)) })
    } catch (error) {
      send({ kind: 'error', error: toWire(error) })
    }
  }
  void answer()
}
