import { create } from 'zustand'
import type { Progress } from '../../../shared/model/transfer.ts'
import { isRunning } from '../../../shared/model/transfer-standing.ts'
import { useTransfers } from '../../state/transfers.ts'
import { type Reading, withReading } from './speed-history.ts'

/** What is read once more counts: it takes its time, too. */
const countedBytes = ({ receivedBytes, again }: Progress): number =>
  again === undefined ? receivedBytes : receivedBytes - again.totalBytes + again.doneBytes

const useHistories = create<{ readonly byId: Readonly<Record<string, readonly Reading[]>> }>(() => ({ byId: {} }))

// Recorded as it comes, whatever page is shown: an inspector opened later has its ten seconds at once.
useTransfers.subscribe((state, before) => {
  if (state.progressById === before.progressById) return
  const nowMs = Date.now()
  const { byId } = useHistories.getState()
  const running = Object.entries(state.progressById).flatMap(([id, progress]) => {
    const transfer = state.byId[id]
    if (transfer === undefined || !isRunning(transfer.state)) return []
    const history = byId[id] ?? []
    if (progress === before.progressById[id] && history.length > 0) return [[id, history] as const]
    return [[id, withReading(history, { atMs: nowMs, receivedBytes: countedBytes(progress) })] as const]
  })
  useHistories.setState({ byId: Object.fromEntries(running) })
})

const none: readonly Reading[] = []

/** Readings of a running transfer's last ten seconds; empty for others. */
export const useSpeedHistory = (id: string): readonly Reading[] => useHistories(({ byId }) => byId[id] ?? none)
