import type { Clock, Io } from '../ports.ts'

/** A bound on the bytes per second of everything that asks it; undefined where there is none. */
export interface ByteLimit {
  /** Waits until that many bytes may go, in the order of asking. */
  take(bytes: number, io: Io): Promise<void>
}

/** How much may go at once after a pause, in ms of the rate. */
const burstMs = 250

/** A token bucket: each taker is given the moment at which the bytes before it are through. */
export function createByteLimit(bytesPerSecond: number, clock: Clock): ByteLimit {
  let freeAtMs = Number.NEGATIVE_INFINITY
  return {
    async take(bytes, io) {
      const nowMs = clock.monotonic()
      freeAtMs = Math.max(freeAtMs, nowMs - burstMs) + (bytes / bytesPerSecond) * 1000
      if (freeAtMs > nowMs) await clock.sleep(freeAtMs - nowMs, io)
    },
  }
}
