import type { Clock } from '../ports.ts'

/** Bytes a second of what was fetched, each range by itself. */
export interface RangeRates {
  begin(id: number, bytes: number): void
  /** It came whole; `cancel` where it didn't. */
  end(id: number): void
  cancel(id: number): void
  median(): number | undefined
}

export function createRangeRates(clock: Pick<Clock, 'monotonic'>): RangeRates {
  const begun = new Map<number, { readonly atMs: number; readonly bytes: number }>()
  const rates: number[] = []
  return {
    begin: (id, bytes) => void begun.set(id, { atMs: clock.monotonic(), bytes }),
    end(id) {
      const range = begun.get(id)
      begun.delete(id)
      if (range === undefined) return
      rates.push((range.bytes * 1000) / Math.max(1, clock.monotonic() - range.atMs))
      if (rates.length > rememberedRates) rates.shift()
    },
    cancel: (id) => void begun.delete(id),
    median: () => [...rates].sort((a, b) => a - b)[rates.length >> 1],
  }
}

const rememberedRates = 101

/**
 * Which lines trickle, while nothing waits for a line any more: those that, for five seconds, got less than a fifth of what is usual (where
 * nobody knows that, of what the fastest line gets), and that won't be done in a moment at that rate. Each is named once in ten seconds.
 */
export interface SlowLines {
  begin(id: number, bytes: number): void
  came(id: number, bytes: number): void
  end(id: number): void
  /** Call it every second. `usual`: bytes a second; `most`: so many are named at once. */
  look(usual: number | undefined, most: number): readonly number[]
}

interface Line {
  leftBytes: number
  namedMs: number
  samples: readonly { readonly atMs: number; readonly leftBytes: number }[]
}

const slowMs = 5_000
const againMs = 10_000
const slowFactor = 1 / 5
const momentSeconds = 2

export function createSlowLines(clock: Pick<Clock, 'monotonic'>): SlowLines {
  const lines = new Map<number, Line>()
  const sample = (line: Line, nowMs: number) => {
    const samples = [...line.samples, { atMs: nowMs, leftBytes: line.leftBytes }]
    // The first one is the youngest of those that are old enough.
    const first = samples.findLastIndex(({ atMs }) => nowMs - atMs >= slowMs)
    line.samples = samples.slice(Math.max(0, first))
  }
  /** Undefined of a line that is too young. */
  const rateOf = ({ samples, leftBytes }: Line, nowMs: number): number | undefined => {
    const [first] = samples
    if (first === undefined || nowMs - first.atMs < slowMs) return undefined
    return ((first.leftBytes - leftBytes) * 1000) / (nowMs - first.atMs)
  }
  return {
    begin(id, bytes) {
      const samples = [{ atMs: clock.monotonic(), leftBytes: bytes }]
      lines.set(id, { leftBytes: bytes, namedMs: Number.NEGATIVE_INFINITY, samples })
    },
    came(id, bytes) {
      const line = lines.get(id)
      if (line !== undefined) line.leftBytes -= bytes
    },
    end: (id) => void lines.delete(id),
    look(usual, most) {
      const nowMs = clock.monotonic()
      for (const line of lines.values()) sample(line, nowMs)
      const rates = [...lines.values()].map((line) => rateOf(line, nowMs) ?? 0)
      const least = (usual ?? Math.max(0, ...rates)) * slowFactor
      const isSlow = (line: Line) => {
        const rate = rateOf(line, nowMs)
        return rate !== undefined && rate < least && line.leftBytes > rate * momentSeconds
      }
      const named = [...lines].filter(([, line]) => nowMs - line.namedMs >= againMs && isSlow(line)).slice(0, most)
      for (const [, line] of named) line.namedMs = nowMs
      return named.map(([id]) => id)
    },
  }
}
