import path from 'node:path'
import { isAppError, toWire } from '../../../shared/errors.ts'
import { type CommitDeps, finishCommit, listCommits } from './commit-version.ts'
import type { Leases } from './leases.ts'
import { isBeingMade, namesIn, refuseLinks } from './places.ts'
import { cleanTrash, moveToGarbage } from './trash.ts'

export interface Recovered {
  /** Transfers whose commit was finished; running them again ends them at once. */
  readonly finishedTransactions: readonly string[]
  /** Folders that only wait to be deleted. */
  readonly garbage: readonly string[]
  /** A program held what a commit moves (Windows): whoever looks at the library next has to try again. */
  readonly isHeld: boolean
}

/**
 * What whoever opens a library does first. It can be killed anywhere and run again, also by two at once. Nothing of a transaction whose
 * lease is alive is touched, and nothing of a transfer that is listed (its journal is there) but its half-done commit. A library may come
 * from anybody: records lead to nothing outside of it, and one whose own folders are links is not opened (`path-not-allowed`).
 *  1. Commits that have begun are finished, or undone where their staged tree is gone.
 *  2. Staging and spool of transactions without a journal or a commit wait to be deleted, and journals that never got their first record.
 *  3. Trash: entries whose content never came or was taken back, and those older than 30 days.
 *  4. Facts of versions that aren't there, half-written files of Orbital's own (a little old, so that nobody is writing them), dead leases.
 *  5. Everything in garbage/.
 * What can't be done (not allowed, in use) is logged and left for the next start: it never keeps a library from being opened.
 */
export function recoverLibrary(deps: CommitDeps & { readonly leases: Leases }): Recovered {
  const { disk, log, places, leases } = deps
  if (disk.facts(places.own) === undefined) return { finishedTransactions: [], garbage: [], isHeld: false }
  refuseLinks(disk, places)
  const isFree = (transaction: string) => !leases.isHeld(transaction)
  const isListed = (transaction: string) => disk.facts(path.join(places.journals, transaction)) !== undefined
  const isOld = (file: string) => !isBeingMade(deps, file)

  let isHeld = false
  const attempt = <T>(what: string, work: () => T): T | undefined => {
    try {
      return work()
    } catch (error) {
      isHeld ||= what === 'commit' && isAppError(error, 'busy')
      log.write('warn', 'library.not-recovered', { what, ...toWire(error) })
      return undefined
    }
  }

  // 1
  const finishedTransactions = listCommits(disk, places)
    .filter((record) => isFree(record.transaction))
    .filter((record) => attempt('commit', () => finishCommit(deps, record)) === 'committed')
    .map((record) => record.transaction)

  // 2
  for (const name of namesIn(disk, places.journals)) {
    const folder = path.join(places.journals, name)
    if (disk.facts(path.join(folder, 'journal.log')) === undefined && isOld(folder) && isFree(name))
      attempt('journal', () => moveToGarbage(disk, places, folder))
  }
  const unfinished = new Set(listCommits(disk, places).map(({ transaction }) => transaction))
  for (const parent of [places.staging, places.spool]) {
    for (const name of namesIn(disk, parent))
      if (!isListed(name) && isFree(name) && !unfinished.has(name))
        attempt('staging', () => moveToGarbage(disk, places, path.join(parent, name)))
  }

  // 3
  attempt('trash', () => cleanTrash(deps))

  // 4
  for (const folder of [places.versions, places.commits, places.trash]) {
    for (const name of namesIn(disk, folder)) {
      const isHalf = name.startsWith('.orbital-new-')
      const isOrphan =
        folder === places.versions && disk.facts(places.version(name.replace(/\.json$/, ''))) === undefined
      if ((isHalf || isOrphan) && isOld(path.join(folder, name)))
        attempt('leftover', () => disk.removeFile(path.join(folder, name)))
    }
  }
  attempt('leases', () => leases.clean(isListed))

  // 5
  return {
    finishedTransactions,
    garbage: namesIn(disk, places.garbage).map((name) => path.join(places.garbage, name)),
    isHeld,
  }
}
