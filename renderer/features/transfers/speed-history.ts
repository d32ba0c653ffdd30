/** One reading of a transfer: bytes received (or sent) so far, at a time of this window's clock. */
export interface Reading {
  readonly atMs: number
  readonly receivedBytes: number
}

export const speedWindowMs = 10_000
const bucketMs = 500

/** The history with one more reading; what is older than the window goes, but for the one reading that its start is measured from. */
export function withReading(history: readonly Reading[], reading: Reading): readonly Reading[] {
  const from = reading.atMs - speedWindowMs
  const firstInside = history.findIndex(({ atMs }) => atMs >= from)
  const kept = firstInside === -1 ? history.slice(-1) : history.slice(Math.max(0, firstInside - 1))
  return [...kept, reading]
}

/** Bytes per second of each half second of the window, oldest first; 0 where nothing was read yet or nothing moved. */
export function speedsOf(history: readonly Reading[], nowMs: number): readonly number[] {
  const buckets = speedWindowMs / bucketMs
  return Array.from({ length: buckets }, (_, at) => {
    const endMs = nowMs - (buckets - 1 - at) * bucketMs
    const bytes = bytesAt(history, endMs) - bytesAt(history, endMs - bucketMs)
    return Math.max(0, (bytes * 1000) / bucketMs)
  })
}

/** Bytes at a time between two readings, in proportion; before the first or after the last: that reading's. */
function bytesAt(history: readonly Reading[], atMs: number): number {
  const next = history.findIndex((reading) => reading.atMs >= atMs)
  const after = history[next]
  if (after === undefined) return history.at(-1)?.receivedBytes ?? 0
  const before = history[next - 1]
  if (before === undefined) return after.receivedBytes
  const share = (atMs - before.atMs) / (after.atMs - before.atMs)
  return before.receivedBytes + share * (after.receivedBytes - before.receivedBytes)
}

/** Points of the line, from left to right, in a box of that size; the highest speed lies a little below its top. */
export function sparkPoints(speeds: readonly number[], width: number, height: number): string {
  const highest = Math.max(...speeds, 1)
  return speeds
    .map((speed, at) => {
      const x = (at / Math.max(1, speeds.length - 1)) * width
      const y = height - (speed / highest) * (height - 6)
      return `${Math.round(x)},${Math.round(y * 10) / 10}`
    })
    .join(' ')
}
