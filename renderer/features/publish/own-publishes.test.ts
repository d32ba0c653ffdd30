import { expect, it } from 'vitest'
import type { Transfer, TransferState } from '../../../shared/model/transfer.ts'
import { newlyRunning, shownPublishes } from './own-publishes.ts'

const publishOf = (id: string, kind: 'transferring' | 'done', readOnly = false): Transfer => ({
  id,
  kind: 'publish',
  ref: { name: id, version: '1.0.0' },
  title: id,
  state: { kind } as TransferState,
  progress: { settledBytes: 0, receivedBytes: 0, totalBytes: 100, bytesPerSecond: 0 },
  createdAtMs: 0,
  wireBytes: 0,
  readOnly,
})
const known = (...transfers: readonly Transfer[]) => ({
  order: transfers.map(({ id }) => id),
  byId: Object.fromEntries(transfers.map((each) => [each.id, each])),
})
const idsOf = (transfers: readonly Transfer[]) => transfers.map(({ id }) => id)

it('shows what this window publishes, its ends first, and nothing of another process', () => {
  const all = known(
    publishOf('running', 'transferring'),
    publishOf('elsewhere', 'transferring', true),
    publishOf('ended', 'done'),
    publishOf('ended-elsewhere', 'done', true),
    publishOf('of-another-day', 'done'),
  )
  expect(idsOf(shownPublishes(all, ['running', 'ended', 'ended-elsewhere']))).toEqual(['ended', 'running'])
})

it('takes note of what goes on here, once, and not of what another process does', () => {
  const all = known(publishOf('here', 'transferring'), publishOf('elsewhere', 'transferring', true))
  expect(newlyRunning(all, [])).toEqual(['here'])
  expect(newlyRunning(all, ['here'])).toEqual([])
})
