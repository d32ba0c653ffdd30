import { counterIndex } from '../transfers/transfer-runner.ts'
import type { PackJob } from './pack.ts'

/** Source bytes [start, end) that a part stands for: those read since the part before it was cut. */
export interface SourceRange {
  readonly start: number
  readonly end: number
}

export function createPackMeter({ counters, source }: PackJob) {
  const values = new BigInt64Array(counters)
  const files = source.files
  const ends: number[] = []
  for (const { sizeBytes } of files) ends.push((ends.at(-1) ?? 0) + sizeBytes)
  let readBytes = 0
  let takenBytes = 0
  let partNumber = 0
  const add = (index: number, bytes: number) => {
    if (index < values.length) Atomics.add(values, index, BigInt(bytes))
  }
  for (let index = 0; index < 2 * files.length && counterIndex.firstFile + index < values.length; index += 1)
    Atomics.store(values, counterIndex.firstFile + index, 0n)
  Atomics.store(values, counterIndex.received, 0n)
  Atomics.store(values, counterIndex.settled, 0n)
  Atomics.store(values, counterIndex.kept, 0n)

  return {
    nextPart: () => (partNumber += 1),
    onRead: (bytes: number) => {
      readBytes += bytes
    },
    takeRange(): SourceRange {
      const range = { start: takenBytes, end: readBytes }
      takenBytes = readBytes
      return range
    },
    addWire: (bytes: number) => add(counterIndex.wire, bytes),
    addSent: (bytes: number) => add(counterIndex.received, bytes),
    /** `isKept`: it was at the store before. */
    settle({ start, end }: SourceRange, alreadySent: number, isKept: boolean) {
      if (isKept) add(counterIndex.kept, end - start)
      add(counterIndex.received, end - start - alreadySent)
      add(counterIndex.settled, end - start)
      for (let file = firstAfter(ends, start); file < files.length && (ends[file - 1] ?? 0) < end; file += 1) {
        const bytes = Math.min(end, ends[file] ?? end) - Math.max(start, ends[file - 1] ?? 0)
        add(counterIndex.firstFile + 2 * file, bytes)
        add(counterIndex.firstFile + 2 * file + 1, bytes)
      }
    },
  }
}

/** Index of the first end that is greater than a position, by halving. */
function firstAfter(ends: readonly number[], position: number): number {
  let low = 0
  let high = ends.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ends[middle] ?? 0) > position) high = middle
    else low = middle + 1
  }
  return low
}
