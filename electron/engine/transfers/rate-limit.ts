import type { Clock, Io } from '../ports.ts'

/**
 * A limit of bytes a second that several threads keep together, and that may change while they do: a shared number says until when the bytes that were
 * taken so far are paid for. Who takes more moves it on, and waits until then; time that nobody used is not saved up. Times are µs of the system's
 * clock. A changed limit is heard by those who wait within a quarter of a second.
 */
export function createSharedLimit(bytesPerSecond?: number): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(16)
  changeLimit(shared, bytesPerSecond)
  return shared
}

const at = { paidUntil: 0, bytesPerSecond: 1 } as const

/** Undefined: none. What was taken under the old limit is paid for. */
export function changeLimit(shared: SharedArrayBuffer, bytesPerSecond: number | undefined): void {
  const values = new BigInt64Array(shared)
  const wanted = BigInt(Math.round(bytesPerSecond ?? 0))
  if (Atomics.exchange(values, at.bytesPerSecond, wanted) !== wanted) Atomics.store(values, at.paidUntil, 0n)
}

/** So much time ahead is no reason to wait: waits would be too short to be kept. */
const slackMicros = 50_000n
const lookAgainMicros = 250_000n

export interface RateLimit {
  /** There is one now. */
  isSet(): boolean
  /** Resolves when the bytes may go on. */
  take(bytes: number, io: Io): Promise<void> | undefined
}

export function createRateLimit(shared: SharedArrayBuffer, clock: Pick<Clock, 'now' | 'sleep'>): RateLimit {
  const values = new BigInt64Array(shared)
  const nowMicros = () => BigInt(Math.round(clock.now() * 1000))
  const waitUntil = async (untilMicros: bigint, bytesPerSecond: bigint, io: Io) => {
    for (let left = untilMicros - nowMicros(); left > 0n; left = untilMicros - nowMicros()) {
      await clock.sleep(Number(left < lookAgainMicros ? left : lookAgainMicros) / 1000, io)
      if (Atomics.load(values, at.bytesPerSecond) !== bytesPerSecond) return
    }
  }
  return {
    isSet: () => Atomics.load(values, at.bytesPerSecond) !== 0n,
    take(bytes, io) {
      const bytesPerSecond = Atomics.load(values, at.bytesPerSecond)
      if (bytesPerSecond === 0n) return undefined
      const now = nowMicros()
      const cost = (BigInt(bytes) * 1_000_000n) / bytesPerSecond
      for (;;) {
        const before = Atomics.load(values, at.paidUntil)
        const from = before < now ? now : before
        if (Atomics.compareExchange(values, at.paidUntil, before, from + cost) !== before) continue
        return from + cost - now <= slackMicros ? undefined : waitUntil(from + cost, bytesPerSecond, io)
      }
    },
  }
}
