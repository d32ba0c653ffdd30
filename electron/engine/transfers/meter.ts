import type { FileProgress, FilesPart, Progress } from '../../../shared/model/transfer.ts'
import type { Clock } from '../ports.ts'
import { type Counters, counterIndex } from './transfer-runner.ts'

/** Room for that many files' own counters; further files are shown without detail. */
const maxFiles = 10_000
const speedWindowMs = 10_000

export interface Meter {
  readonly counters: Counters
  setTotal(totalBytes: number, files?: readonly { readonly path: string; readonly sizeBytes: number }[]): void
  /** Reads the counters. Received and settled bytes never fall, settled ≤ received ≤ total. */
  read(): Progress
  files(from: number, count: number): FilesPart
  wireBytes(): number
  /** Everything is settled: there is nothing left to count. */
  complete(): void
  /** The speed starts anew: called when it begins to run. */
  restart(): void
}

/**
 * The one measure of a transfer's progress. Workers add to shared counters without messages; a part that is fetched twice would make
 * them run backwards or over, so what is shown is the high-water mark, bounded by the total. While the counters are below it, bytes that were
 * shown already are read once more: that is told, too. Speed and time left go by what comes anew; what is only looked at again is none.
 */
export function createMeter(
  clock: Clock,
  initial: {
    readonly totalBytes: number
    readonly receivedBytes: number
    readonly settledBytes: number
    readonly wireBytes: number
  },
): Meter {
  const shared = new SharedArrayBuffer((counterIndex.firstFile + 2 * maxFiles) * 8)
  const values = new BigInt64Array(shared)
  const add = (index: number, bytes: number) => {
    Atomics.add(values, index, BigInt(bytes))
  }
  const at = (index: number): number => Number(Atomics.load(values, index))
  let totalBytes = initial.totalBytes
  let received = initial.receivedBytes
  let settled = initial.settledBytes
  let listed: readonly { readonly path: string; readonly sizeBytes: number }[] = []
  /** Where the counters began again, while they are below what is shown. */
  let againFrom: number | undefined
  let marks: { readonly atMs: number; readonly bytes: number }[] = []
  Atomics.store(values, counterIndex.received, BigInt(received))
  Atomics.store(values, counterIndex.settled, BigInt(settled))
  Atomics.store(values, counterIndex.wire, BigInt(initial.wireBytes))

  const speed = (counted: number): number => {
    const atMs = clock.monotonic()
    if (counted < (marks.at(-1)?.bytes ?? counted)) marks = []
    marks.push({ atMs, bytes: counted })
    while (marks.length > 2 && atMs - (marks[1]?.atMs ?? atMs) >= speedWindowMs) marks.shift()
    const first = marks[0]
    const elapsedMs = first === undefined ? 0 : atMs - first.atMs
    return first === undefined || elapsedMs < 200 ? 0 : ((counted - first.bytes) * 1000) / elapsedMs
  }

  const settledOf = (index: number): number => at(counterIndex.firstFile + 2 * index + 1)
  const fileAt = ({ path, sizeBytes }: { path: string; sizeBytes: number }, index: number): FileProgress => {
    const settledBytes = Math.min(sizeBytes, settledOf(index))
    const receivedBytes = Math.max(settledBytes, Math.min(sizeBytes, at(counterIndex.firstFile + 2 * index)))
    return { path, sizeBytes, settledBytes, receivedBytes }
  }

  return {
    counters: {
      shared,
      reset(start) {
        add(counterIndex.kept, Math.max(0, start.receivedBytes - at(counterIndex.received)))
        Atomics.store(values, counterIndex.received, BigInt(start.receivedBytes))
        Atomics.store(values, counterIndex.settled, BigInt(start.settledBytes))
      },
      addReceived: (bytes) => add(counterIndex.received, bytes),
      addSettled: (bytes) => add(counterIndex.settled, bytes),
      addWire: (bytes) => add(counterIndex.wire, bytes),
      addKept(bytes) {
        for (const index of [counterIndex.kept, counterIndex.received, counterIndex.settled]) add(index, bytes)
      },
    },
    setTotal(bytes, files) {
      totalBytes = bytes
      if (files !== undefined) listed = files.slice(0, maxFiles)
    },
    read() {
      settled = Math.max(settled, Math.min(totalBytes, at(counterIndex.settled)))
      const counted = Math.max(0, Math.min(totalBytes, at(counterIndex.received)))
      received = Math.max(received, settled, counted)
      againFrom = counted < received ? Math.min(againFrom ?? counted, counted) : undefined
      const bytesPerSecond = Math.round(speed(counted - at(counterIndex.kept)))
      return {
        settledBytes: settled,
        receivedBytes: received,
        totalBytes,
        bytesPerSecond,
        ...(bytesPerSecond > 0 ? { secondsLeft: Math.ceil((totalBytes - counted) / bytesPerSecond) } : {}),
        ...(againFrom === undefined
          ? {}
          : { again: { doneBytes: counted - againFrom, totalBytes: received - againFrom } }),
      }
    },
    files: (from, count) => ({
      fileCount: listed.length,
      settledCount: listed.reduce((sum, { sizeBytes }, index) => sum + (settledOf(index) >= sizeBytes ? 1 : 0), 0),
      files: listed.slice(from, from + count).map((file, index) => fileAt(file, from + index)),
    }),
    wireBytes: () => at(counterIndex.wire),
    complete() {
      Atomics.store(values, counterIndex.received, BigInt(totalBytes))
      Atomics.store(values, counterIndex.settled, BigInt(totalBytes))
    },
    restart() {
      marks = []
    },
  }
}
