import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { framesOf } from '../../../shared/error-frames.ts'
import { AppError, toAppError, toWire } from '../../../shared/errors.ts'
import type { Transfer } from '../../../shared/model/transfer.ts'
import { isEnded } from '../../../shared/model/transfer-standing.ts'
import { createAdoption } from './adoption.ts'
import { createCancels } from './cancels.ts'
import { createTask } from './create-task.ts'
import { createForeignTransfers } from './foreign-transfers.ts'
import { isOnItsWay, mayGoOn, pauseReasons } from './go-on.ts'
import { createHistory } from './history.ts'
import { createOwnership } from './ownership.ts'
import type { QueueDeps, TransferQueue } from './queue-contract.ts'
import { changeLimit } from './rate-limit.ts'
import { createRelocation } from './relocation.ts'
import { createTellerOfOthers } from './tell-of-others.ts'
import { createTicker } from './ticker.ts'
import { createEntry, type Entry, isSame, shownOf } from './transfer-entry.ts'
import { type PaceRecord, type StartRecord, stateRecordOf } from './transfer-record.ts'
import type { Outcome, Pace, StopReason } from './transfer-runner.ts'
import { nextState, type TransferEvent } from './transfer-state.ts'
import { entriesToBegin } from './turns.ts'
import { createWaiters } from './waiters.ts'

const lookAgainMs = 5_000
const noteEveryMs = 5_000

/**
 * The queue of one engine's transfers.
 *  1. start: journal record (durable) → queued → answered. The same version in the same place that is not ended is that transfer;
 *     a publish of it from other files takes the place of one that is stopped.
 *  2. run: in queue order; at most `transfersAtOnce` big ones (over 64 MiB), small ones pass them, at most 4.
 *     Those that only touch this computer (verify, move) have a turn of their own, one big one at a time: they need not wait for a line.
 *  3. pause, shutdown: the signal aborts, the journal stays, the state is `paused` only when the runner has stopped.
 *  4. cancel: noted in the journal; the signal aborts, the runner stops, then discards what it made; `cancelling` until that has ended. What
 *     could not be discarded (its store is away) keeps its journal, and whoever takes that over later only discards. What others may
 *     complete by now (a sealed publish) is not cancelled: `past-cancel`.
 *  5. end: into the history, the journal goes.
 *  6. What paused for want of space goes on when there is room, what paused for want of its store is tried again each minute.
 *  7. A transfer belongs to who holds its lease; those of others are shown read-only, and looked for and read anew with each listing. One whose
 *     owner was gone at two listings is taken over. Who lost a lease (its computer slept, another took the transfer over) stops at once and
 *     writes nothing more of it.
 *  8. What others have ended changed what is shown here, and nobody says so: it is looked for every few seconds.
 */
export function createTransferQueue(deps: QueueDeps): TransferQueue {
  const { disk, clock, log, announcer } = deps
  const history = createHistory(disk, log, deps.historyFolder, clock.now())
  const entries = new Map<string, Entry>()
  let order: string[] = []
  const foreign = createForeignTransfers(deps)
  const waiters = createWaiters()
  let stopped = false

  const entryOf = (id: string): Entry => {
    const entry = entries.get(id)
    if (entry === undefined) throw new AppError('transfer-not-found', { transferId: id })
    return entry
  }

  const show = (entry: Entry, changes: Partial<Transfer>) => {
    entry.transfer = shownOf(entry, changes)
    announcer.change({ kind: 'transfer.changed', transfer: entry.transfer })
    waiters.wake()
  }

  const record = (entry: Entry) => {
    if (!entry.isLost) entry.journal.append(stateRecordOf(entry.transfer))
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

  /** So that a kill leaves what is shown of it at most a few seconds behind. */
  const noteProgress = (entry: Entry, shown: Transfer) => {
    if (entry.isLost || clock.monotonic() - entry.notedAtMs < noteEveryMs) return
    entry.notedAtMs = clock.monotonic()
    attempt('progress', entry, () => entry.journal.append(stateRecordOf(shown), { synced: false }))
  }

  const ticking = createTicker(() => {
    for (const entry of entries.values()) {
      if (entry.running === undefined) continue
      const shown = shownOf(entry)
      announcer.sample({ transferId: entry.id, progress: shown.progress })
      noteProgress(entry, shown)
    }
  })

  const fill = () => {
    if (stopped) return
    const inOrder = order.flatMap((id) => entries.get(id) ?? [])
    for (const entry of entriesToBegin(inOrder, deps.transfersAtOnce())) run(entry)
    ticking.set([...entries.values()].some((entry) => entry.running !== undefined))
  }

  // 6
  const goOn = () => {
    for (const entry of [...entries.values()]) if (mayGoOn(entry, { disk, clock })) requeue(entry.id)
  }
  // 8
  const tellOfOthers = createTellerOfOthers(deps, history)
  const lookAgain = () => {
    goOn()
    tellOfOthers()
  }
  const looker = deps.goesOnByItself ? setInterval(lookAgain, lookAgainMs).unref() : undefined

  // 7
  const ownership = createOwnership({
    takeLease: deps.takeLease,
    log,
    entry: (id) => entries.get(id),
    onLost: (entry) =>
      void stopRunning(entry, 'lost').then(() => {
        drop(entry)
        foreign.add(entry.journal.folder)
        const found = adoption.listed(entry.id)
        if (found === undefined) announcer.change({ kind: 'transfer.removed', id: entry.id })
        else announcer.change({ kind: 'transfer.changed', transfer: found })
        waiters.wake()
      }),
  })

  const taskOf = (entry: Entry, signal: AbortSignal) =>
    createTask(entry, signal, {
      log,
      ensureOwned: ownership.ensure,
      enter: (each, phase) => void apply(each, { kind: 'phase', phase }),
    })

  const run = (entry: Entry) => {
    const abort = new AbortController()
    entry.meter.restart()
    heedLimit(entry)
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

  const heedLimit = (entry: Entry) =>
    changeLimit(entry.limit, entry.pace.limitBytesPerSecond ?? deps.limitBytesPerSecond(entry.start.start.kind))

  const changePace = (entry: Entry, pace: Pace) => {
    if (JSON.stringify(entry.pace) === JSON.stringify(pace)) return
    entry.pace = pace
    attempt('pace', entry, () => entry.journal.append({ kind: 'transfer.pace', pace } satisfies PaceRecord))
    if (entry.running !== undefined) heedLimit(entry)
  }

  const end = (entry: Entry) => {
    attempt('state', entry, () => record(entry))
    attempt('history', entry, () => history.add(entry.transfer))
    forget(entry)
  }
  const drop = (entry: Entry) => {
    entries.delete(entry.id)
    order = order.filter((id) => id !== entry.id)
  }
  const release = (entry: Entry) => {
    drop(entry)
    attempt('lease', entry, () => entry.lease.release())
  }
  const forget = (entry: Entry) => {
    drop(entry)
    attempt('end', entry, () => {
      if (entry.journal.folder !== path.join(deps.historyFolder, entry.id)) disk.removeTree(entry.journal.folder)
      else disk.removeFile(path.join(entry.journal.folder, 'journal.log'))
    })
    attempt('lease', entry, () => entry.lease.release())
  }

  const succeed = (entry: Entry, outcome: Outcome) => {
    if (entry.isLost) return
    entry.meter.complete()
    deps.onSucceeded(entry.transfer)
    apply(entry, { kind: 'done' }, { outcome, endedAtMs: clock.now() })
    end(entry)
  }

  const fail = async (entry: Entry, thrown: unknown) => {
    const error = toAppError(thrown)
    const stop = entry.running?.stop
    if (entry.isLost) return
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

  // 4
  const cancels = createCancels({
    log,
    runner: deps.runner,
    entries: () => [...entries.values()],
    async discard(entry, signal) {
      ownership.ensure(entry)
      await deps.runner(entry.start.start.kind).discard(taskOf(entry, signal))
    },
    enterCancelling(entry) {
      if (!apply(entry, { kind: 'cancel' })) return false
      attempt('state', entry, () => record(entry))
      return true
    },
    stopRunning: (entry) => stopRunning(entry, 'cancel'),
    onCancelled(entry, isDiscarded) {
      apply(entry, { kind: 'cancelled' }, { endedAtMs: clock.now() })
      if (isDiscarded) return end(entry)
      // The journal still says `cancelling`.
      adoption.passOver(entry.journal.folder)
      attempt('history', entry, () => history.add(entry.transfer))
      release(entry)
    },
    onDiscardedLater(entry, isDiscarded) {
      if (!isDiscarded) return attempt('lease', entry, () => entry.lease.release())
      const isTold = history.list().some(({ id }) => id === entry.id)
      entry.transfer = shownOf(entry, { state: { kind: 'cancelled' }, endedAtMs: clock.now() })
      if (!isTold) attempt('history', entry, () => history.add(entry.transfer))
      forget(entry)
    },
  })

  const stopRunning = async (entry: Entry, reason: StopReason) => {
    const running = entry.running
    if (running === undefined) return
    if (running.stop === undefined || running.stop === 'shutdown') running.stop = reason
    running.abort.abort(new AppError('cancelled', { transferId: entry.id }))
    await running.ended
  }

  const requeue = (id: string) => {
    if (!entries.has(id)) adoption.take(id)
    const entry = entryOf(id)
    if (entry.running !== undefined) return tryNow(entry)
    if (apply(entry, { kind: 'requeue' })) {
      const { endedAtMs: _, ...rest } = entry.transfer
      entry.transfer = rest
      attempt('state', entry, () => record(entry))
    }
    fill()
  }

  /** Of one that was stopped to go on at once: not if it ended meanwhile, or a person stopped it. */
  const mayGoOnWith = (entry: Entry): boolean => {
    const { state } = entry.transfer
    if (stopped || entry.isLost || entries.get(entry.id) !== entry) return false
    return state.kind === 'paused' && state.reason !== 'by-person'
  }

  /** What waits for its next try doesn't wait for it: over new connections, where it was. */
  const tryNow = (entry: Entry) => {
    if (entry.transfer.state.kind !== 'reconnecting') return
    void stopRunning(entry, 'shutdown').then(() => {
      if (mayGoOnWith(entry)) requeue(entry.id)
    })
  }

  // 7
  const adoption = createAdoption({
    ...deps,
    foreign,
    ownership,
    isOwn: (id) => entries.has(id),
    onTaken(entry) {
      entries.set(entry.id, entry)
      order.push(entry.id)
    },
    onEnded(entry) {
      history.add(entry.transfer)
      forget(entry)
    },
    onCancelled: cancels.discardLater,
  })

  return {
    start(transfer) {
      // What is at hand to take from is no part of what is asked for.
      const asked = (request: unknown) => JSON.stringify(request, (key, value) => (key === 'reuse' ? undefined : value))
      const isAsked = (entry: Entry) => asked(entry.start.start.request) === asked(transfer.request)
      const alike = [...entries.values()].filter((entry) => isSame(transfer, entry.transfer))
      const same = alike.find(isAsked) ?? alike[0]
      const other = same === undefined ? foreign.list().find((each) => isSame(transfer, each)) : undefined
      if (other !== undefined) adoption.take(other.id)
      const known = same ?? (other === undefined ? undefined : entries.get(other.id))
      if (known?.cancelling !== undefined) throw new AppError('busy', { what: 'version' })
      if (known !== undefined && isAsked(known)) {
        changePace(known, transfer.pace ?? {})
        requeue(known.id)
        return known.id
      }
      if (known?.running !== undefined) throw new AppError('busy', { what: 'version' })
      const { journalParent, ...start } = transfer
      const id = randomUUID()
      const first: StartRecord = { kind: 'transfer', format: 1, id, createdAtMs: clock.now(), start }
      const entry = createEntry(deps, path.join(journalParent, id), first, ownership.take)
      entry.transfer = { ...entry.transfer, state: { kind: 'queued' } }
      entries.set(id, entry)
      order.push(id)
      announcer.change({ kind: 'transfer.changed', transfer: entry.transfer })
      cancels.supersede(entry)
      fill()
      return id
    },
    list() {
      if (!stopped) adoption.lookAround()
      const own = order.flatMap((id) => {
        const entry = entries.get(id)
        return entry === undefined ? [] : [shownOf(entry)]
      })
      return [...own, ...foreign.list(), ...history.list()]
    },
    files: (id, from, count) =>
      entries.get(id)?.meter.files(from, count) ?? { fileCount: 0, settledCount: 0, files: [] },
    async pause(id) {
      const entry = entryOf(id)
      if (entry.running !== undefined) {
        if (entry.transfer.state.kind !== 'finishing') await stopRunning(entry, 'pause')
        return
      }
      if (apply(entry, { kind: 'pause', reason: 'by-person' })) record(entry)
    },
    resume: requeue,
    async cancel(id) {
      if (!entries.has(id)) adoption.take(id)
      return cancels.cancel(entryOf(id))
    },
    moveUp(id) {
      const at = order.indexOf(id)
      // What ended stands elsewhere: passing it would change nothing that is seen.
      const before = order.findLastIndex((each, index) => index < at && !isEnded(entryOf(each).transfer.state))
      if (before < 0) return
      order.splice(before, 0, ...order.splice(at, 1))
      announcer.change({ kind: 'transfers.reordered' })
    },
    clearHistory() {
      for (const ended of history.list()) announcer.change({ kind: 'transfer.removed', id: ended.id })
      history.clear()
    },
    async wait(id, { signal }) {
      for (;;) {
        const entry = entries.get(id)
        const transfer = entry?.transfer ?? history.list().find((each) => each.id === id)
        if (transfer === undefined && foreign.folderOf(id) !== undefined) throw adoption.busyWith(id)
        if (transfer === undefined) throw new AppError('transfer-not-found', { transferId: id })
        if (entry?.running === undefined && (isEnded(transfer.state) || transfer.state.kind === 'paused'))
          return transfer
        await waiters.next(signal)
      }
    },
    limitsChanged() {
      for (const entry of entries.values()) if (entry.running !== undefined) heedLimit(entry)
    },
    adopt: adoption.adopt,
    ...createRelocation({
      entries: () => [...entries.values()],
      foreign,
      release,
      journalsOf: deps.journalsOf,
      adopt: adoption.adopt,
    }),
    async wake() {
      const asleep = [...entries.values()].filter(({ transfer }) => isOnItsWay(transfer.state))
      await Promise.all(asleep.map((entry) => stopRunning(entry, 'shutdown')))
      for (const entry of asleep) if (mayGoOnWith(entry)) requeue(entry.id)
    },
    async stop() {
      stopped = true
      await Promise.all([...entries.values()].map((entry) => stopRunning(entry, 'shutdown')))
      await cancels.stop()
      for (const entry of entries.values()) attempt('lease', entry, () => entry.lease.release())
      ticking.set(false)
      clearInterval(looker)
    },
  }
}
