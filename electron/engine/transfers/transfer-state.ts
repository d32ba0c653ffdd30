import type { WireError } from '../../../shared/errors.ts'
import type { PauseReason, TransferState } from '../../../shared/model/transfer.ts'
import { isEnded, isRunning } from '../../../shared/model/transfer-standing.ts'
import type { Phase } from './transfer-runner.ts'

/** What happens to a transfer. */
export type TransferEvent =
  /** The queue begins to run it. */
  | { readonly kind: 'begin' }
  | { readonly kind: 'phase'; readonly phase: Phase }
  /** A person wants it to go on, or to be tried again. */
  | { readonly kind: 'requeue' }
  | { readonly kind: 'pause'; readonly reason: PauseReason; readonly error?: WireError }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'fail'; readonly error: WireError }
  | { readonly kind: 'done' }

/**
 * The state after an event; the same object where the event means nothing in that state. Pure and total.
 * `finishing` can't be left but by its end; an ended transfer only by `requeue` (done stays done); `cancelling` only ends.
 */
export function nextState(state: TransferState, event: TransferEvent): TransferState {
  switch (event.kind) {
    case 'begin':
      return state.kind === 'queued' ? { kind: 'preparing' } : state
    case 'phase':
      if (!isRunning(state) || state.kind === 'cancelling') return state
      if (state.kind !== 'finishing') return event.phase
      return event.phase.kind === 'finishing' && event.phase.isHeld !== state.isHeld ? event.phase : state
    case 'requeue':
      return state.kind === 'paused' || state.kind === 'failed' || state.kind === 'cancelled'
        ? { kind: 'queued' }
        : state
    case 'pause':
      if (isEnded(state) || state.kind === 'paused' || state.kind === 'cancelling') return state
      if (state.kind === 'finishing' && event.reason === 'by-person') return state
      return event.error === undefined
        ? { kind: 'paused', reason: event.reason }
        : { kind: 'paused', reason: event.reason, error: event.error }
    case 'cancel': {
      const ends =
        state.kind === 'done' || state.kind === 'cancelled' || state.kind === 'finishing' || state.kind === 'cancelling'
      return ends ? state : { kind: 'cancelling' }
    }
    case 'cancelled':
      return state.kind === 'cancelling' ? { kind: 'cancelled' } : state
    case 'fail':
      return isEnded(state) || state.kind === 'queued' || state.kind === 'paused'
        ? state
        : { kind: 'failed', error: event.error }
    case 'done':
      return isEnded(state) || state.kind === 'queued' || state.kind === 'paused' ? state : { kind: 'done' }
  }
}
