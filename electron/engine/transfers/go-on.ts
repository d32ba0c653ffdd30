import type { ErrorCode } from '../../../shared/errors.ts'
import type { PauseReason, Transfer } from '../../../shared/model/transfer.ts'
import type { Clock, Disk } from '../ports.ts'
import type { Meter } from './meter.ts'
import type { Journal } from './transfer-runner.ts'

/** Errors that a transfer waits out, with its progress kept. */
export const pauseReasons: Partial<Record<ErrorCode, PauseReason>> = {
  'disk-full': 'disk-full',
  'sign-in-expired': 'sign-in',
  'sign-in-failed': 'sign-in',
  'secret-unavailable': 'sign-in',
  'network-unreachable': 'store-unreachable',
  'network-interrupted': 'store-unreachable',
  'store-busy': 'store-unreachable',
}

/** Its connections lead to the store, or it waits to have some: after sleep none of them is good any more. */
export const isOnItsWay = (state: Transfer['state']): boolean =>
  ['preparing', 'transferring', 'stalled', 'reconnecting'].includes(state.kind) ||
  (state.kind === 'paused' && state.reason === 'store-unreachable')

const storeAgainMs = 60_000
/** What must be free beyond the rest of a transfer that didn't say what it needs, before it goes on. */
const spareBytes = 64 * 1024 * 1024

export interface PausedTransfer {
  readonly transfer: Transfer
  readonly meter: Meter
  readonly journal: Journal
  /** By the monotonic clock. */
  readonly pausedAtMs: number
}

/** True when a transfer that paused for want of space has room now, or one that paused for want of its store may try it again. */
export function mayGoOn(
  paused: PausedTransfer,
  { disk, clock }: { readonly disk: Disk; readonly clock: Clock },
): boolean {
  const { state } = paused.transfer
  if (state.kind !== 'paused') return false
  if (state.reason === 'store-unreachable') return clock.monotonic() - paused.pausedAtMs >= storeAgainMs
  if (state.reason !== 'disk-full') return false
  const full = state.error?.code === 'disk-full' ? state.error.details : undefined
  const { totalBytes, settledBytes } = paused.meter.read()
  // It would only be refused again with less than it said.
  const neededBytes = full?.neededBytes ?? totalBytes - settledBytes + spareBytes
  try {
    return disk.volume(full?.path ?? paused.journal.folder).freeBytes >= neededBytes
  } catch {
    return false // A disk that is gone has no room; a person sees it paused.
  }
}
