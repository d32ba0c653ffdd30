import { expect, test } from 'vitest'
import { createSlowLooks } from './slow-looks.ts'

test('a place is looked at once at a time, rests after a long look, and leaves the others theirs', async () => {
  let nowMs = 0
  const clock = { now: () => nowMs, monotonic: () => nowMs, sleep: async () => {} }
  const looks = createSlowLooks({ clock })
  const begun: string[] = []
  let answer = () => {}
  const slow = new Promise<void>((resolve) => {
    answer = resolve
  })
  const look = (place: string, until: Promise<void>) =>
    [
      place,
      () => {
        begun.push(place)
        return until
      },
    ] as const
  const begin = () => {
    begun.length = 0
    looks.begin(new Map([look('share', slow), look('a', Promise.resolve()), look('b', Promise.resolve())]))
  }
  begin()
  await expect.poll(() => begun).toEqual(['share', 'a', 'b'])
  expect(looks.isStuck('share')).toBe(false)
  nowMs = 1000
  expect(looks.isStuck('share')).toBe(true)
  begin()
  await expect.poll(() => begun).toEqual(['a', 'b'])
  answer()
  await expect.poll(() => looks.isStuck('share')).toBe(false)
  begin()
  await expect.poll(() => begun).toEqual(['a', 'b'])
  nowMs = 12_000
  begin()
  await expect.poll(() => begun).toEqual(['share', 'a', 'b'])
})
