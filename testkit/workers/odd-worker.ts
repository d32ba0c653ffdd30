/** A worker for the tests of the pool: does what `data.kind` says. */

import { serveWorker } from '../../electron/engine/workers/serve.ts'
import { AppError } from '../../shared/errors.ts'

export type OddData =
  | { readonly kind: 'count'; readonly counters: SharedArrayBuffer; readonly times: number }
  | {
      readonly kind:
        | 'fail'
        | 'throw-foreign'
        | 'crash'
        | 'exit'
        | 'wait'
        | 'spin'
        | 'spin-deaf'
        | 'echo'
        | 'echo-blocking'
    }

serveWorker<OddData, unknown, unknown, unknown>(async (context) => {
  const { data, signal } = context
  switch (data.kind) {
    case 'count': {
      const counters = new BigInt64Array(data.counters)
      for (let at = 0; at < data.times; at += 1) Atomics.add(counters, 0, 1n)
      return data.times
    }
    case 'fail':
      throw new AppError('disk-full', { path: '/x', freeBytes: 3 })
    case 'throw-foreign':
      throw new TypeError('a secret text')
    case 'crash':
      setImmediate(() => {
        throw new RangeError('a secret text')
      })
      return new Promise(() => {})
    case 'exit':
      process.exit(3)
      break
    case 'wait':
      context.post('waiting')
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
      })
    case 'spin':
      context.post('spinning')
      for (;;) context.throwIfStopped()
    case 'spin-deaf':
      context.post('spinning')
      for (;;);
    case 'echo':
      return new Promise((resolve) => {
        context.onMessage((message) => {
          if (message === 'end') resolve('ended')
          else context.post(message)
        })
      })
    case 'echo-blocking':
      for (;;) {
        const message = context.receive()
        if (message === 'end') return 'ended'
        context.post(message)
      }
  }
  return undefined
})
