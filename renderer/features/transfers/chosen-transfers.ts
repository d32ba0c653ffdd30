import { IconPlayerPause, IconPlayerPlay, IconRefresh, IconX } from '@tabler/icons-react'
import type { Transfer } from '../../../shared/model/transfer.ts'
import { isEnded } from '../../../shared/model/transfer-standing.ts'
import { transferTitle } from '../../text/transfer-states.ts'
import { transfersText as text } from '../../text/transfers.ts'
import type { RowCommand } from '../../ui/row-keys.ts'
import type { SelectionAction } from '../../ui/selection-panel.tsx'
import {
  actOnEach,
  canCancel,
  cancel,
  canDiscard,
  canPause,
  canResume,
  canRetry,
  pause,
  resume,
  stopEach,
} from './transfer-actions.ts'

/** Several transfers: what they still have to do, and what can be done with all of them at once. */
export interface ChosenTransfers {
  readonly title: string
  readonly names: readonly string[]
  readonly actions: readonly SelectionAction[]
  /** What a key does with all of them; false where it means nothing. */
  act(command: RowCommand | undefined): boolean
}

export function chooseTransfers(
  transfers: readonly Transfer[],
  run: (work: () => Promise<unknown>) => void,
): ChosenTransfers {
  const left = transfers
    .filter(({ state }) => !isEnded(state))
    .reduce((sum, { progress }) => sum + progress.totalBytes - progress.settledBytes, 0)
  const each = (can: (one: Transfer) => boolean, work: (one: Transfer) => Promise<unknown>, inOrder = actOnEach) => {
    const those = transfers.filter(can)
    const act = () => run(() => inOrder(those, work))
    return { count: those.length, act }
  }
  const pausing = each(canPause, pause, stopEach)
  const resuming = each(canResume, resume)
  // What was cancelled is asked about anew, one at a time.
  const retrying = each((one) => one.state.kind === 'failed' && canRetry(one), resume)
  const cancelling = each(canCancel, cancel, stopEach)
  const discarding = each(canDiscard, cancel)
  const discarded = transfers.filter(canDiscard).reduce((sum, { progress }) => sum + progress.receivedBytes, 0)
  const action = (
    label: (count: number) => string,
    { count, act }: typeof pausing,
    more: Partial<SelectionAction>,
  ): SelectionAction[] => (count === 0 ? [] : [{ label: label(count), act, ...more }])
  const some = (verb: string) => (count: number) => text.some(verb, count)
  const does = (...wanted: readonly (typeof pausing)[]): boolean => {
    const found = wanted.find(({ count }) => count > 0)
    found?.act()
    return found !== undefined
  }
  return {
    title: text.chosen(transfers.length, left),
    names: transfers.map(transferTitle),
    actions: [
      ...action(some(text.pause), pausing, { icon: IconPlayerPause }),
      ...action(some(text.resume), resuming, { icon: IconPlayerPlay }),
      ...action(some(text.retry), retrying, { icon: IconRefresh }),
      ...action(some(text.cancel), cancelling, { icon: IconX, danger: true }),
      ...action((count) => text.discardSome(count, discarded), discarding, { icon: IconX, danger: true }),
    ],
    act(command) {
      if (command === 'pause') return does(pausing, resuming)
      return command === 'retry' && does(retrying)
    },
  }
}
