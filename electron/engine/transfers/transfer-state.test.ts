import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TransferState } from '../../../shared/model/transfer.ts'
import { isEnded } from '../../../shared/model/transfer-standing.ts'
import type { Phase } from './transfer-runner.ts'
import { nextState, type TransferEvent } from './transfer-state.ts'

const error = { code: 'network-unreachable', details: { endpoint: 'store' } } as const
const events = fc.oneof(
  fc.constantFrom<TransferEvent>(
    { kind: 'begin' },
    { kind: 'requeue' },
    { kind: 'pause', reason: 'by-person' },
    { kind: 'pause', reason: 'interrupted' },
    { kind: 'cancel' },
    { kind: 'cancelled' },
    { kind: 'fail', error },
    { kind: 'done' },
  ),
  fc
    .constantFrom<Phase>(
      { kind: 'preparing' },
      { kind: 'transferring' },
      { kind: 'verifying' },
      { kind: 'finishing' },
      { kind: 'finishing', isHeld: true },
    )
    .map((phase): TransferEvent => ({ kind: 'phase', phase })),
)

test('whatever happens: done stays done, finishing is left by its end alone, cancelling ends cancelled or failed', () => {
  fc.assert(
    fc.property(fc.array(events, { maxLength: 40 }), (happened) => {
      let state: TransferState = { kind: 'queued' }
      for (const event of happened) {
        const next = nextState(state, event)
        if (state.kind === 'done') expect(next).toBe(state)
        if (state.kind === 'finishing' && next !== state)
          expect(['finishing', 'done', 'failed', 'paused']).toContain(next.kind)
        if (state.kind === 'finishing' && next.kind === 'paused') expect(next.reason).toBe('interrupted')
        if (state.kind === 'cancelling' && next !== state) expect(isEnded(next)).toBe(true)
        state = next
      }
    }),
    { seed: 7, numRuns: 2000 },
  )
})

test('a failed transfer can be tried again or cleared away', () => {
  const failed: TransferState = { kind: 'failed', error }
  expect(nextState(failed, { kind: 'requeue' })).toEqual({ kind: 'queued' })
  expect(nextState(failed, { kind: 'cancel' })).toEqual({ kind: 'cancelling' })
})
