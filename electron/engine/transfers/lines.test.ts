import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLines, type Lines } from './lines.ts'
import type { Phase } from './transfer-runner.ts'

let told: Phase[]
let lines: Lines
beforeEach(() => {
  vi.useFakeTimers()
  told = []
  lines = createLines({
    clock: { now: Date.now, monotonic: () => performance.now() },
    tell: (phase) => told.push(phase),
  })
})
afterEach(() => {
  lines.close()
  vi.useRealTimers()
})

const kinds = () => told.map(({ kind }) => kind)

test('stalled is told when nothing moved on any line for five seconds, with since when, and ends with the first byte', () => {
  const startMs = Date.now()
  lines.begin(1, { isSilent: false })
  lines.begin(2, { isSilent: false })
  vi.advanceTimersByTime(3_000)
  lines.moved(2)
  vi.advanceTimersByTime(5_000)
  expect(told).toEqual([])
  vi.advanceTimersByTime(2_000)
  expect(told).toEqual([{ kind: 'stalled', sinceMs: startMs }])
  lines.moved(1)
  expect(kinds()).toEqual(['stalled', 'transferring'])
})

test('what this side holds back, and what the store does by itself, is not stalled', () => {
  lines.begin(1, { isSilent: false })
  lines.begin(2, { isSilent: true })
  vi.advanceTimersByTime(60_000)
  lines.end(2)
  lines.moved(1)
  lines.held(1)
  told.length = 0
  vi.advanceTimersByTime(60_000)
  expect(told).toEqual([])
  lines.moved(1)
  vi.advanceTimersByTime(7_000)
  expect(kinds()).toEqual(['stalled'])
})

test('the soonest next try is told where no line moves; without a line nothing is wrong', () => {
  lines.begin(1, { isSilent: false })
  lines.begin(2, { isSilent: false })
  lines.reconnecting(1, { attempt: 2, nextTryAtMs: 900 })
  expect(told).toEqual([])
  lines.reconnecting(2, { attempt: 1, nextTryAtMs: 800 })
  expect(told).toEqual([{ kind: 'reconnecting', attempt: 1, nextTryAtMs: 800 }])
  lines.end(2)
  lines.end(1)
  expect(told.slice(1)).toEqual([{ kind: 'reconnecting', attempt: 2, nextTryAtMs: 900 }, { kind: 'transferring' }])
})
