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

/** The state with these transfers in it, as they changed one after the other; a new one joins the end of the queue, before the history. Pure. */
export function withTransfers(state: TransfersState, changed: readonly Transfer[]): TransfersState {
  const byId = { ...state.byId }
  const progressById = { ...state.progressById }
  // They enter the queue or the history: last of the one, first of the other, which is one and the same place.
  const entering = new Set<string>()
  for (const transfer of changed) {
    const { id } = transfer
    const known = byId[id]
    byId[id] = transfer
    progressById[id] = transfer.progress
    if (known !== undefined && isEnded(known.state) === isEnded(transfer.state)) continue
    entering.delete(id)
    entering.add(id)
  }
  if (entering.size === 0) return { ...state, byId, progressById }
  const hasEnded = (id: string) => isEnded((byId[id] as Transfer).state)
  const others = state.order.filter((id) => !entering.has(id))
  const history = others.findIndex(hasEnded)
  const at = history === -1 ? others.length : history
  const queued = [...entering].filter((id) => !hasEnded(id))
  const ended = [...entering].filter(hasEnded).reverse()
  return { ...state, byId, progressById, order: [...others.slice(0, at), ...queued, ...ended, ...others.slice(at)] }
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

/** Thousands may change one after the other: what comes so soon after another one is put in with all that comes meanwhile. */
const gatherMs = 50
let gathered: Transfer[] | undefined

export function applyTransfer(transfer: Transfer): void {
  if (gathered !== undefined) return void gathered.push(transfer)
  gathered = [transfer]
  putIn()
  setTimeout(endGathering, gatherMs)
}
function putIn(): void {
  const changed = gathered ?? []
  if (changed.length === 0) return
  gathered = []
  applyNow((state) => withTransfers(state, changed))
}
function endGathering(): void {
  if (gathered?.length === 0) gathered = undefined
  else {
    putIn()
    setTimeout(endGathering, gatherMs)
  }
}
export function removeTransfer(id: string): void {
  putIn()
  applyNow((state) => withoutTransfer(state, id))
}
function applyNow(change: (state: TransfersState) => TransfersState): void {
  duringFetch?.push(change)
  useTransfers.setState(change)
}
export function applySamples(samples: readonly Sample[]): void {
  // What was gathered is older.
  putIn()
  useTransfers.setState((state) => withSamples(state, samples))
}

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
