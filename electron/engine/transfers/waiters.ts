import { AppError } from '../../../shared/errors.ts'

/** Callers that wait for anything to change, and look again then. */
export interface Waiters {
  wake(): void
  /** Resolves at the next wake; rejects with the signal's reason. */
  next(signal: AbortSignal): Promise<void>
}

export function createWaiters(): Waiters {
  const waiting = new Set<() => void>()
  return {
    wake() {
      for (const wake of [...waiting]) wake()
    },
    next: (signal) =>
      new Promise((resolve, reject) => {
        const finish = (act: () => void) => () => {
          waiting.delete(wake)
          signal.removeEventListener('abort', stop)
          act()
        }
        const wake = finish(resolve)
        const stop = finish(() => reject(signal.reason ?? new AppError('cancelled', {})))
        waiting.add(wake)
        if (signal.aborted) stop()
        else signal.addEventListener('abort', stop, { once: true })
      }),
  }
}
