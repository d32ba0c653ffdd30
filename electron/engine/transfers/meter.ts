import type { FileProgress, Progress } from '../../../shared/model/transfer.ts'
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
  files(): readonly FileProgress[]
  wireBytes(): number
  /** Everything is settled: there is nothing left to count. */
  complete(): void
  /** The speed starts anew: called when it begins to run. */
  restart(): void
}

/**
 * The one measure of a transfer's progress. Workers add to shared counters without messages; a part that is fetched twice would make
 * them run backwards or over, so what is shown is the high-water mark, bounded by the total.
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
  let marks: { readonly atMs: number; readonly bytes: number }[] = []
  Atomics.store(values, counterIndex.received, BigInt(received))
  Atomics.store(values, counterIndex.settled, BigInt(settled))
  Atomics.store(values, counterIndex.wire, BigInt(initial.wireBytes))

  const speed = (): number => {
    const atMs = clock.monotonic()
    marks.push({ atMs, bytes: received })
    while (marks.length > 2 && atMs - (marks[1]?.atMs ?? atMs) >= speedWindowMs) marks.shift()
    const first = marks[0]
    const elapsedMs = first === undefined ? 0 : atMs - first.atMs
    return first === undefined || elapsedMs < 200 ? 0 : ((received - first.bytes) * 1000) / elapsedMs
  }

  return {
    counters: {
      shared,
      reset(start) {
        Atomics.store(values, counterIndex.received, BigInt(start.receivedBytes))
        Atomics.store(values, counterIndex.settled, BigInt(start.settledBytes))
      },
      addReceived: (bytes) => add(counterIndex.received, bytes),
      addSettled: (bytes) => add(counterIndex.settled, bytes),
      addWire: (bytes) => add(counterIndex.wire, bytes),
    },
    setTotal(bytes, files) {
      totalBytes = bytes
      if (files !== undefined) listed = files.slice(0, maxFiles)
    },
    read() {
      settled = Math.max(settled, Math.min(totalBytes, at(counterIndex.settled)))
      received = Math.max(received, settled, Math.min(totalBytes, at(counterIndex.received)))
      const bytesPerSecond = Math.round(speed())
      const left = totalBytes - received
      return bytesPerSecond > 0
        ? {
            settledBytes: settled,
            receivedBytes: received,
            totalBytes,
            bytesPerSecond,
            secondsLeft: Math.ceil(left / bytesPerSecond),
          }
        : { settledBytes: settled, receivedBytes: received, totalBytes, bytesPerSecond: 0 }
    },
    files: () =>
      listed.map((file, index) => {
        const settledBytes = Math.min(file.sizeBytes, at(counterIndex.firstFile + 2 * index + 1))
        const receivedBytes = Math.max(settledBytes, Math.min(file.sizeBytes, at(counterIndex.firstFile + 2 * index)))
        return { path: file.path, sizeBytes: file.sizeBytes, settledBytes, receivedBytes }
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
