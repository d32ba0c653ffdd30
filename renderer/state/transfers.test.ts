import { describe, expect, it } from 'vitest'
import type { Transfer, TransferState } from '../../shared/model/transfer.ts'
import { type TransfersState, withoutTransfer, withSamples, withTransfers } from './transfers.ts'

const progress = { settledBytes: 0, receivedBytes: 0, totalBytes: 100, bytesPerSecond: 0 }
const transfer = (id: string, kind: 'queued' | 'transferring' | 'done' = 'queued'): Transfer => ({
  id,
  kind: 'install',
  ref: { name: id, version: '1.0.0' },
  title: id,
  state: { kind } as TransferState,
  progress,
  createdAtMs: 0,
  wireBytes: 0,
  readOnly: false,
})
const empty: TransfersState = { load: { kind: 'ready' }, order: [], byId: {}, progressById: {} }
const withTransfer = (state: TransfersState, one: Transfer) => withTransfers(state, [one])
const of = (...transfers: readonly Transfer[]) => transfers.reduce(withTransfer, empty)

describe('transfers in the window', () => {
  it('joins the end of the queue, before the history', () => {
    expect(of(transfer('old', 'done'), transfer('a'), transfer('b')).order).toEqual(['a', 'b', 'old'])
  })

  it('leads the history once it has ended', () => {
    const before = of(transfer('old', 'done'), transfer('a'), transfer('b'))
    expect(withTransfer(before, transfer('a', 'done')).order).toEqual(['b', 'a', 'old'])
  })

  it('has those that changed together where they would be had they come one by one', () => {
    const before = of(transfer('old', 'done'), transfer('a'), transfer('b'))
    const changes = [
      transfer('c'),
      transfer('a', 'done'),
      transfer('d'),
      transfer('b', 'transferring'),
      transfer('b', 'done'),
    ]
    const together = withTransfers(before, changes)
    expect(together).toEqual(changes.reduce(withTransfer, before))
    expect(together.order).toEqual(['c', 'd', 'b', 'a', 'old'])
  })

  it('keeps its place while it runs', () => {
    const before = of(transfer('a'), transfer('b'))
    expect(withTransfer(before, transfer('a', 'transferring')).order).toEqual(['a', 'b'])
  })

  it('changes one key for a sample, and nothing for an ended or unknown transfer', () => {
    const before = of(transfer('a', 'transferring'), transfer('b', 'transferring'), transfer('c', 'done'))
    const newer = { ...progress, receivedBytes: 10 }
    const after = withSamples(before, [
      { transferId: 'a', progress: newer },
      { transferId: 'c', progress: newer },
      { transferId: 'x', progress: newer },
    ])
    expect(after.progressById.a).toBe(newer)
    expect(after.progressById.b).toBe(before.progressById.b)
    expect(after.progressById.c).toBe(before.progressById.c)
    expect(after.byId).toBe(before.byId)
    expect(withSamples(before, [{ transferId: 'c', progress: newer }])).toBe(before)
  })

  it('forgets a removed one', () => {
    const after = withoutTransfer(of(transfer('a'), transfer('b')), 'a')
    expect(after.order).toEqual(['b'])
    expect(Object.keys(after.byId)).toEqual(['b'])
  })
})
