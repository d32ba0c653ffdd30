import { create } from 'zustand'
import { toAppError } from '../../shared/errors.ts'
import type { Sample } from '../../shared/ipc/events.ts'
import type { Progress, Transfer, TransferState } from '../../shared/model/transfer.ts'
import { isEnded, isRunning } from '../../shared/model/transfer-standing.ts'
import { client } from '../ipc/link.ts'
import { type LoadState, loading, ready } from './load-state.ts'
import { createSingleFlight } from './single-flight.ts'

export interface TransfersState {
  readonly load: LoadState
  /** Queue order, then the history, newest first. */
  readonly order: readonly string[]
  readonly byId: Readonly<Record<string, Transfer>>
  /** Newest progress of each transfer; a sample touches one key and nothing else. */
  readonly progressById: Readonly<Record<string, Progress>>
}

export const useTransfers = create<TransfersState>(() => ({ load: loading, order: [], byId: {}, progressById: {} }))
/** Another process works on it: nothing of its progress comes here. */
export const runsElsewhere = ({ readOnly, state }: Pick<Transfer, 'readOnly' | 'state'>): boolean =>
  readOnly && isRunning(state)
/** Bytes don't move although they should or could: bars are grey then. */
export const standsStill = ({ kind }: TransferState): boolean =>
  kind === 'stalled' || kind === 'paused' || kind === 'reconnecting' || kind === 'queued' || kind === 'cancelling'

/** The state with this transfer in it; a new one joins the end of the queue, before the history. Pure. */
export function withTransfer(state: TransfersState, transfer: Transfer): TransfersState {
  const known = state.byId[transfer.id] !== undefined
  const byId = { ...state.byId, [transfer.id]: transfer }
  const progressById = { ...state.progressById, [transfer.id]: transfer.progress }
  const ended = isEnded(transfer.state)
  const wasEnded = known && isEnded((state.byId[transfer.id] as Transfer).state)
  if (known && ended === wasEnded) return { ...state, byId, progressById }
  // It enters the queue or the history: last of the one, first of the other, which is one and the same place.
  const others = state.order.filter((id) => id !== transfer.id)
  const history = others.findIndex((id) => isEnded((byId[id] as Transfer).state))
  const at = history === -1 ? others.length : history
  return { ...state, byId, progressById, order: [...others.slice(0, at), transfer.id, ...others.slice(at)] }
}

export function withoutTransfer(state: TransfersState, id: string): TransfersState {
  const { [id]: _transfer, ...byId } = state.byId
  const { [id]: _progress, ...progressById } = state.progressById
  return { ...state, byId, progressById, order: state.order.filter((each) => each !== id) }
}

/** The state with newer progress; samples of unknown or ended transfers change nothing. Pure. */
export function withSamples(state: TransfersState, samples: readonly Sample[]): TransfersState {
  const news = samples.filter(({ transferId }) => {
    const transfer = state.byId[transferId]
    return transfer !== undefined && !isEnded(transfer.state)
  })
  if (news.length === 0) return state
  const progressById = { ...state.progressById }
  for (const { transferId, progress } of news) progressById[transferId] = progress
  return { ...state, progressById }
}

/** What came while a list was on its way: it may be newer than the list. */
let duringFetch: ((state: TransfersState) => TransfersState)[] | undefined

export const fetchTransfers = createSingleFlight(async () => {
  duringFetch = []
  try {
    const list = await client.transfers.list({})
    const late = duringFetch
    useTransfers.setState((state) => {
      const fetched: TransfersState = {
        load: ready,
        order: list.map(({ id }) => id),
        byId: Object.fromEntries(list.map((transfer) => [transfer.id, transfer])),
        progressById: Object.fromEntries(
          list.map(({ id, progress }) => [id, newest(progress, state.progressById[id])]),
        ),
      }
      return late.reduce((before, change) => change(before), fetched)
    })
  } catch (error) {
    useTransfers.setState({ load: { kind: 'failed', error: toAppError(error) } })
  } finally {
    duringFetch = undefined
  }
})

const newest = (a: Progress, b: Progress | undefined): Progress =>
  b === undefined || a.receivedBytes >= b.receivedBytes ? a : b

export function applyTransfer(transfer: Transfer): void {
  applyNow((state) => withTransfer(state, transfer))
}
export function removeTransfer(id: string): void {
  applyNow((state) => withoutTransfer(state, id))
}
function applyNow(change: (state: TransfersState) => TransfersState): void {
  duringFetch?.push(change)
  useTransfers.setState(change)
}
export const applySamples = (samples: readonly Sample[]): void =>
  useTransfers.setState((state) => withSamples(state, samples))

/** One transfer; undefined while it isn't known. */
export const useTransfer = (id: string | undefined): Transfer | undefined =>
  useTransfers((state) => (id === undefined ? undefined : state.byId[id]))
/** Newest progress of one transfer: draws again at the meter's 4 Hz, for this transfer alone. */
export const useProgress = (id: string | undefined): Progress | undefined =>
  useTransfers((state) => (id === undefined ? undefined : state.progressById[id]))
export const useRunningCount = (): number =>
  useTransfers(({ byId }) => Object.values(byId).filter((each) => isRunning(each.state) && !runsElsewhere(each)).length)
/** The id of the install of this package that hasn't ended; undefined when there is none. */
export const useInstallOf = (name: string | undefined): string | undefined =>
  useTransfers(({ byId, order }) =>
    order.find((id) => {
      const transfer = byId[id]
      return transfer?.kind === 'install' && transfer.ref?.name === name && !isEnded(transfer.state)
    }),
  )
