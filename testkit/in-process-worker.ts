import { createNodeDisk } from '../electron/engine/disk/node-disk.ts'
import { runDigest } from '../electron/engine/workers/digest.ts'
import type { StartWorker } from '../electron/engine/workers/pool.ts'
import { runHash } from '../electron/engine/workers/run-hash.ts'
import { runPack } from '../electron/engine/workers/run-pack.ts'
import { runSend } from '../electron/engine/workers/send.ts'
import type { WorkerContext } from '../electron/engine/workers/serve.ts'
import { AppError } from '../shared/errors.ts'

/**
 * The functions of publishing's workers without a thread, for tests of what surrounds them: starting a thread takes longer than all the rest
 * of such a test. What is posted is cloned as between threads.
 */
export const startInProcess: StartWorker = (name, data, { signal: outer } = {}) => {
  const controller = new AbortController()
  const stop = () => controller.abort(new AppError('cancelled', {}))
  outer?.addEventListener('abort', stop, { once: true })
  if (outer?.aborted) stop()
  let toEngine: ((message: never) => void) | undefined
  let toWorker: ((message: never) => void) | undefined
  const early: never[] = []
  const context: WorkerContext<never, never, never> = {
    data: data as never,
    signal: controller.signal,
    throwIfStopped: () => controller.signal.throwIfAborted(),
    post: (message) => toEngine?.(structuredClone(message)),
    onMessage: (handler) => {
      toWorker = handler
      for (const message of early.splice(0)) handler(message)
    },
    receive: () => {
      throw new Error('not for functions that wait')
    },
    receiveNow: () => undefined,
  }
  const disk = createNodeDisk()
  const run = () => {
    if (name === 'pack') return runPack(context, disk, startInProcess)
    if (name === 'digest') return runDigest(context)
    return name === 'send' ? runSend(context, disk) : runHash(context, disk)
  }
  const result = Promise.resolve().then(() => run() as Promise<never>)
  result.catch(() => {})
  return {
    result,
    post(message) {
      const copy = structuredClone(message) as never
      if (toWorker === undefined) early.push(copy)
      else toWorker(copy)
    },
    onMessage: (handler) => {
      toEngine = handler as typeof toEngine
    },
    stop: async () => {
      stop()
      await result.catch(() => {})
    },
  }
}
