import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { nameOf } from '../../../shared/model/transfer-standing.ts'
import type { ForeignTransfers } from './foreign-transfers.ts'
import type { Entry } from './transfer-entry.ts'

/** Transfers whose journals lie in a folder that is moved: nobody holds them meanwhile, and they are listed all along. */
export function createRelocation(queue: {
  entries(): readonly Entry[]
  readonly foreign: ForeignTransfers
  /** Off the list, its lease given up. */
  release(entry: Entry): void
  adopt(journalParents: readonly string[]): void
  journalsOf(libraryId: string): string | undefined
}): { letGo(journalParent: string): void; takeAgain(before: string, now: string): void } {
  return {
    letGo(journalParent) {
      const those = queue.entries().filter(({ journal }) => path.dirname(journal.folder) === journalParent)
      // An export reads the library, and has its journal in the home folder.
      const reads = ({ transfer: { kind, libraryId } }: Entry) =>
        kind !== 'move' && libraryId !== undefined && queue.journalsOf(libraryId) === journalParent
      const busy = queue
        .entries()
        .filter((entry) => those.includes(entry) || reads(entry))
        .find(
          ({ running, cancelling, transfer }) =>
            running !== undefined || cancelling !== undefined || transfer.state.kind === 'queued',
        )
      if (busy !== undefined)
        throw new AppError('busy', { what: 'library', holder: nameOf(busy.transfer), isListed: true })
      for (const entry of those) {
        queue.release(entry)
        queue.foreign.add(entry.journal.folder)
      }
    },
    takeAgain(before, now) {
      queue.foreign.dropBelow(before)
      queue.adopt([now])
    },
  }
}
