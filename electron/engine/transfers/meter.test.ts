import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Clock } from '../ports.ts'
import { createMeter } from './meter.ts'
import { counterIndex } from './transfer-runner.ts'

const clockAt = (): Clock & { advance(ms: number): void } => {
  let atMs = 0
  return { now: () => atMs, monotonic: () => atMs, sleep: () => Promise.resolve(), advance: (ms) => (atMs += ms) }
}

test('whatever is counted, progress never runs backwards and settled ≤ received ≤ total', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 5000 }),
      fc.array(fc.tuple(fc.boolean(), fc.integer({ min: -300, max: 900 }))),
      (total, steps) => {
        const meter = createMeter(clockAt(), { totalBytes: total, receivedBytes: 0, settledBytes: 0, wireBytes: 0 })
        let before = meter.read()
        for (const [settles, bytes] of steps) {
          if (settles) meter.counters.addSettled(bytes)
          else meter.counters.addReceived(bytes)
          const now = meter.read()
          expect(now.settledBytes).toBeGreaterThanOrEqual(before.settledBytes)
          expect(now.receivedBytes).toBeGreaterThanOrEqual(before.receivedBytes)
          expect(now.settledBytes).toBeLessThanOrEqual(now.receivedBytes)
          expect(now.receivedBytes).toBeLessThanOrEqual(total)
          before = now
        }
      },
    ),
  )
})

test('the speed is that of the last ten seconds', () => {
  const clock = clockAt()
  const meter = createMeter(clock, { totalBytes: 1e9, receivedBytes: 0, settledBytes: 0, wireBytes: 0 })
  for (let second = 0; second < 20; second++) {
    clock.advance(1000)
    meter.counters.addReceived(second < 10 ? 1_000_000 : 3_000_000)
    meter.read()
  }
  const { bytesPerSecond, secondsLeft } = meter.read()
  expect(bytesPerSecond).toBeGreaterThan(2_500_000)
  expect(bytesPerSecond).toBeLessThanOrEqual(3_000_000)
  expect(secondsLeft).toBe(Math.ceil(960_000_000 / bytesPerSecond))
})

test('what is read once more after a stop is told as that, with a speed and a time, and nothing that is shown falls', () => {
  const clock = clockAt()
  const meter = createMeter(clock, { totalBytes: 1000, receivedBytes: 600, settledBytes: 600, wireBytes: 0 })
  expect(meter.read()).not.toHaveProperty('again')
  meter.restart()
  meter.counters.reset({ receivedBytes: 200, settledBytes: 200 })
  const read = (bytes: number) => {
    clock.advance(1000)
    meter.counters.addReceived(bytes)
    meter.counters.addSettled(bytes)
    return meter.read()
  }
  expect(read(0)).toMatchObject({ receivedBytes: 600, bytesPerSecond: 0, again: { doneBytes: 0, totalBytes: 400 } })
  expect(read(100)).toEqual({
    settledBytes: 600,
    receivedBytes: 600,
    totalBytes: 1000,
    bytesPerSecond: 100,
    secondsLeft: 7,
    again: { doneBytes: 100, totalBytes: 400 },
  })
  expect(read(299)).toMatchObject({ again: { doneBytes: 399, totalBytes: 400 } })
  const further = read(51)
  expect(further).toMatchObject({ settledBytes: 650, receivedBytes: 650 })
  expect(further).not.toHaveProperty('again')
})

test('what was there before is progress, and no speed', () => {
  const clock = clockAt()
  const meter = createMeter(clock, { totalBytes: 1000, receivedBytes: 0, settledBytes: 0, wireBytes: 0 })
  meter.read()
  const counters = new BigInt64Array(meter.counters.shared)
  // Parts of a publish that are at the store, told of by its thread.
  Atomics.add(counters, counterIndex.kept, 300n)
  meter.counters.addReceived(300)
  clock.advance(1000)
  expect(meter.read()).toEqual({ settledBytes: 0, receivedBytes: 300, totalBytes: 1000, bytesPerSecond: 0 })
  // A file that a move had copied.
  meter.counters.addKept(100)
  expect(meter.read()).toMatchObject({ settledBytes: 100, receivedBytes: 400, bytesPerSecond: 0 })
  // A file that an export goes on with.
  meter.counters.reset({ receivedBytes: 500, settledBytes: 500 })
  clock.advance(1000)
  meter.counters.addReceived(20)
  expect(meter.read()).toMatchObject({ receivedBytes: 520, bytesPerSecond: 10, secondsLeft: 48 })
})

test('files are told in pieces, each with its own numbers, and how many of all are settled', () => {
  const meter = createMeter(clockAt(), { totalBytes: 600, receivedBytes: 0, settledBytes: 0, wireBytes: 0 })
  meter.setTotal(
    600,
    ['a', 'b', 'c', 'd'].map((path, at) => ({ path, sizeBytes: at * 100 })),
  )
  const values = new BigInt64Array(meter.counters.shared)
  const count = (index: number, received: number, settled: number) => {
    values[counterIndex.firstFile + 2 * index] = BigInt(received)
    values[counterIndex.firstFile + 2 * index + 1] = BigInt(settled)
  }
  count(1, 100, 100)
  count(2, 150, 50)
  expect(meter.files(1, 2)).toEqual({
    fileCount: 4,
    // An empty file has nothing to wait for.
    settledCount: 2,
    files: [
      { path: 'b', sizeBytes: 100, settledBytes: 100, receivedBytes: 100 },
      { path: 'c', sizeBytes: 200, settledBytes: 50, receivedBytes: 150 },
    ],
  })
  expect(meter.files(4, 2).files).toEqual([])
})
