import { AppError } from '../../../shared/errors.ts'
import type { Transfer } from '../../../shared/model/transfer.ts'
import { isRunning } from '../../../shared/model/transfer-standing.ts'
import type { Clock, Disk } from '../ports.ts'
import { createJournal, openJournal } from './journal.ts'
import { createMeter, type Meter } from './meter.ts'
import type { QueueDeps, TransferLease } from './queue-contract.ts'
import { createSharedLimit } from './rate-limit.ts'
import { paceOf, type StartRecord, transferOf } from './transfer-record.ts'
import type { Journal, Pace, StopReason } from './transfer-runner.ts'

/** A transfer that this queue holds the lease of. */
export interface Entry {
  readonly id: string
  readonly start: StartRecord
  readonly journal: Journal
  readonly lease: TransferLease
  readonly limit: SharedArrayBuffer
  pace: Pace
  meter: Meter
  transfer: Transfer
  pausedAtMs: number
  /** When its progress was written down last. */
  notedAtMs: number
  /** Another process took it over: nothing of it is written any more. */
  isLost?: boolean
  running?: { readonly abort: AbortController; stop?: StopReason; readonly ended: Promise<void> }
  cancelling?: Promise<boolean>
}

/** Opens the journal of a transfer whose lease was taken; `state-damaged` when it tells of none. */
export function openEntry(deps: { disk: Disk; clock: Clock }, folder: string, lease: TransferLease): Entry {
  const journal = openJournal(deps.disk, folder)
  const transfer = transferOf(folder, journal.records, false)
  if (transfer === undefined) throw new AppError('state-damaged', { path: folder })
  return {
    id: transfer.id,
    start: journal.records[0] as StartRecord,
    journal,
    lease,
    limit: createSharedLimit(),
    pace: paceOf(journal.records),
    transfer,
    meter: createMeter(deps.clock, { ...transfer.progress, wireBytes: transfer.wireBytes }),
    pausedAtMs: deps.clock.monotonic(),
    notedAtMs: deps.clock.monotonic(),
  }
}

/** A new transfer: its journal is made and its lease taken, or it fails and nothing is left of it. `busy`, `package-too-large`. */
export function createEntry(
  deps: Pick<QueueDeps, 'disk' | 'clock' | 'isHeld' | 'isMoving'>,
  folder: string,
  first: StartRecord,
  take: (journalFolder: string) => TransferLease | undefined,
): Entry {
  const { disk } = deps
  let lease: TransferLease | undefined
  try {
    createJournal(disk, folder, first, { what: first.start.title })
    lease = take(folder)
    if (lease === undefined)
      throw deps.isMoving(folder)
        ? new AppError('busy', { what: 'library', moving: true })
        : new AppError('busy', { what: 'transfer' })
    return openEntry(deps, folder, lease)
  } catch (error) {
    try {
      // Another process may have taken it over.
      if (lease !== undefined || !deps.isHeld(folder)) disk.removeTree(folder)
    } catch {
      // The drive may be gone: what is left there is deleted when it is opened again. What went wrong first is told.
    } finally {
      lease?.release()
    }
    throw error
  }
}

/** The same thing asked for again, while it has not ended well. */
export const isSame = (
  asked: Pick<Transfer, 'kind' | 'ref' | 'libraryId' | 'file' | 'connectionId'>,
  known: Transfer,
): boolean =>
  known.kind === asked.kind &&
  known.ref?.name === asked.ref?.name &&
  known.ref?.version === asked.ref?.version &&
  known.libraryId === asked.libraryId &&
  known.file === asked.file &&
  (asked.kind === 'install' || known.connectionId === asked.connectionId) &&
  known.state.kind !== 'done' &&
  known.state.kind !== 'cancelled'

/** The transfer with what its meter says now; its rate is 0 unless it runs in that state. */
export function shownOf(entry: Entry, changes: Partial<Transfer> = {}): Transfer {
  const read = entry.meter.read()
  const state = changes.state ?? entry.transfer.state
  const { settledBytes, receivedBytes, totalBytes } = read
  return {
    ...entry.transfer,
    ...changes,
    progress: isRunning(state) ? read : { settledBytes, receivedBytes, totalBytes, bytesPerSecond: 0 },
    wireBytes: entry.meter.wireBytes(),
  }
}
