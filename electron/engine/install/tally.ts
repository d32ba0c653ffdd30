import { counterIndex } from '../transfers/transfer-runner.ts'

/** A thread's hand on the shared counters of a transfer. Negative bytes take back what turned out wrong. */
export interface Tally {
  received(file: number, bytes: number): void
  settled(file: number, bytes: number): void
  wire(bytes: number): void
  /** Counted as received, and no speed: it was here before. Say it before `received`. */
  kept(bytes: number): void
}

export function createTally(shared: SharedArrayBuffer): Tally {
  const values = new BigInt64Array(shared)
  const add = (index: number, bytes: number) => {
    if (index < values.length && bytes !== 0) Atomics.add(values, index, BigInt(bytes))
  }
  return {
    received(file, bytes) {
      add(counterIndex.received, bytes)
      add(counterIndex.firstFile + 2 * file, bytes)
    },
    settled(file, bytes) {
      add(counterIndex.settled, bytes)
      add(counterIndex.firstFile + 2 * file + 1, bytes)
    },
    wire: (bytes) => add(counterIndex.wire, bytes),
    kept: (bytes) => add(counterIndex.kept, bytes),
  }
}
