import path from 'node:path'
import * as z from 'zod'
import { AppError, toWire } from '../../../shared/errors.ts'
import { packageRef } from '../../../shared/model/package.ts'
import { identOf } from '../../../shared/model/package-ref.ts'
import { parseJson } from '../parse-json.ts'
import type { Disk } from '../ports.ts'
import { checkPlace, type LibraryPlaces, refuseStagedLinks, stagedTreeOf } from './places.ts'
import { moveToTrash, restoreFromTrash, type TrashDeps } from './trash.ts'
import { factsFileOf, readFacts, type VersionFacts, versionFacts, writeFacts } from './version-facts.ts'

/**
 * The commit of a staged, verified and synced tree. It begins with the durable record `.orbital/commits/<transaction>.json` and can be
 * finished from there by anybody, any number of times:
 *  1. Staged tree there, place taken by another tree: the record allows to replace it → old tree to trash by rename; else → `taken`, undone,
 *     and the facts are those that were there.
 *  2. Facts written, tree renamed into its place, parent synced. From here on it is installed.
 *  3. No staged tree: it is in its place (its facts carry the transaction), or it was lost: then what 1 moved to trash comes back.
 *  4. Versions that this one replaces go to trash.
 *  5. Record removed.
 * `place-taken` when what stands in its place is no folder, `path-not-allowed` when the staged tree is none (a library may come from anybody); `busy` when
 * a program holds a file of either tree (Windows): it can be finished a little later. Where it fails, undoCommit takes back what can be.
 */
/** Becomes part of a path, and whoever opens a library finishes what its records say. */
const id = z.string().regex(/^[0-9A-Za-z-]{1,64}$/)
const displaced = z.strictObject({ ref: packageRef, title: z.string(), diskBytes: z.number(), trashId: id })
const commitFile = z.looseObject({
  format: z.literal(1),
  transaction: id,
  ref: packageRef,
  facts: versionFacts,
  /** The tree that may stand in its place and make way. */
  replaces: displaced.optional(),
  /** Other versions of the package that go to trash afterwards. */
  toTrash: z.array(displaced),
})
export type CommitRecord = Readonly<z.infer<typeof commitFile>>
export type CommitResult = 'committed' | 'taken' | 'lost'

export type CommitDeps = TrashDeps

const recordFileOf = (places: LibraryPlaces, transaction: string) => path.join(places.commits, `${transaction}.json`)

/** Durable when it returns: from now on the commit is finished by whoever opens the library. */
export function beginCommit(deps: CommitDeps, record: CommitRecord): void {
  deps.disk.makeFolder(deps.places.commits)
  deps.disk.replace(recordFileOf(deps.places, record.transaction), Buffer.from(JSON.stringify(record)))
  deps.step?.('commit.recorded')
}

export function finishCommit(deps: CommitDeps, record: CommitRecord): CommitResult {
  const { disk, places, step } = deps
  const ident = identOf(record.ref)
  const target = places.version(ident)
  const staged = stagedTreeOf(places, record.transaction)
  const isThere = (folder: string) => disk.facts(folder) !== undefined
  const isCommitted = () => isThere(target) && readFacts(disk, places, ident)?.transaction === record.transaction
  const end = (result: CommitResult): CommitResult => {
    disk.removeFile(recordFileOf(places, record.transaction))
    step?.('commit.ended')
    return result
  }
  /** Ours are not of the tree that stands there: written by this run, or by one that was killed before its rename. */
  const taken = (before?: VersionFacts): CommitResult => {
    if (readFacts(disk, places, ident)?.transaction === record.transaction) {
      if (before === undefined || before.transaction === record.transaction) disk.removeFile(factsFileOf(places, ident))
      else writeFacts(disk, places, ident, before)
    }
    return end('taken')
  }

  refuseStagedLinks(disk, places, record.transaction)
  if (isThere(staged)) {
    if (isThere(target)) {
      checkPlace(disk, target)
      if (record.replaces === undefined || isThere(contentOf(places, record.replaces.trashId))) return taken()
      moveToTrash(deps, record.replaces, record.replaces.trashId)
      step?.('commit.old-in-trash')
    }
    const before = readFacts(disk, places, ident)
    writeFacts(disk, places, ident, record.facts)
    step?.('commit.facts')
    try {
      disk.rename(staged, target, { waits: false })
    } catch (error) {
      if (error instanceof AppError && error.code === 'already-exists') return taken(before)
      throw error
    }
    step?.('commit.renamed')
    disk.syncFolder(places.root)
  } else if (!isCommitted()) {
    const trashId = record.replaces?.trashId
    if (trashId !== undefined && !isThere(target) && isThere(contentOf(places, trashId)))
      restoreFromTrash(deps, trashId)
    return end('lost')
  }
  for (const old of record.toTrash) {
    if (!isThere(places.version(identOf(old.ref))) || isThere(contentOf(places, old.trashId))) continue
    try {
      moveToTrash(deps, old, old.trashId)
    } catch (error) {
      // In use (Windows), or not ours to move: it stays installed, and the new version is installed all the same.
      deps.log.write('warn', 'library.older-version-stays', { ident: identOf(old.ref), ...toWire(error) })
    }
    step?.('commit.older-in-trash')
  }
  return end('committed')
}

/**
 * Of a commit that failed: what made way for it comes back, and its record goes, so that nobody finishes later what a person was told has failed.
 * The staged tree stays. Once that is in its place nothing is taken back: what is left to do is done by whoever opens the library.
 */
export function undoCommit(deps: CommitDeps, { transaction, ref, replaces }: CommitRecord): void {
  const { disk, places } = deps
  const isThere = (folder: string) => disk.facts(folder) !== undefined
  if (!isThere(stagedTreeOf(places, transaction))) return
  if (replaces !== undefined && !isThere(places.version(identOf(ref))) && isThere(contentOf(places, replaces.trashId)))
    restoreFromTrash(deps, replaces.trashId)
  disk.removeFile(recordFileOf(places, transaction))
}

/** Commits that have begun and not ended; a record that can't be read is none (it was never durable). */
export function listCommits(disk: Disk, places: LibraryPlaces): readonly CommitRecord[] {
  if (disk.facts(places.commits) === undefined) return []
  return disk.entries(places.commits).flatMap(({ name }) => {
    const bytes = name.endsWith('.json') ? disk.read(path.join(places.commits, name)) : undefined
    const record = bytes === undefined ? undefined : parseRecord(bytes)
    return record === undefined || name !== `${record.transaction}.json` ? [] : [record]
  })
}

export const readCommit = (disk: Disk, places: LibraryPlaces, transaction: string): CommitRecord | undefined =>
  listCommits(disk, places).find((record) => record.transaction === transaction)

const contentOf = (places: LibraryPlaces, trashId: string): string => path.join(places.trash, trashId, 'content')

function parseRecord(bytes: Uint8Array): CommitRecord | undefined {
  return commitFile.safeParse(parseJson(bytes)).data
}
