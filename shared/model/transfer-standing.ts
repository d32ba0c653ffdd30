import type { TransferState } from './transfer.ts'

export const isEnded = (state: TransferState): boolean =>
  state.kind === 'done' || state.kind === 'failed' || state.kind === 'cancelled'
export const isRunning = (state: TransferState): boolean =>
  !isEnded(state) && state.kind !== 'queued' && state.kind !== 'paused'
