import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { shortErrorOf } from './error-view.ts'
import {
  formatAge,
  formatClock,
  formatDuration,
  formatList,
  formatQuantity,
  formatSize,
  formatWhen,
  percentOf,
  plural,
  setLocale,
} from './units.ts'

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [999_499, '999 kB'],
    [999_600, '1.00 MB'],
    [87_654_321, '87.7 MB'],
    [1_120_000_000, '1.12 GB'],
    [994e9, '994 GB'],
    [999_999_999_999_999, '1.00 PB'],
    [2_500_000e12, '2,500 PB'],
    [-5, '0 B'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text)
  })

  it('tells two near sizes apart with four figures', () => {
    expect([formatSize(212.4e9, 4), formatSize(212.34e9, 4)]).toEqual(['212.4 GB', '212.3 GB'])
  })
})

describe('per cent', () => {
  it('is 100 only when all is settled', () => {
    expect([percentOf(0, 0), percentOf(999_999, 1_000_000), percentOf(1_000_000, 1_000_000)]).toEqual([0, 99, 100])
  })
})

describe('times', () => {
  const now = new Date(2026, 10, 25, 14, 0, 0).getTime()
  const daysAgo = (days: number, hours = 0) => new Date(2026, 10, 25 - days, 14 - hours, 0, 0).getTime()
  it.each([
    [now - 5000, 'Just now'],
    [now + 60_000, 'Just now'],
    [now - 60_000, '1 minute ago'],
    [now - 300_000, '5 minutes ago'],
    [daysAgo(0, 2), '2 hours ago'],
    [daysAgo(1, 5), 'Yesterday'],
    [daysAgo(3), '3 days ago'],
    [daysAgo(8), 'Last week'],
    [daysAgo(20), '5 Nov'],
    [new Date(2024, 0, 3).getTime(), '3 Jan 2024'],
  ])('%d is %s', (at, text) => {
    expect(formatWhen(at, now)).toBe(text)
  })

  it('says nothing of what is no time', () => {
    expect(formatWhen('soon', now)).toBe('')
  })

  it('tells the age of a list', () => {
    expect(formatAge(new Date(now - 90_000).toISOString(), now)).toBe('1 min ago')
  })

  it.each([
    [0.2, '1 s'],
    [33, '33 s'],
    [240, '4 min'],
    [4800, '1 h 20 min'],
    [7200, '2 h'],
    [200_000, '2 days'],
  ])('%d s is %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text)
  })
})

it('counts and lists in words', () => {
  expect([plural(1, 'file'), plural(1284, 'file'), plural(0, 'entry', 'entries')]).toEqual([
    '1 file',
    '1,284 files',
    '0 entries',
  ])
  expect([formatList([]), formatList(['a']), formatList(['a', 'b', 'c'])]).toEqual(['', 'a', 'a, b and c'])
})

it.each([
  [812, '812'],
  [81_234, '81,234'],
  [30_340_000, '30.3 million'],
  [999_900_000, '1.00 billion'],
  [7_240_000_000, '7.24 billion'],
  [1.2e12, '1.20 trillion'],
])('%d parameters are %s', (count, text) => {
  expect(formatQuantity(count)).toBe(text)
})

describe('the conventions of the system', () => {
  afterEach(() => setLocale('en-GB'))
  const at = new Date(2024, 0, 3, 17, 5).getTime()

  it('are those of its language', () => {
    setLocale('de-DE')
    expect([formatSize(87_654_321), plural(1284, 'file'), formatWhen(at), formatClock(at)]).toEqual([
      '87,7 MB',
      '1.284 files',
      '3. Jan. 2024',
      '17:05',
    ])
    setLocale('en-US')
    expect([formatWhen(at), formatClock(at)]).toEqual(['Jan 3, 2024', '05:05 PM'])
  })

  it('are those of errors, too', () => {
    setLocale('de-DE')
    expect(shortErrorOf(new AppError('disk-full', { path: '/d', neededBytes: 87_654_321, freeBytes: 1000 }))).toContain(
      '87,7 MB are needed, 1,00 kB are free',
    )
  })

  it('stay as they were for a language that nobody knows', () => {
    setLocale('no language')
    expect(formatSize(1_120_000_000)).toBe('1.12 GB')
  })
})
