import { setImmediate } from 'node:timers/promises'

const turnMs = 8
const itemsPerLook = 256

/** Goes through a long list, and gives the loop its turn every few milliseconds, so that nothing that a window asks for has to wait for all of it. */
export async function inTurns<T>(items: Iterable<T>, work: (item: T, at: number) => void): Promise<void> {
  let at = 0
  let startedMs = performance.now()
  for (const item of items) {
    work(item, at)
    at += 1
    if (at % itemsPerLook !== 0 || performance.now() - startedMs < turnMs) continue
    await setImmediate()
    startedMs = performance.now()
  }
}
