import path from 'node:path'
import { AppError, toWire } from '../../../shared/errors.ts'
import type { Transfer } from '../../../shared/model/transfer.ts'
import { nameOf } from '../../../shared/model/transfer-standing.ts'
import type { ForeignTransfers } from './foreign-transfers.ts'
import { hasJournal, listJournals, peekJournal } from './journal.ts'
import type { Ownership } from './ownership.ts'
import type { QueueDeps } from './queue-contract.ts'
import { type Entry, openEntry } from './transfer-entry.ts'
import type { StartRecord } from './transfer-record.ts'
import type { JournalRecord } from './transfer-runner.ts'

/**
 * Transfers that others began: how a queue comes to know them, and how they become its own.
 *  1. Folders in which journals may come to be are looked through with each listing. What another process holds is listed as it says.
 *  2. What nobody holds is taken at the second look (with `takesOver`): one that was only just made has no owner for a moment.
 *  3. Any is taken when a person asks for it; `busy` while another process holds it.
 *  4. A library may come from anybody, and what lies in its journals goes on by itself: from there nothing is known but what works in that library alone.
 */
export interface Adoption {
  adopt(journalParents: readonly string[]): void
  /** 1, 2 */
  lookAround(): void
  /** 3. What isn't known here changes nothing. */
  take(id: string): void
  /** Listed, and nobody's here. */
  listed(id: string): Transfer | undefined
  busyWith(id: string): AppError
  /** A journal that is left alone from here on. */
  passOver(journalFolder: string): void
}

const ofLibraries: ReadonlySet<string> = new Set<Transfer['kind']>(['install', 'verify', 'repair'])

export function createAdoption(
  deps: Pick<QueueDeps, 'disk' | 'clock' | 'log' | 'takesOver' | 'historyFolder' | 'journalsOf' | 'isMoving'> & {
    readonly foreign: ForeignTransfers
    readonly ownership: Ownership
    isOwn(id: string): boolean
    /** One that goes on here. */
    onTaken(entry: Entry): void
    /** One that had ended before its journal went. */
    onEnded(entry: Entry): void
    /** One that was cancelled, and isn't discarded yet. */
    onCancelled(entry: Entry): void
  },
): Adoption {
  const { disk, log, foreign, ownership } = deps
  const looked = new Set<string>()
  /** They are being discarded, can't be read, or are nothing that may lie there. */
  const passedOver = new Set<string>()

  // 4
  const mayLieIn = (parent: string, first: JournalRecord): boolean => {
    if (parent === deps.historyFolder) return true
    const { kind, libraryId, request } = (first as Partial<StartRecord>).start ?? {}
    const isOfIt = libraryId !== undefined && deps.journalsOf(libraryId) === parent
    return (
      isOfIt &&
      kind !== undefined &&
      ofLibraries.has(kind) &&
      (request as { readonly libraryId?: unknown } | undefined)?.libraryId === libraryId
    )
  }
  const isMisplaced = (folder: string): boolean => {
    try {
      const [first] = peekJournal(disk, folder) ?? []
      if (first === undefined || mayLieIn(path.dirname(folder), first)) return false
      log.write('warn', 'transfer.misplaced', { folder })
    } catch (error) {
      log.write('warn', 'transfer.unreadable', { folder, ...toWire(error) })
    }
    passedOver.add(folder)
    return true
  }

  const takeFolder = (folder: string): boolean => {
    const lease = ownership.take(folder)
    if (lease === undefined) return false
    try {
      const entry = openEntry(deps, folder, lease)
      if (!mayLieIn(path.dirname(folder), entry.start)) throw new AppError('state-damaged', { path: folder })
      const { kind } = entry.transfer.state
      if (kind === 'cancelling') passedOver.add(folder)
      if (kind === 'done' || kind === 'cancelled') deps.onEnded(entry)
      else if (kind === 'cancelling') deps.onCancelled(entry)
      else deps.onTaken(entry)
      return true
    } catch (error) {
      lease.release()
      log.write('warn', 'transfer.adopt', { folder, ...toWire(error) })
      return false
    }
  }
  const newJournalsBelow = (parents: Iterable<string>): string[] =>
    [...parents]
      .flatMap((parent) => listJournals(disk, parent))
      .filter((folder) => !deps.isOwn(path.basename(folder)) && !foreign.has(folder) && !passedOver.has(folder))
      .filter((folder) => !isMisplaced(folder))
  const listed = (id: string) => foreign.list().find((each) => each.id === id)
  const busyWith = (id: string): AppError => {
    const folder = foreign.folderOf(id)
    if (folder !== undefined && deps.isMoving(folder)) return new AppError('busy', { what: 'library', moving: true })
    const found = listed(id)
    return new AppError('busy', { what: 'transfer', ...(found === undefined ? {} : { holder: nameOf(found) }) })
  }

  return {
    adopt(journalParents) {
      for (const parent of journalParents) looked.add(parent)
      for (const folder of newJournalsBelow(journalParents)) {
        const isTaken = deps.takesOver && takeFolder(folder)
        if (!isTaken && hasJournal(disk, folder)) foreign.add(folder)
      }
    },
    lookAround() {
      for (const folder of deps.takesOver ? foreign.abandoned() : []) {
        if (passedOver.has(folder)) continue
        if (takeFolder(folder)) foreign.drop(folder)
        else passedOver.add(folder)
      }
      for (const folder of newJournalsBelow(looked)) foreign.add(folder)
    },
    take(id) {
      const folder = foreign.folderOf(id)
      if (folder === undefined) return
      if (!takeFolder(folder)) throw busyWith(id)
      foreign.drop(folder)
    },
    listed,
    busyWith,
    passOver: (folder) => void passedOver.add(folder),
  }
}
