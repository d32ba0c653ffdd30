import { expect, test } from 'vitest'
import { changeLimit, createRateLimit, createSharedLimit } from './rate-limit.ts'

const io = { signal: AbortSignal.timeout(10_000) }

/** Who sleeps wakes at its time, after all that is done at once; how long each slept is noted. */
function createFakeClock() {
  let nowMs = 1_000_000
  const slept: number[] = []
  return {
    slept,
    pass: (ms: number) => {
      nowMs += ms
    },
    now: () => nowMs,
    sleep: async (ms: number) => {
      slept.push(ms)
      const wakesMs = nowMs + ms
      await Promise.resolve()
      nowMs = Math.max(nowMs, wakesMs)
    },
  }
}

test('threads that share a limit keep it together', async () => {
  const clock = createFakeClock()
  const shared = createSharedLimit(1e6)
  const [one, other] = [createRateLimit(shared, clock), createRateLimit(shared, clock)]
  // 100 kB take 100 ms at 1 MB/s, whoever takes them.
  await Promise.all([one.take(100_000, io), other.take(100_000, io), one.take(100_000, io)])
  expect(clock.slept).toEqual([100, 200, 250, 50])
  // A second in which nobody took anything is not saved up.
  clock.pass(1300)
  await Promise.all([one.take(100_000, io), other.take(100_000, io)])
  expect(clock.slept.slice(4)).toEqual([100, 200])
})

test('short waits are left out, not lost', async () => {
  const clock = createFakeClock()
  const limit = createRateLimit(createSharedLimit(1e6), clock)
  const waits = Array.from({ length: 10 }, () => limit.take(10_000, io))
  expect(waits.map((wait) => wait !== undefined)).toEqual(Array.from({ length: 10 }, (_, each) => each >= 5))
  expect(clock.slept).toEqual([60, 70, 80, 90, 100])
})

test('a limit that is changed or lifted holds for those who wait already', async () => {
  const clock = createFakeClock()
  const shared = createSharedLimit(1)
  const limit = createRateLimit(shared, {
    now: clock.now,
    async sleep(ms) {
      await clock.sleep(ms)
      if (clock.slept.length === 2) changeLimit(shared, 1e6)
    },
  })
  await limit.take(100_000, io)
  expect(clock.slept).toEqual([250, 250])
  await limit.take(100_000, io)
  expect(clock.slept).toEqual([250, 250, 100])
  changeLimit(shared, undefined)
  expect(limit.take(1e12, io)).toBeUndefined()
})
