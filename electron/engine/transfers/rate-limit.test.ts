import { expect, test } from 'vitest'
import { createRateLimit, createSharedLimit } from './rate-limit.ts'

const io = { signal: AbortSignal.timeout(10_000) }

test('threads that share a limit keep it together', async () => {
  let nowMs = 1_000_000
  const slept: number[] = []
  const clock = {
    now: () => nowMs,
    sleep: async (ms: number) => {
      slept.push(ms)
    },
  }
  const shared = createSharedLimit()
  const [one, other] = [createRateLimit(shared, 1e6, clock), createRateLimit(shared, 1e6, clock)]
  // 100 kB take 100 ms at 1 MB/s, whoever takes them.
  await one.take(100_000, io)
  await other.take(100_000, io)
  await one.take(100_000, io)
  expect(slept).toEqual([100, 200, 300])
  // A second in which nobody took anything is not saved up.
  nowMs += 1300
  await one.take(100_000, io)
  await other.take(100_000, io)
  expect(slept.slice(3)).toEqual([100, 200])
})

test('short waits are left out, not lost', async () => {
  const slept: number[] = []
  const clock = { now: () => 5, sleep: async (ms: number) => void slept.push(ms) }
  const limit = createRateLimit(createSharedLimit(), 1e6, clock)
  for (let each = 0; each < 10; each += 1) await limit.take(10_000, io)
  expect(slept).toEqual([60, 70, 80, 90, 100])
})
