import { expect, test } from 'vitest'
import { createRangeRates, createSlowLines } from './slow-lines.ts'

/** One that is watched for so many seconds, with what each line gets a second; says in which second which line was named. */
function watch(options: { seconds: number; rates: readonly number[]; usual?: number; bytes?: number; most?: number }) {
  let ms = 0
  const lines = createSlowLines({ monotonic: () => ms })
  for (const id of options.rates.keys()) lines.begin(id, options.bytes ?? 1e9)
  const named: [second: number, id: number][] = []
  for (let second = 1; second <= options.seconds; second += 1) {
    for (const [id, rate] of options.rates.entries()) lines.came(id, rate)
    ms += 1000
    for (const id of lines.look(options.usual, options.most ?? 4)) named.push([second, id])
  }
  return named
}

test('a line below a fifth of what is usual is named after five seconds, and again after ten', () => {
  expect(watch({ seconds: 16, rates: [100], usual: 1000 })).toEqual([
    [5, 0],
    [15, 0],
  ])
  expect(watch({ seconds: 16, rates: [200], usual: 1000 })).toEqual([])
})

test('where nothing is known to be usual, it is the fastest line that counts', () => {
  expect(watch({ seconds: 6, rates: [1000, 100, 300] })).toEqual([[5, 1]])
  expect(watch({ seconds: 30, rates: [100] })).toEqual([])
})

test('one that is done in a moment is left alone', () => {
  expect(watch({ seconds: 6, rates: [100], usual: 1000, bytes: 650 })).toEqual([])
  expect(watch({ seconds: 6, rates: [100], usual: 1000, bytes: 750 })).toEqual([[5, 0]])
})

test('no more are named than may be, and who was not named stays in question', () => {
  expect(watch({ seconds: 6, rates: [1, 1], usual: 1000, most: 1 })).toEqual([
    [5, 0],
    [6, 1],
  ])
  expect(watch({ seconds: 9, rates: [1, 1], usual: 1000, most: 0 })).toEqual([])
})

test('a line that was fast is slow five seconds after it became so', () => {
  let ms = 0
  const lines = createSlowLines({ monotonic: () => ms })
  lines.begin(1, 1e9)
  let named: number | undefined
  for (let second = 1; second <= 20; second += 1) {
    lines.came(1, second <= 10 ? 1000 : 1)
    ms += 1000
    if (lines.look(1000, 1).length > 0) named ??= second
  }
  expect(named).toBe(15)
})

test('what is usual is the median of the ranges that came whole', () => {
  let ms = 0
  const rates = createRangeRates({ monotonic: () => ms })
  expect(rates.median()).toBeUndefined()
  for (const id of [1, 2, 3, 4]) rates.begin(id, 1000 * id)
  ms += 1000
  for (const id of [1, 3, 2]) rates.end(id)
  rates.cancel(4)
  rates.end(4)
  expect(rates.median()).toBe(2000)
})
