import { setImmediate as immediate } from 'node:timers/promises'
import { AppError } from '../../shared/errors.ts'
import type { Clock, Io } from './ports.ts'

/** What a turn of the loop may take: a window that draws 60 times a second does not notice. */
const turnMs = 8

/**
 * For long work on the engine's thread: `await turn()` between its pieces. Waits for the next turn of the loop when this one took long enough;
 * throws `cancelled` once the signal has aborted.
 */
export function createTurns(clock: Clock, { signal }: Io): () => Promise<void> | void {
  let sinceMs = clock.monotonic()
  return () => {
    if (clock.monotonic() - sinceMs < turnMs) return
    return new Promise<void>((resolve, reject) => {
      setImmediate(() => {
        sinceMs = clock.monotonic()
        if (signal.aborted) reject(new AppError('cancelled', {}, signal.reason))
        else resolve()
      })
    })
  }
}

/** Timers and whatever came in meanwhile get their turn first. The loop comes to the first `setImmediate` before it has looked for any of them. */
export async function nextTurn(): Promise<void> {
  await immediate()
  await immediate()
}
