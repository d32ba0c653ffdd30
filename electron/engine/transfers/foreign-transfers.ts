import path from 'node:path'
import { toWire } from '../../../shared/errors.ts'
import type { Transfer } from '../../../shared/model/transfer.ts'
import type { Disk, Log } from '../ports.ts'
import { peekJournal, readStamp } from './journal.ts'
import { transferOf } from './transfer-record.ts'

/** Transfers that another process works on, or that nobody does and nobody has asked for: their journals are read with each listing that finds them changed. */
export interface ForeignTransfers {
  has(folder: string): boolean
  add(folder: string): void
  drop(folder: string): void
  /** All in that folder. */
  dropBelow(parent: string): void
  folderOf(id: string): string | undefined
  /** Folders that nobody holds now. */
  abandoned(): readonly string[]
  /** What was cancelled and is only not cleaned up yet is left out. */
  list(): Transfer[]
}

export function createForeignTransfers(deps: {
  readonly disk: Disk
  readonly log: Log
  isHeld(journalFolder: string): boolean
}): ForeignTransfers {
  const { disk, log } = deps
  let folders: string[] = []
  /** A journal may name 200,000 files. */
  let known = new Map<string, { readonly stamp: string; readonly transfer: Transfer | undefined }>()

  /** One journal that can't be read must not hide the others. */
  const read = (folder: string): Transfer | undefined => {
    try {
      const isHeld = deps.isHeld(folder)
      const stamp = `${readStamp(disk, folder)} ${isHeld}`
      const before = known.get(folder)
      if (before?.stamp === stamp) return before.transfer
      const found = transferOf(folder, peekJournal(disk, folder) ?? [], isHeld)
      const shown = found?.state.kind === 'cancelling' && !isHeld ? undefined : found
      known.set(folder, { stamp, transfer: shown })
      return shown
    } catch (error) {
      log.write('warn', 'transfer.unreadable', { folder, ...toWire(error) })
      return undefined
    }
  }

  return {
    has: (folder) => folders.includes(folder),
    add: (folder) => void folders.push(folder),
    drop(folder) {
      folders = folders.filter((each) => each !== folder)
    },
    abandoned: () => folders.filter((folder) => disk.facts(folder) !== undefined && !deps.isHeld(folder)),
    dropBelow(parent) {
      folders = folders.filter((each) => path.dirname(each) !== parent)
    },
    folderOf: (id) => folders.find((each) => path.basename(each) === id),
    list() {
      folders = folders.filter((folder) => disk.facts(folder) !== undefined)
      known = new Map([...known].filter(([folder]) => folders.includes(folder)))
      return folders.flatMap((folder) => read(folder) ?? [])
    },
  }
}
