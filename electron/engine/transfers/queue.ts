import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { framesOf } from '../../../shared/error-frames.ts'
import { AppError, type ErrorCode, toAppError, toWire } from '../../../shared/errors.ts'
import type { PauseReason, Transfer } from '../../../shared/model/transfer.ts'
import { isEnded, isRunning } from '../../../shared/model/transfer-standing.ts'
import { mayGoOn } from './go-on.ts'
import { createHistory } from './history.ts'
import { createJournal, openJournal, peekJournal } from './journal.ts'
import { createMeter, type Meter } from './meter.ts'
import type { QueueDeps, TransferLease, TransferQueue } from './queue-contract.ts'
import { isQueueRecord, type StartRecord, stateRecordOf, transferOf } from './transfer-record.ts'
import type { Journal, NewTransfer, Outcome, StopReason, TransferTask } from './transfer-runner.ts'
import { nextState, type TransferEvent } from './transfer-state.ts'
import { createWaiters } from './waiters.ts'

interface Entry {
  readonly id: string
  readonly start: StartRecord
  readonly journal: Journal
  readonly lease: TransferLease
  meter: Meter
  transfer: Transfer
  pausedAtMs: number
  running?: { readonly abort: AbortController; stop?: StopReason; readonly ended: Promise<void> }
  cancelling?: Promise<void>
}

const lookAgainMs = 5_000
const bigBytes = 64 * 1024 * 1024
const smallAtOnce = 4

const pauseReasons: Partial<Record<ErrorCode, PauseReason>> = {
  'disk-full': 'disk-full',
  'sign-in-expired': 'sign-in',
  'secret-unavailable': 'sign-in',
  'network-unreachable': 'store-unreachable',
  'network-interrupted': 'store-unreachable',
  'store-busy': 'store-unreachable',
}

/**
 * The queue of one engine's transfers.
 *  1. start: journal record (durable) → queued → answered. The same version in the same place that is not ended is that transfer.
 *  2. run: in queue order; at most `transfersAtOnce` big ones (over 64 MiB), small ones pass them, at most 4.
 *  3. pause, shutdown: the signal aborts, the journal stays, the state is `paused` only when the runner has stopped.
 *  4. cancel: the signal aborts, the runner stops, then discards what it made; `cancelling` until that has ended.
 *  5. end: into the history, the journal goes.
 *  6. What paused for want of space goes on when there is room, what paused for want of its store is tried again each minute.
 *  7. A transfer belongs to who holds its lease; those of others are shown read-only and read anew with each listing.
 */
export function createTransferQueue(deps: QueueDeps): TransferQueue {
  const { disk, clock, log, announcer } = deps
  const history = createHistory(disk, log, deps.historyFolder)
  const entries = new Map<string, Entry>()
  let order: string[] = []
  let foreign: string[] = []
  const waiters = createWaiters()
  let stopped = false
  let ticker: ReturnType<typeof setInterval> | undefined

  const entryOf = (id: string): Entry => {
    const entry = entries.get(id)
    if (entry === undefined) throw new AppError('transfer-not-found', { transferId: id })
    return entry
  }

  const show = (entry: Entry, changes: Partial<Transfer>) => {
    entry.transfer = {
      ...entry.transfer,
      ...changes,
      progress: progressOf(entry, changes.state ?? entry.transfer.state),
      wireBytes: entry.meter.wireBytes(),
    }
    announcer.change({ kind: 'transfer.changed', transfer: entry.transfer })
    waiters.wake()
  }

  const record = (entry: Entry) => {
    entry.journal.append(stateRecordOf(entry.transfer))
  }
  /** For what must go on although it can't be written down (a full disk, a drive that is gone): said in the log. */
  const attempt = (what: string, entry: Entry, work: () => void) => {
    try {
      work()
    } catch (error) {
      log.write('warn', 'transfer.not-written', { id: entry.id, what, ...toWire(error) })
    }
  }

  const apply = (entry: Entry, event: TransferEvent, changes: Partial<Transfer> = {}): boolean => {
    const state = nextState(entry.transfer.state, event)
    if (state === entry.transfer.state) return false
    show(entry, { ...changes, state })
    return true
  }

  const tick = () => {
    for (const entry of entries.values()) {
      if (entry.running !== undefined)
        announcer.sample({ transferId: entry.id, progress: progressOf(entry, entry.transfer.state) })
    }
  }

  const fill = () => {
    if (stopped) return
    const runningOf = (big: boolean) =>
      [...entries.values()].filter((entry) => entry.running !== undefined && isBig(entry) === big).length
    for (const id of order) {
      const entry = entries.get(id)
      if (entry?.transfer.state.kind !== 'queued' || entry.running !== undefined) continue
      const free = isBig(entry) ? runningOf(true) < deps.transfersAtOnce() : runningOf(false) < smallAtOnce
      if (free) run(entry)
    }
    const runs = [...entries.values()].some((entry) => entry.running !== undefined)
    if (runs && ticker === undefined) ticker = setInterval(tick, 250)
    if (!runs && ticker !== undefined) {
      clearInterval(ticker)
      ticker = undefined
    }
  }

  // 6
  const goOn = () => {
    for (const entry of [...entries.values()]) if (mayGoOn(entry, { disk, clock })) requeue(entry.id)
  }
  const looker = deps.goesOnByItself ? setInterval(goOn, lookAgainMs).unref() : undefined

  const taskOf = (entry: Entry, signal: AbortSignal): TransferTask => ({
    id: entry.id,
    request: entry.start.start.request,
    journal: {
      ...entry.journal,
      records: entry.journal.records.filter((each) => !isQueueRecord(each)),
      append: (each) => entry.journal.append(each),
    },
    counters: entry.meter.counters,
    signal,
    stopReason: () => entry.running?.stop,
    enter: (phase) => void apply(entry, { kind: 'phase', phase }),
    setTotal: (totalBytes, files) => entry.meter.setTotal(totalBytes, files),
    log,
  })

  const run = (entry: Entry) => {
    const abort = new AbortController()
    entry.meter.restart()
    apply(entry, { kind: 'begin' })
    const begin = async () => {
      record(entry)
      return deps.runner(entry.start.start.kind).run(taskOf(entry, abort.signal))
    }
    const ended = begin()
      .then(
        (outcome) => succeed(entry, outcome),
        (error: unknown) => fail(entry, error),
      )
      .catch((error: unknown) => log.write('error', 'transfer.end', { id: entry.id, ...toWire(error) }))
      .finally(() => {
        delete entry.running
        waiters.wake()
        fill()
      })
    entry.running = { abort, ended }
  }

  const end = (entry: Entry) => {
    attempt('state', entry, () => record(entry))
    attempt('history', entry, () => history.add(entry.transfer))
    forget(entry)
  }
  const forget = (entry: Entry) => {
    entries.delete(entry.id)
    order = order.filter((id) => id !== entry.id)
    attempt('end', entry, () => {
      if (entry.journal.folder !== path.join(deps.historyFolder, entry.id)) disk.removeTree(entry.journal.folder)
      else disk.removeFile(path.join(entry.journal.folder, 'journal.log'))
    })
    attempt('lease', entry, () => entry.lease.release())
  }

  const succeed = (entry: Entry, outcome: Outcome) => {
    entry.meter.complete()
    deps.onSucceeded(entry.transfer)
    apply(entry, { kind: 'done' }, { outcome, endedAtMs: clock.now() })
    end(entry)
  }

  const discard = async (entry: Entry) => {
    const cleanUp = AbortSignal.timeout(30_000)
    await deps.runner(entry.start.start.kind).discard(taskOf(entry, cleanUp))
  }

  const fail = async (entry: Entry, thrown: unknown) => {
    const error = toAppError(thrown)
    const stop = entry.running?.stop
    if (entry.transfer.state.kind === 'cancelling') return // cancel() goes on once this run has ended.
    if (stop !== undefined) {
      // It began to finish as it was stopped: nothing runs any more, so it must not look as if it did.
      if (stop === 'shutdown' || !apply(entry, { kind: 'pause', reason: 'by-person' }))
        apply(entry, { kind: 'pause', reason: 'interrupted' })
      return record(entry)
    }
    if (error.code === 'internal')
      log.write('error', 'transfer.failed', {
        id: entry.id,
        what: error.details,
        frames: framesOf(error.cause ?? error),
      })
    const reason = pauseReasons[error.code]
    entry.pausedAtMs = clock.monotonic()
    if (reason !== undefined) apply(entry, { kind: 'pause', reason, error: toWire(error) })
    else apply(entry, { kind: 'fail', error: toWire(error) }, { endedAtMs: clock.now() })
    record(entry)
  }

  const finishCancel = async (entry: Entry) => {
    try {
      await discard(entry)
    } catch (error) {
      log.write('warn', 'transfer.discard', { id: entry.id, ...toWire(error) })
    }
    apply(entry, { kind: 'cancelled' }, { endedAtMs: clock.now() })
    end(entry)
  }

  /** 4. Whoever asks again waits for the same end. */
  const cancel = (entry: Entry): Promise<void> => {
    if (entry.cancelling !== undefined) return entry.cancelling
    if (!apply(entry, { kind: 'cancel' })) return Promise.resolve()
    const run = async () => {
      await stopRunning(entry, 'cancel')
      // It may have ended well before it heard of it.
      if (entries.get(entry.id) === entry && entry.transfer.state.kind === 'cancelling') await finishCancel(entry)
    }
    entry.cancelling = run()
    return entry.cancelling
  }

  const stopRunning = async (entry: Entry, reason: StopReason) => {
    const running = entry.running
    if (running === undefined) return
    running.stop ??= reason
    running.abort.abort(new AppError('cancelled', { transferId: entry.id }))
    await running.ended
  }

  const requeue = (id: string) => {
    if (!entries.has(id)) takeForeign(id)
    const entry = entryOf(id)
    if (entry.running !== undefined) return
    if (apply(entry, { kind: 'requeue' })) {
      const { endedAtMs: _, ...rest } = entry.transfer
      entry.transfer = rest
      attempt('state', entry, () => record(entry))
    }
    fill()
  }

  const takeFolder = (folder: string): Entry | undefined => {
    const lease = deps.takeLease(folder)
    if (lease === undefined) return undefined
    try {
      const journal = openJournal(disk, folder)
      const transfer = transferOf(folder, journal.records, false)
      if (transfer === undefined) throw new AppError('state-damaged', { path: folder })
      const entry: Entry = {
        id: transfer.id,
        start: journal.records[0] as StartRecord,
        journal,
        lease,
        transfer,
        meter: createMeter(clock, { ...transfer.progress, wireBytes: transfer.wireBytes }),
        pausedAtMs: clock.monotonic(),
      }
      if (transfer.state.kind === 'done' || transfer.state.kind === 'cancelled') {
        history.add(transfer)
        forget(entry)
        return undefined
      }
      entries.set(entry.id, entry)
      order.push(entry.id)
      return entry
    } catch (error) {
      lease.release()
      log.write('warn', 'transfer.adopt', { folder, ...toWire(error) })
      return undefined
    }
  }

  const takeForeign = (id: string) => {
    const folder = foreign.find((each) => path.basename(each) === id)
    if (folder === undefined) return
    if (takeFolder(folder) === undefined) throw new AppError('busy', { what: 'transfer' })
    foreign = foreign.filter((each) => each !== folder)
  }

  const sameAs = (transfer: NewTransfer) => (each: Transfer) =>
    each.kind === transfer.kind &&
    each.ref.name === transfer.ref.name &&
    each.ref.version === transfer.ref.version &&
    each.libraryId === transfer.libraryId &&
    (transfer.kind === 'install' || each.connectionId === transfer.connectionId) &&
    each.state.kind !== 'done' &&
    each.state.kind !== 'cancelled'

  const listForeign = (): Transfer[] => {
    foreign = foreign.filter((folder) => disk.facts(folder) !== undefined)
    return foreign.flatMap((folder) => readForeign(folder) ?? [])
  }
  /** One journal that can't be read must not hide the others. */
  const readForeign = (folder: string): Transfer | undefined => {
    try {
      return transferOf(folder, peekJournal(disk, folder) ?? [], deps.isHeld(folder))
    } catch (error) {
      log.write('warn', 'transfer.unreadable', { folder, ...toWire(error) })
      return undefined
    }
  }

  return {
    start(transfer) {
      const same = [...entries.values()].find((entry) => sameAs(transfer)(entry.transfer)) ?? undefined
      const other = same === undefined ? listForeign().find(sameAs(transfer)) : undefined
      if (other !== undefined) takeForeign(other.id)
      const known = same ?? (other === undefined ? undefined : entries.get(other.id))
      if (known?.cancelling !== undefined) throw new AppError('busy', { what: 'version' })
      if (known !== undefined && JSON.stringify(known.start.start.request) === JSON.stringify(transfer.request)) {
        requeue(known.id)
        return known.id
      }
      if (known?.running !== undefined) throw new AppError('busy', { what: 'version' })
      const { journalParent, ...start } = transfer
      const id = randomUUID()
      const first: StartRecord = { kind: 'transfer', format: 1, id, createdAtMs: clock.now(), start }
      const journal = createJournal(disk, path.join(journalParent, id), first)
      const lease = deps.takeLease(journal.folder)
      const shown = transferOf(journal.folder, journal.records, false)
      if (lease === undefined || shown === undefined) throw new AppError('busy', { what: 'transfer' })
      const entry: Entry = {
        id,
        start: first,
        journal,
        lease,
        transfer: { ...shown, state: { kind: 'queued' } },
        meter: createMeter(clock, { totalBytes: start.totalBytes, receivedBytes: 0, settledBytes: 0, wireBytes: 0 }),
        pausedAtMs: 0,
      }
      entries.set(id, entry)
      order.push(id)
      announcer.change({ kind: 'transfer.changed', transfer: entry.transfer })
      fill()
      return id
    },
    list() {
      const own = order.flatMap((id) => {
        const entry = entries.get(id)
        return entry === undefined
          ? []
          : [
              {
                ...entry.transfer,
                progress: progressOf(entry, entry.transfer.state),
                wireBytes: entry.meter.wireBytes(),
              },
            ]
      })
      return [...own, ...listForeign(), ...history.list()]
    },
    files: (id) => entries.get(id)?.meter.files() ?? [],
    async pause(id) {
      const entry = entryOf(id)
      if (entry.running !== undefined) {
        if (entry.transfer.state.kind !== 'finishing') await stopRunning(entry, 'pause')
        return
      }
      if (apply(entry, { kind: 'pause', reason: 'by-person' })) record(entry)
    },
    resume: requeue,
    retry(id) {
      requeue(id)
    },
    async cancel(id) {
      if (!entries.has(id)) takeForeign(id)
      await cancel(entryOf(id))
    },
    moveUp(id) {
      const at = order.indexOf(id)
      if (at < 1) return
      order.splice(at - 1, 0, ...order.splice(at, 1))
      announcer.change({ kind: 'transfers.reordered' })
    },
    async clearHistory() {
      const failed = [...entries.values()].filter((entry) => entry.transfer.state.kind === 'failed')
      await Promise.all(failed.map(cancel))
      for (const ended of history.list()) announcer.change({ kind: 'transfer.removed', id: ended.id })
      history.clear()
    },
    async wait(id, { signal }) {
      for (;;) {
        const entry = entries.get(id)
        const transfer = entry?.transfer ?? history.list().find((each) => each.id === id)
        if (transfer === undefined) throw new AppError('transfer-not-found', { transferId: id })
        if (entry?.running === undefined && (isEnded(transfer.state) || transfer.state.kind === 'paused'))
          return transfer
        await waiters.next(signal)
      }
    },
    adopt(journalParents) {
      for (const parent of journalParents) {
        if (disk.facts(parent) === undefined) continue
        for (const found of disk.entries(parent)) {
          const folder = path.join(parent, found.name)
          const hasJournal = () => disk.facts(path.join(folder, 'journal.log')) !== undefined
          if (entries.has(found.name) || foreign.includes(folder) || !hasJournal()) continue
          const isTaken = deps.takesOver && takeFolder(folder) !== undefined
          if (!isTaken && hasJournal()) foreign.push(folder)
        }
      }
    },
    async stop() {
      stopped = true
      await Promise.all([...entries.values()].map((entry) => stopRunning(entry, 'shutdown')))
      for (const entry of entries.values()) attempt('lease', entry, () => entry.lease.release())
      if (ticker !== undefined) clearInterval(ticker)
      clearInterval(looker)
    },
  }
}

const isBig = (entry: Entry): boolean => entry.transfer.progress.totalBytes > bigBytes

const progressOf = (entry: Entry, state: Transfer['state']) => {
  const progress = entry.meter.read()
  return isRunning(state)
    ? progress
    : {
        settledBytes: progress.settledBytes,
        receivedBytes: progress.receivedBytes,
        totalBytes: progress.totalBytes,
        bytesPerSecond: 0,
      }
}
