import type { Clock, Io } from '../ports.ts'

/**
 * A limit of bytes a second that several threads keep together: a shared number says until when the bytes that were taken so far are paid for.
 * Who takes more moves it on, and waits until then; time that nobody used is not saved up. Times are µs of the system's clock.
 */
export const createSharedLimit = (): SharedArrayBuffer => new SharedArrayBuffer(8)

/** So much time ahead is no reason to wait: waits would be too short to be kept. */
const slackMicros = 50_000n

export interface RateLimit {
  /** Resolves when the bytes may go on. */
  take(bytes: number, io: Io): Promise<void> | undefined
}

export function createRateLimit(
  shared: SharedArrayBuffer,
  bytesPerSecond: number,
  clock: Pick<Clock, 'now' | 'sleep'>,
): RateLimit {
  const paidUntil = new BigInt64Array(shared)
  return {
    take(bytes, io) {
      const now = BigInt(Math.round(clock.now() * 1000))
      const cost = BigInt(Math.ceil((bytes * 1_000_000) / bytesPerSecond))
      for (;;) {
        const before = Atomics.load(paidUntil, 0)
        const from = before < now ? now : before
        if (Atomics.compareExchange(paidUntil, 0, before, from + cost) !== before) continue
        const aheadMicros = from + cost - now
        return aheadMicros <= slackMicros ? undefined : clock.sleep(Number(aheadMicros) / 1000, io)
      }
    },
  }
}
