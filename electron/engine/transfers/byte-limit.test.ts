import { expect, test } from 'vitest'
import type { Clock } from '../ports.ts'
import { createByteLimit } from './byte-limit.ts'

const io = { signal: new AbortController().signal }

test('lets no more through than the rate and one burst', async () => {
  let nowMs = 1_000
  const clock: Clock = {
    now: () => nowMs,
    monotonic: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms
    },
  }
  const limit = createByteLimit(1_000_000, clock)
  for (let taken = 0; taken < 10_000_000; taken += 100_000) await limit.take(100_000, io)
  expect(nowMs - 1_000).toBeGreaterThanOrEqual(9_700)
  expect(nowMs - 1_000).toBeLessThanOrEqual(10_000)
  // A pause saves up no more than the burst.
  nowMs += 60_000
  const startMs = nowMs
  await limit.take(2_000_000, io)
  expect(nowMs - startMs).toBeGreaterThanOrEqual(1_700)
})
