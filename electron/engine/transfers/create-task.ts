import type { Log } from '../ports.ts'
import type { Entry } from './transfer-entry.ts'
import { isQueueRecord } from './transfer-record.ts'
import type { Phase, TransferTask } from './transfer-runner.ts'

/** What a runner is given of one of the queue's transfers. Nothing of it is written once another process has it. */
export function createTask(
  entry: Entry,
  signal: AbortSignal,
  queue: { readonly log: Log; ensureOwned(entry: Entry): void; enter(entry: Entry, phase: Phase): void },
): TransferTask {
  return {
    id: entry.id,
    request: entry.start.start.request,
    journal: {
      ...entry.journal,
      records: entry.journal.records.filter((each) => !isQueueRecord(each)),
      append(each, options) {
        queue.ensureOwned(entry)
        entry.journal.append(each, options)
      },
    },
    pace: () => entry.pace,
    limit: entry.limit,
    counters: entry.meter.counters,
    signal,
    ensureOwned: () => queue.ensureOwned(entry),
    enter: (phase) => queue.enter(entry, phase),
    setTotal: (totalBytes, files) => entry.meter.setTotal(totalBytes, files),
    log: queue.log,
  }
}
