import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { guardQuit } from './quit-guard.ts'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
let before: NodeJS.SignalsListener[][]
beforeEach(() => {
  before = signals.map((signal) => process.listeners(signal))
})
afterEach(() => {
  for (const [at, signal] of signals.entries())
    for (const each of process.listeners(signal)) if (before[at]?.includes(each) !== true) process.off(signal, each)
})

function setUp() {
  const events = new EventEmitter()
  const quit = vi.fn()
  const stop = vi.fn(async () => {})
  const quitAtOnce = guardQuit(Object.assign(events, { quit }) as never, stop)
  /** True when quitting was held up. */
  const askToQuit = () => {
    const preventDefault = vi.fn()
    events.emit('before-quit', { preventDefault })
    return preventDefault.mock.calls.length > 0
  }
  return { askToQuit, quitAtOnce, quit, stop }
}

test('quitting waits until everything has stopped', async () => {
  const { askToQuit, quit, stop } = setUp()
  expect([askToQuit(), askToQuit()]).toEqual([true, true])
  expect(stop).toHaveBeenCalledOnce()
  await expect.poll(() => quit.mock.calls.length).toBe(1)
  expect(askToQuit()).toBe(false)
})

test('a logout is not held up', () => {
  const { askToQuit, quitAtOnce } = setUp()
  quitAtOnce()
  expect(askToQuit()).toBe(false)
})
