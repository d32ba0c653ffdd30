import { expect, test } from 'vitest'
import { createLineCount } from './line-count.ts'

/** A store of which each line gives 10 MB/s, up to `limit` in all. */
function run(options: { start: number; most: number; limit: number }) {
  let ms = 0
  let bytes = 0
  const count = createLineCount({ monotonic: () => ms }, options)
  const seen: number[] = []
  for (let second = 0; second < 12; second += 1) {
    count.look(bytes)
    seen.push(count.lines())
    ms += 1000
    bytes += Math.min(options.limit, count.lines() * 10e6)
  }
  return seen
}

test('more lines are taken while they bring more, and not beyond the most', () => {
  const seen = run({ start: 4, most: 16, limit: 1e9 })
  expect(seen[0]).toBe(4)
  expect(seen.at(-1)).toBe(16)
  expect([...seen].sort((a, b) => a - b)).toEqual(seen)
})

test('lines that bring nothing are given back, once and for all', () => {
  const seen = run({ start: 4, most: 16, limit: 60e6 })
  expect(Math.max(...seen)).toBe(8)
  expect(seen.slice(-3)).toEqual([6, 6, 6])
  expect(run({ start: 4, most: 16, limit: 40e6 }).at(-1)).toBe(4)
})

test('a number that was asked for stays', () => {
  expect(new Set(run({ start: 9, most: 9, limit: 1e9 }))).toEqual(new Set([9]))
})
