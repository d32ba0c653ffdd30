import { AppError, toWire } from '../../../shared/errors.ts'
import { nameOf } from '../../../shared/model/transfer-standing.ts'
import { createDiscards } from './discards.ts'
import type { QueueDeps } from './queue-contract.ts'
import { type Entry, isSame } from './transfer-entry.ts'

/** The ends that were asked for (queue.ts, steps 1 and 4). */
export interface Cancels {
  /** Resolves when what it made is discarded (true), or left for later; whoever asks again waits for the same end. `past-cancel`. */
  cancel(entry: Entry): Promise<boolean>
  /** Of one that was cancelled in an earlier run: only its discard is left. Beside everything else. */
  discardLater(entry: Entry): void
  /** An earlier publish of the same version from files that are others by now could only fail, and would stand there for ever. */
  supersede(entry: Entry): void
  /** Ends the discards under way. */
  stop(): Promise<void>
}

export function createCancels(
  deps: Pick<QueueDeps, 'log' | 'runner'> & {
    entries(): readonly Entry[]
    discard(entry: Entry, signal: AbortSignal): Promise<void>
    /** False: its state forbids it. */
    enterCancelling(entry: Entry): boolean
    /** Resolves when it runs no more. */
    stopRunning(entry: Entry): Promise<void>
    /** Its end is told; all that it made is gone, or the rest is left for whoever takes its journal over. */
    onCancelled(entry: Entry, isDiscarded: boolean): void
    /** Nothing was told to anybody here. */
    onDiscardedLater(entry: Entry, isDiscarded: boolean): void
  },
): Cancels {
  const { log } = deps
  const discards = createDiscards(deps)

  const cancel = (entry: Entry): Promise<boolean> => {
    if (entry.cancelling !== undefined) return entry.cancelling
    const { kind, request } = entry.start.start
    if (deps.runner(kind).isPastCancel(request, entry.journal.records))
      return Promise.reject(new AppError('past-cancel', { ref: nameOf(entry.transfer), kind: entry.transfer.kind }))
    if (!deps.enterCancelling(entry)) return Promise.resolve(false)
    const run = async () => {
      await deps.stopRunning(entry)
      // It may have ended well before it heard of it.
      if (!deps.entries().includes(entry) || entry.transfer.state.kind !== 'cancelling') return !entry.isLost
      const isDiscarded = await discards.run(entry)
      if (!entry.isLost) deps.onCancelled(entry, isDiscarded)
      return isDiscarded
    }
    entry.cancelling = run()
    return entry.cancelling
  }

  return {
    cancel,
    discardLater: (entry) => discards.runLater(entry, (isDiscarded) => deps.onDiscardedLater(entry, isDiscarded)),
    supersede({ id, transfer }) {
      if (transfer.kind !== 'publish') return
      for (const earlier of deps.entries()) {
        if (earlier.id === id || earlier.running !== undefined || !isSame(transfer, earlier.transfer)) continue
        cancel(earlier).catch((error: unknown) =>
          log.write('info', 'transfer.stays', { id: earlier.id, ...toWire(error) }),
        )
      }
    },
    stop: discards.stop,
  }
}
