import { AppError } from '../errors.ts'
import type { PackageRef } from './package.ts'
import { specOf } from './package-ref.ts'
import type { Transfer, TransferState } from './transfer.ts'

export const isEnded = (state: TransferState): boolean =>
  state.kind === 'done' || state.kind === 'failed' || state.kind === 'cancelled'
export const isRunning = (state: TransferState): boolean =>
  !isEnded(state) && state.kind !== 'queued' && state.kind !== 'paused'

/** The version that a transfer is of: all but a move are of one. */
export function versionOf({ ref }: Pick<Transfer, 'ref'>): PackageRef {
  if (ref === undefined) throw new AppError('internal', { what: 'a transfer of no version' })
  return ref
}

/** What it is of, as the command line writes it: a version, or a library by its name. */
export const nameOf = ({ ref, title }: Pick<Transfer, 'ref' | 'title'>): string =>
  ref === undefined ? title : specOf(ref)
