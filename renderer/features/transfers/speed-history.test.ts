import { describe, expect, it } from 'vitest'
import { type Reading, sparkPoints, speedsOf, withReading } from './speed-history.ts'

const steady = (bytesPerSecond: number, seconds: number): readonly Reading[] =>
  Array.from({ length: seconds * 4 + 1 }, (_, at) => ({ atMs: at * 250, receivedBytes: (at * bytesPerSecond) / 4 }))

describe('withReading', () => {
  it('keeps ten seconds, and the reading that their start is measured from', () => {
    const history = steady(1000, 30).reduce<readonly Reading[]>(withReading, [])
    expect(history[0]?.atMs).toBe(19_750)
    expect(history.at(-1)?.atMs).toBe(30_000)
  })
})

describe('speedsOf', () => {
  it('is flat for a steady transfer', () => {
    const speeds = speedsOf(steady(1000, 12), 12_000)
    expect(speeds).toHaveLength(20)
    expect(new Set(speeds.map(Math.round))).toEqual(new Set([1000]))
  })
  it('falls to nothing when nothing moves', () => {
    const speeds = speedsOf(steady(1000, 12), 17_000)
    expect(speeds.slice(10).every((speed) => speed === 0)).toBe(true)
    expect(Math.round(speeds[0] ?? 0)).toBe(1000)
  })
  it('is nothing without readings', () => {
    expect(speedsOf([], 1000).every((speed) => speed === 0)).toBe(true)
  })
})

describe('sparkPoints', () => {
  it('goes from the left edge to the right one, inside the box', () => {
    const points = sparkPoints([0, 5, 10], 300, 48)
      .split(' ')
      .map((point) => point.split(',').map(Number))
    expect(points).toEqual([
      [0, 48],
      [150, 27],
      [300, 6],
    ])
  })
  it('draws standing still along the bottom', () => {
    expect(sparkPoints([0, 0], 300, 48)).toBe('0,48 300,48')
  })
})
