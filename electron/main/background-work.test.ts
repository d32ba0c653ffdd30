import { beforeEach, expect, test, vi } from 'vitest'
import type { Transfer } from '../../shared/model/transfer.ts'
import { createBackgroundWork } from './background-work.ts'

const none = { settledBytes: 0, receivedBytes: 0, totalBytes: 0, bytesPerSecond: 0 }
const transferOf = (id: string, kind: Transfer['state']['kind'], totalBytes = 100, more: Partial<Transfer> = {}) =>
  ({
    id,
    kind: 'install',
    title: id,
    state: { kind },
    progress: { ...none, totalBytes },
    readOnly: false,
    ...more,
  }) as Transfer

const signs = { showProgress: vi.fn(), keepAwake: vi.fn(), isLookedAt: vi.fn(() => false), notify: vi.fn() }
let work: ReturnType<typeof createBackgroundWork>
let seq = 0
const change = (transfer: Transfer) =>
  work.hear({ kind: 'change', epoch: 'e', seq: ++seq, change: { kind: 'transfer.changed', transfer } })
const sample = (transferId: string, settledBytes: number, totalBytes = 100) =>
  work.hear({ kind: 'samples', epoch: 'e', samples: [{ transferId, progress: { ...none, settledBytes, totalBytes } }] })

beforeEach(() => {
  for (const sign of Object.values(signs)) sign.mockClear()
  signs.isLookedAt.mockReturnValue(false)
  work = createBackgroundWork(signs)
})

test('one bar stands for all that run, by their bytes', () => {
  change(transferOf('a', 'transferring', 300))
  change(transferOf('b', 'queued', 100))
  sample('a', 100, 300)
  expect(signs.showProgress).toHaveBeenLastCalledWith(0.25, 'normal')
  change(transferOf('a', 'done', 300))
  expect(signs.showProgress).toHaveBeenLastCalledWith(0, 'paused')
  change(transferOf('b', 'cancelled'))
  expect(signs.showProgress).toHaveBeenLastCalledWith(undefined, 'paused')
})

test('the computer is kept awake only while bytes move', () => {
  change(transferOf('a', 'queued'))
  expect(signs.keepAwake).not.toHaveBeenCalled()
  change(transferOf('a', 'transferring'))
  sample('a', 10)
  expect(signs.keepAwake.mock.calls).toEqual([[true]])
  change(transferOf('a', 'stalled'))
  expect(signs.keepAwake).toHaveBeenLastCalledWith(false)
  change(transferOf('a', 'transferring'))
  change(transferOf('a', 'paused'))
  expect(signs.keepAwake.mock.calls).toEqual([[true], [false], [true], [false]])
})

test('an end is said when nobody looks, once', () => {
  change(transferOf('a', 'transferring'))
  change(transferOf('a', 'done'))
  change(transferOf('a', 'done'))
  expect(signs.notify).toHaveBeenCalledTimes(1)
  signs.isLookedAt.mockReturnValue(true)
  change(transferOf('b', 'transferring'))
  change(transferOf('b', 'failed'))
  expect(signs.notify).toHaveBeenCalledTimes(1)
})

test('what another process runs is not ours to show or wait for', () => {
  change(transferOf('a', 'transferring', 100, { readOnly: true }))
  expect(signs.keepAwake).not.toHaveBeenCalled()
  expect(work.running()).toEqual([])
  change(transferOf('b', 'queued'))
  expect(work.running().map(({ id }) => id)).toEqual(['b'])
})
