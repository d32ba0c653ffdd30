import { AppError, fromWire } from '../../../shared/errors.ts'
import type { Transfer } from '../../../shared/model/transfer.ts'
import { isEnded, isRunning, versionOf } from '../../../shared/model/transfer-standing.ts'
import { client } from '../../ipc/link.ts'
import { showConnection, useConnections } from '../../state/connections.ts'
import { askInstall } from '../../state/install-request.ts'
import { goTo } from '../../state/navigation.ts'
import { useTransfers } from '../../state/transfers.ts'
import { viewError } from '../../text/error-view.ts'

/** What may be done with a transfer in the state it is in. */
export const canPause = ({ state, readOnly }: Transfer): boolean =>
  !readOnly &&
  (state.kind === 'queued' || (isRunning(state) && state.kind !== 'finishing' && state.kind !== 'cancelling'))
export const canResume = ({ state, readOnly }: Transfer): boolean => !readOnly && state.kind === 'paused'
/** It waits for its next try, which may as well be now. */
export const canTryNow = ({ state, readOnly }: Transfer): boolean => !readOnly && state.kind === 'reconnecting'
/** What is wrong at the store stays wrong, however often it is fetched: another version helps. */
export const needsOther = ({ state, ref, connectionId }: Transfer): boolean =>
  state.kind === 'failed' &&
  ref !== undefined &&
  connectionId !== undefined &&
  viewError(fromWire(state.error)).remedy === 'versions'
/** What was cancelled has left nothing to go on from: an install is asked about anew. Everything else is begun where it was begun. */
const canAskAgain = ({ kind, state, ref, connectionId }: Transfer): boolean =>
  kind === 'install' && state.kind === 'cancelled' && ref !== undefined && connectionId !== undefined
export const canRetry = (transfer: Transfer): boolean =>
  !transfer.readOnly && (canAskAgain(transfer) || (transfer.state.kind === 'failed' && !needsOther(transfer)))
/** Only what waits has a place in the queue. */
export const canMove = ({ state, readOnly }: Transfer): boolean => !readOnly && state.kind === 'queued'
export const canCancel = ({ state, readOnly }: Transfer): boolean =>
  !readOnly && !isEnded(state) && state.kind !== 'finishing' && state.kind !== 'cancelling'
/** What failed is kept, with what it may go on from, until it is cancelled, too. */
export const canDiscard = ({ state, readOnly }: Transfer): boolean => !readOnly && state.kind === 'failed'

export const pause = ({ id }: Transfer): Promise<unknown> => client.transfers.pause({ id })
/** Goes on with what is paused, tries what failed again, and what is reconnecting at once. */
export const resume = ({ id }: Transfer): Promise<unknown> => client.transfers.resume({ id })
export async function retry(transfer: Transfer): Promise<void> {
  const { id, ref, connectionId, libraryId, title } = transfer
  if (ref !== undefined && canAskAgain(transfer)) askInstall({ source: { connectionId, ref }, title, libraryId })
  else await client.transfers.resume({ id })
}
export const moveUp = ({ id }: Transfer): Promise<unknown> => client.transfers.moveUp({ id })
export const cancel = ({ id }: Transfer): Promise<unknown> => client.transfers.cancel({ id })

/** Pauses, or resumes when it is paused; nothing where neither can be. */
export async function pauseOrResume(transfer: Transfer): Promise<void> {
  if (canResume(transfer)) await resume(transfer)
  else if (canPause(transfer)) await pause(transfer)
}

/** Shows the package that a transfer is of, in its connection, whichever the window shows. `connection-not-found` where that was removed since. */
export async function showPackage(transfer: Transfer, version?: string): Promise<void> {
  const { connectionId = '' } = transfer
  if (!useConnections.getState().list.some(({ id }) => id === connectionId))
    throw new AppError('connection-not-found', { connectionId })
  showConnection(connectionId)
  goTo({ page: 'package', name: versionOf(transfer).name, tab: 'versions', version })
}

const all = (): readonly Transfer[] => {
  const { order, byId } = useTransfers.getState()
  return order.flatMap((id) => byId[id] ?? [])
}

export const pauseAll = (): Promise<void> => stopEach(all().filter(canPause), pause)
export const resumeAll = (): Promise<void> => actOnEach(all().filter(canResume), resume)

/** Those at the end of the queue first, and what runs last: else the next would begin in the place of each that is stopped. */
export const stopEach = (transfers: readonly Transfer[], work: (one: Transfer) => Promise<unknown>): Promise<void> =>
  actOnEach([...transfers.filter(canMove).reverse(), ...transfers.filter((one) => !canMove(one))], work)

/** A browser refuses thousands of calls at a time. */
const callsAtOnce = 16

/** Does it with each. One that fails doesn't keep the others from it; the first error is thrown at the end. */
export async function actOnEach(
  transfers: readonly Transfer[],
  work: (one: Transfer) => Promise<unknown>,
): Promise<void> {
  const left = transfers.values()
  const failures: unknown[] = []
  const next = async () => {
    for (const one of left) await work(one).catch((error: unknown) => failures.push(error))
  }
  await Promise.all(Array.from({ length: callsAtOnce }, next))
  if (failures.length > 0) throw failures[0]
}
