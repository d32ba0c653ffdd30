import { toWire } from '../../../shared/errors.ts'
import type { History } from './history.ts'
import type { QueueDeps } from './queue-contract.ts'

/** Tells, at each call, of what other processes have ended since the last one. Throws nothing. */
export const createTellerOfOthers =
  ({ log, announcer, onEndedElsewhere }: Pick<QueueDeps, 'log' | 'announcer' | 'onEndedElsewhere'>, history: History) =>
  (): void => {
    const attempt = (work: () => void) => {
      try {
        work()
      } catch (error) {
        // The home is away: what is shown of it says so.
        log.write('debug', 'history.not-looked-at', toWire(error))
      }
    }
    attempt(() => {
      for (const transfer of history.news()) {
        attempt(() => onEndedElsewhere(transfer))
        announcer.change({ kind: 'transfer.changed', transfer })
      }
    })
  }
