import { AppError, toWire } from '../../../shared/errors.ts'
import type { Log } from '../ports.ts'
import type { Entry } from './transfer-entry.ts'

const longestMs = 30_000

/** Clean-ups of cancelled transfers. None throws: what can't be discarded now is said in the log, and left to the next queue. */
export interface Discards {
  /** True when all that the transfer made is gone. */
  run(entry: Entry): Promise<boolean>
  /** Beside everything else; `onEnd` is told what run() tells. */
  runLater(entry: Entry, onEnd: (isDiscarded: boolean) => void): void
  /** Stops those under way, and waits for them. */
  stop(): Promise<void>
}

export function createDiscards(deps: {
  readonly log: Log
  discard(entry: Entry, signal: AbortSignal): Promise<void>
}): Discards {
  const stopping = new AbortController()
  const later = new Set<Promise<void>>()
  const run = async (entry: Entry): Promise<boolean> => {
    try {
      await deps.discard(entry, AbortSignal.any([AbortSignal.timeout(longestMs), stopping.signal]))
      return true
    } catch (error) {
      deps.log.write('warn', 'transfer.discard', { id: entry.id, ...toWire(error) })
      return false
    }
  }
  return {
    run,
    runLater(entry, onEnd) {
      const running = run(entry)
        .then(onEnd)
        .finally(() => later.delete(running))
      later.add(running)
    },
    async stop() {
      stopping.abort(new AppError('cancelled', {}))
      await Promise.all(later)
    },
  }
}
