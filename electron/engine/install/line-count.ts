import type { Clock } from '../ports.ts'

/**
 * How many lines to the store are worth having:
 *  1. It starts with a few.
 *  2. Every period in which noticeably more came than in the best one before, two more are tried, up to the most.
 *  3. A period with two more that brought nothing: those two go, and that is that.
 */
export interface LineCount {
  lines(): number
  /** Call it now and then; `receivedBytes` is what has come in all. */
  look(receivedBytes: number): void
}

export const lookEveryMs = 1_000
const step = 2
/** Two lines more should bring at least so much. */
const worthFactor = 1.08

export function createLineCount(
  clock: Pick<Clock, 'monotonic'>,
  { start, most }: { readonly start: number; readonly most: number },
): LineCount {
  let lines = start
  let best = 0
  let isOver = start >= most
  let last: { readonly atMs: number; readonly bytes: number } | undefined
  return {
    lines: () => lines,
    look(receivedBytes) {
      const now = { atMs: clock.monotonic(), bytes: receivedBytes }
      const before = last
      if (before !== undefined && now.atMs - before.atMs < lookEveryMs * 0.9) return
      last = now
      if (isOver || before === undefined || receivedBytes <= before.bytes) return
      const rate = (now.bytes - before.bytes) / (now.atMs - before.atMs)
      if (rate > best * worthFactor) {
        best = rate
        lines = Math.min(most, lines + step)
        isOver = lines === most
        return
      }
      // 3
      lines = Math.max(start, lines - step)
      isOver = true
    },
  }
}
