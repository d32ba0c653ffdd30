import type { Transfer } from '../../../shared/model/transfer.ts'
import { isEnded } from '../../../shared/model/transfer-standing.ts'
import type { TransfersState } from '../../state/transfers.ts'

type Known = Pick<TransfersState, 'byId' | 'order'>

/** Publishes of this process; another's are in Transfers, which can show them without steering them. */
const ownPublishes = ({ byId, order }: Known): readonly Transfer[] =>
  order.flatMap((id) => byId[id] ?? []).filter(({ kind, readOnly }) => kind === 'publish' && !readOnly)

/** What the Publish page shows: what ended since the window opened (`started`), then what goes on. */
export function shownPublishes(known: Known, started: readonly string[]): readonly Transfer[] {
  const own = ownPublishes(known)
  const ended = own.filter(({ id, state }) => isEnded(state) && state.kind !== 'cancelled' && started.includes(id))
  return [...ended, ...own.filter(({ state }) => !isEnded(state))]
}

/** Those that go on and aren't among the `started` yet. */
export const newlyRunning = (known: Known, started: readonly string[]): readonly string[] =>
  ownPublishes(known).flatMap(({ id, state }) => (isEnded(state) || started.includes(id) ? [] : [id]))
