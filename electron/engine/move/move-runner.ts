import path from 'node:path'
import { AppError, isAppError } from '../../../shared/errors.ts'
import { createLeases } from '../library/leases.ts'
import { moveLease, placesOf } from '../library/places.ts'
import { parseJson } from '../parse-json.ts'
import type { Clock, Disk } from '../ports.ts'
import { readRequest } from '../repair/upkeep-request.ts'
import type { JournalRecord, Outcome, TransferRunner, TransferTask } from '../transfers/transfer-runner.ts'
import { isClutter } from './clutter.ts'
import { type MoveRequest, moveRequest } from './move-request.ts'
import type { MoveWork } from './move-work.ts'
import {
  firstMissing,
  hasTrace,
  placeTree,
  refuseCollisions,
  type StagedCopy,
  syncStaged,
  takeBack,
} from './placing.ts'
import { ifAllowed } from './remove-listed.ts'
import { bytesOf, isSameTree, looksSame, type TreeEntry } from './tree-listing.ts'

/**
 * A library, moved to another folder as a transfer. At every moment all of it is in the place that the settings name; killed anywhere, it goes on
 * when it is resumed.
 *  1. The lease `move` of the library keeps everybody from changing it: whoever takes a lease looks for this one afterwards, and this one is taken
 *     before others are looked for (`busy`). This process's own paused transfers are let go. Reading goes on.
 *  2. One volume: record `move.phase` `renaming`; the settings name both places (libraries.ts takes the one that is there), the folder is renamed, the settings name the new one.
 *  3. Else, or where the system refuses the rename: the settings name the new place as taken, and all of it but leases and garbage is copied to `<to>/.orbital-moving-<id>/tree`, every file read
 *     back (copy-tree.ts), and listed again until nothing has changed meanwhile. Record `move.target`, if `to` had to be made.
 *  4. What was copied is noted in `copied.json` beside the journal; record `move.phase` `placing`. Each thing that stands in the library's folder is
 *     renamed into `to` (placing.ts); once all that was copied is seen there, the settings name the new place. This one write is the move. Begun again
 *     before it, with anything changed or missing in either place: what was placed goes back, record `move.phase` `copying`, and 3 goes on.
 *  5. What was noted is deleted in the old place where it is still the same. What somebody changed or put there since stays, and is told of.
 */
export interface MoveDeps {
  readonly disk: Disk
  readonly clock: Clock
  readonly work: MoveWork
  readonly libraries: {
    get(id: string): { readonly facts: { readonly path: string } }
    list(): readonly { readonly id: string; readonly path: string }[]
    checkMove(id: string, to: string, own?: string): void
    beginMove(id: string, to: string): void
    beginCopy(id: string, to: string): void
    endMove(id: string, to: string): void
    cancelMove(id: string): void
  }
  /** Lets go of this process's transfers whose journals lie in that folder; `busy` when one of them runs. */
  letGo(journals: string): void
  /** The journals lie there by now, or still: their transfers are taken again. */
  takeAgain(before: string, now: string): void
  /** The settings name the new place. */
  onMoved(libraryId: string): void
}

/** Of this process's and others' own; what is in them is made anew, or waits to be deleted. */
export const notMoved: readonly string[] = ['.orbital/leases', '.orbital/garbage']

const rounds = 5
const spareBytes = 16 * 1024 * 1024
const stagingName = (id: string): string => `.orbital-moving-${id}`

export function createMoveRunner(deps: MoveDeps): TransferRunner {
  const { disk, libraries, work } = deps

  // 1
  const underLease = async <T>(from: string, run: () => Promise<T>): Promise<T> => {
    const { leases: folder, journals } = placesOf(from)
    const leases = createLeases({ disk, clock: deps.clock, folder })
    const lease = leases.take(moveLease)
    if (lease === undefined) throw new AppError('busy', { what: 'library' })
    try {
      deps.letGo(journals)
      for (const { name } of disk.entries(folder)) {
        const other = path.basename(name, '.json')
        if (name.endsWith('.json') && other !== moveLease && leases.isHeld(other))
          throw new AppError('busy', { what: 'library' })
      }
      return await run()
    } finally {
      lease.release()
    }
  }

  const removeIfFree = (to: string): void => {
    for (const { name, kind } of disk.entries(to))
      if (kind === 'file' && isClutter(name)) disk.removeFile(path.join(to, name))
    if (!disk.removeEmptyFolder(to)) throw new AppError('already-exists', { what: to })
  }

  // 2
  const renameTo = (task: TransferTask, { libraryId, from, to }: MoveRequest): boolean => {
    if (!disk.onOneVolume(from, to)) return false
    const wasThere = disk.facts(to) !== undefined
    task.ensureOwned()
    enterPhase(task, 'renaming')
    try {
      libraries.beginMove(libraryId, to)
      if (wasThere) removeIfFree(to)
      disk.rename(from, to, { waits: false })
    } catch (error) {
      if (wasThere) disk.makeFolder(to)
      enterPhase(task, 'copying')
      libraries.cancelMove(libraryId)
      // The system knows better what is one volume.
      if (isAppError(error, 'disk-failed') && error.details.errno === 'EXDEV') return false
      throw error
    }
    for (const folder of [path.dirname(from), path.dirname(to)]) disk.syncFolder(folder)
    // It came along, and is nobody's there.
    disk.removeFile(path.join(placesOf(to).leases, `${moveLease}.json`))
    libraries.endMove(libraryId, to)
    return true
  }

  // 3
  const copyTo = async (task: TransferTask, { libraryId, from, to }: MoveRequest): Promise<void> => {
    const { signal, counters, journal } = task
    const { staging, tree } = stagedCopyOf(task.id, to)
    libraries.beginCopy(libraryId, to)
    if (disk.facts(to) === undefined) journal.append({ kind: 'move.target' })
    disk.makeFolder(tree)
    if (!isStaged(task)) journal.append({ kind: 'move.staged' })
    for (let round = 0; ; round += 1) {
      const entries = await work.list(from, notMoved, { signal })
      requireRoom(disk, to, roomFor(entries) - roomFor(await work.list(tree, [], { signal })))
      task.setTotal(bytesOf(entries))
      counters.reset({ receivedBytes: 0, settledBytes: 0 })
      task.enter({ kind: 'transferring' })
      const copy = { from, to: tree, scratch: path.join(staging, 'file'), entries }
      const { addReceived: onReceived, addSettled: onSettled, addKept: onKept } = counters
      await work.copy(copy, { signal, onReceived, onSettled, onKept })
      const now = await work.list(from, notMoved, { signal })
      if (isSameTree(entries, now)) return place(task, { libraryId, from, to }, entries)
      if (round === rounds) throw new AppError('busy', { what: 'library' })
    }
  }

  // 4
  const place = async (task: TransferTask, request: MoveRequest, entries: readonly TreeEntry[]): Promise<void> => {
    const copy = stagedCopyOf(task.id, request.to)
    task.ensureOwned()
    refuseCollisions(disk, copy)
    syncStaged(disk, copy)
    disk.replace(copiedFileOf(task), Buffer.from(JSON.stringify(entries)))
    enterPhase(task, 'placing')
    await finishPlacing(task, request, entries)
  }
  const finishPlacing = async (
    task: TransferTask,
    { libraryId, to }: MoveRequest,
    entries: readonly TreeEntry[],
  ): Promise<void> => {
    const copy = stagedCopyOf(task.id, to)
    task.enter({ kind: 'finishing' })
    placeTree(disk, copy)
    const missing = firstMissing(entries, await placedOf(copy, task.signal))
    if (missing !== undefined) {
      await goBack(task, copy, entries)
      throw new AppError('disk-failed', { path: path.join(to, missing), action: 'look up', errno: 'CHECKSUM' })
    }
    task.ensureOwned()
    libraries.endMove(libraryId, to)
    disk.removeTree(copy.staging)
  }
  const placedOf = ({ to, staging }: StagedCopy, signal: AbortSignal) =>
    work.list(to, [path.basename(staging)], { signal })
  const goBack = async (task: TransferTask, copy: StagedCopy, entries: readonly TreeEntry[]): Promise<void> => {
    takeBack(disk, copy, entries, await placedOf(copy, task.signal))
    enterPhase(task, 'copying')
    disk.removeFile(copiedFileOf(task))
  }
  /** Whether the copy of an earlier run still is whole and of what stands in the old place; else all of it is in the staging again. */
  const goesOn = async (task: TransferTask, { from, to }: MoveRequest): Promise<boolean> => {
    const { signal } = task
    const copy = stagedCopyOf(task.id, to)
    const entries = readCopied(disk, task) ?? []
    if (!hasTrace(disk, copy, entries)) throw copyIsAway(to)
    const there = [...(await work.list(copy.tree, [], { signal })), ...(await placedOf(copy, signal))]
    const isSame = isSameTree(entries, await work.list(from, notMoved, { signal }), looksSame)
    if (isSame && firstMissing(entries, there) === undefined) return true
    await goBack(task, copy, entries)
    return false
  }

  // 5
  const removeOld = async (task: TransferTask, from: string): Promise<number> => {
    const entries = readCopied(disk, task)
    // Renamed: there is nothing old. A folder that is a library again belongs to that one.
    const isLibrary = libraries.list().some((each) => path.resolve(each.path) === path.resolve(from))
    if (entries === undefined || isLibrary || disk.facts(from)?.kind !== 'folder') return 0
    const { signal } = task
    // Through a link it would be deleted somewhere else.
    const own = disk.facts(placesOf(from).own)?.kind === 'folder' ? notMoved : []
    await work.remove(
      own.map((each) => path.join(from, each)),
      { signal },
    )
    await work.removeListed(from, entries, { signal })
    ifAllowed(() => disk.syncFolder(path.dirname(from)))
    return (await work.list(from, [], { signal })).filter(({ kind }) => kind !== 'folder').length
  }

  /** The settings name the new place. */
  const isPast = ({ libraryId, to }: MoveRequest): boolean =>
    libraries.list().some((each) => each.id === libraryId && each.path === to)

  const run = async (task: TransferTask): Promise<Outcome> => {
    const request = readRequest(moveRequest, task.request)
    const { libraryId, from, to } = request
    task.enter({ kind: 'preparing' })
    const journals = placesOf(from).journals
    if (libraries.get(libraryId).facts.path === from) {
      try {
        await underLease(from, async () => {
          if (phaseOf(task.journal.records) === 'placing' && (await goesOn(task, request)))
            return finishPlacing(task, request, readCopied(disk, task) ?? [])
          const isThere = hasStaging(disk, task.id, to)
          if (isStaged(task) && !isThere) throw copyIsAway(to)
          libraries.checkMove(libraryId, to, stagingName(task.id))
          if (!isThere && renameTo(task, request)) return
          await copyTo(task, request)
        })
      } catch (error) {
        if (libraries.get(libraryId).facts.path === from) deps.takeAgain(journals, journals)
        throw error
      }
    }
    if (libraries.get(libraryId).facts.path !== to) throw new AppError('library-not-found', { libraryId })
    // A rename that was killed before the settings named the new place alone.
    libraries.endMove(libraryId, to)
    disk.removeTree(path.join(to, stagingName(task.id)))
    deps.takeAgain(journals, placesOf(to).journals)
    deps.onMoved(libraryId)
    task.enter({ kind: 'finishing' })
    const keptFiles = await removeOld(task, from)
    disk.removeFile(copiedFileOf(task))
    return { path: to, ...(keptFiles === 0 ? {} : { keptFiles }) }
  }

  return {
    kind: 'move',
    run,
    async discard(task) {
      const request = readRequest(moveRequest, task.request)
      const { libraryId, to } = request
      if (isPast(request)) return
      const copy = stagedCopyOf(task.id, to)
      if (phaseOf(task.journal.records) === 'placing') await goBack(task, copy, readCopied(disk, task) ?? [])
      await work.remove([copy.staging], { signal: task.signal })
      if (task.journal.records.some(({ kind }) => kind === 'move.target') && disk.facts(to) !== undefined)
        disk.removeEmptyFolder(to)
      libraries.cancelMove(libraryId)
    },
    isPastCancel: (request) => isPast(readRequest(moveRequest, request)),
  }
}

type MovePhase = 'renaming' | 'copying' | 'placing'

/** Noted before it begins. */
const enterPhase = (task: TransferTask, phase: MovePhase): void => task.journal.append({ kind: 'move.phase', phase })
const phaseOf = (records: readonly JournalRecord[]): MovePhase | undefined =>
  records.findLast(({ kind }) => kind === 'move.phase')?.phase as MovePhase | undefined
const stagedCopyOf = (id: string, to: string): StagedCopy => {
  const staging = path.join(to, stagingName(id))
  return { to, staging, tree: path.join(staging, 'tree') }
}
const isStaged = ({ journal }: TransferTask): boolean => journal.records.some(({ kind }) => kind === 'move.staged')
/** Else the copy would begin anew in the folder where a drive is mounted at other times. */
const copyIsAway = (to: string): AppError =>
  new AppError('usage', {
    problem: `What was copied to ${to} is not there now. Connect its drive and resume, or cancel the move.`,
  })
const hasStaging = (disk: Disk, id: string, to: string): boolean =>
  disk.facts(stagedCopyOf(id, to).staging) !== undefined

const copiedFileOf = (task: TransferTask): string => path.join(task.journal.folder, 'copied.json')

/** What was copied; undefined where it was renamed. */
function readCopied(disk: Disk, task: TransferTask): readonly TreeEntry[] | undefined {
  const bytes = disk.read(copiedFileOf(task))
  return bytes === undefined ? undefined : (parseJson(bytes) as readonly TreeEntry[])
}

/** Of files in blocks, roughly. */
export const roomFor = (entries: readonly TreeEntry[]): number => bytesOf(entries) + entries.length * 4096

/** `disk-full` unless so much more fits there. */
export function requireRoom(disk: Disk, to: string, bytes: number): void {
  const { freeBytes } = disk.volume(to)
  if (bytes > 0 && freeBytes < bytes + spareBytes)
    throw new AppError('disk-full', { path: to, neededBytes: bytes + spareBytes, freeBytes })
}
