import { expect, test } from 'vitest'
import { AppError, toWire } from '../../../shared/errors.ts'
import type { Transfer } from '../../../shared/model/transfer.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { createSystemClock } from '../system-clock.ts'
import { mayGoOn } from './go-on.ts'
import { createMeter } from './meter.ts'

const MiB = 1024 * 1024
const clock = createSystemClock()
const pausedBy = (error: AppError) => ({
  transfer: { state: { kind: 'paused', reason: 'disk-full', error: toWire(error) } } as Transfer,
  meter: createMeter(clock, { settledBytes: 0, receivedBytes: 0, totalBytes: 100 * MiB, wireBytes: 0 }),
  journal: { folder: '/journal', records: [], append: () => {} },
  pausedAtMs: 0,
})
const goesOn = (error: AppError, freeBytes: number) =>
  mayGoOn(pausedBy(error), {
    disk: { ...createNodeDisk(), volume: () => ({ totalBytes: 1000 * MiB, freeBytes }) },
    clock,
  })

test.each([
  ['as much as was said to be needed', { neededBytes: 300 * MiB }, 299, 300],
  ['the rest and a little more, where nothing was said', {}, 163, 164],
])('what paused for want of space goes on when there is %s', (_, details, tooLittle, enough) => {
  const error = new AppError('disk-full', { path: '/library', ...details })
  expect(goesOn(error, tooLittle * MiB)).toBe(false)
  expect(goesOn(error, enough * MiB)).toBe(true)
})
