import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { QueueDeps, TransferLease } from './queue-contract.ts'
import type { Entry } from './transfer-entry.ts'

/** Which transfers are this queue's: by their leases, which another process may take while this computer sleeps. */
export interface Ownership {
  /** Undefined: another living process holds it. */
  take(journalFolder: string): TransferLease | undefined
  /** Throws `cancelled` when another process has it; `onLost` is called then, once. */
  ensure(entry: Entry): void
}

export function createOwnership(deps: {
  readonly takeLease: QueueDeps['takeLease']
  readonly log: QueueDeps['log']
  /** A lease is taken before there is an entry, and lost after. */
  entry(id: string): Entry | undefined
  onLost(entry: Entry): void
}): Ownership {
  const lose = (entry: Entry | undefined) => {
    if (entry === undefined || entry.isLost) return
    entry.isLost = true
    deps.log.write('warn', 'transfer.lost', { id: entry.id })
    deps.onLost(entry)
  }
  return {
    take: (folder) => deps.takeLease(folder, () => lose(deps.entry(path.basename(folder)))),
    ensure(entry) {
      if (!entry.isLost && !entry.lease.isOurs()) lose(entry)
      if (entry.isLost) throw new AppError('cancelled', { transferId: entry.id })
    },
  }
}
