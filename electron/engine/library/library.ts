import path from 'node:path'
import { AppError, isAppError, toWire } from '../../../shared/errors.ts'
import type { DiskUsage, InstalledVersion, TrashEntry } from '../../../shared/model/installed.ts'
import type { FileEntry, Manifest, PackageRef } from '../../../shared/model/package.ts'
import { identOf, specOf } from '../../../shared/model/package-ref.ts'
import type { Clock, Disk, Io, Log } from '../ports.ts'
import { createTurns, nextTurn } from '../take-turns.ts'
import type { LookedAt } from './changed-files.ts'
import {
  beginCommit,
  type CommitRecord,
  type CommitResult,
  finishCommit,
  listCommits,
  readCommit,
  undoCommit,
} from './commit-version.ts'
import { moveExtrasToTrash, restoreExtras } from './extra-files.ts'
import { createInstalledReader } from './installed.ts'
import { createLeases, type Leases } from './leases.ts'
import { type LibraryPlaces, namesIn, placesOf, stagedTreeOf } from './places.ts'
import { type Recovered, recoverLibrary } from './recover.ts'
import {
  dropFromTrash,
  findInTrash,
  listTrash,
  listTrashInTurns,
  moveToGarbage,
  moveToTrash,
  restoreFromTrash,
} from './trash.ts'
import { measureUsage } from './usage.ts'
import { isWhole, type TreeReport, type VerifyIo } from './verify.ts'
import {
  earlierOf,
  factsOfTree,
  type MetaMark,
  readFacts,
  type VersionFacts,
  withDamage,
  writeFacts,
} from './version-facts.ts'
import { checkVersionPlace } from './version-place.ts'
import { type HeldIo, whileHeld } from './while-held.ts'

/** What would hold up the main thread: done in a worker. */
export interface LibraryWork {
  verify(folder: string, manifest: Manifest, io: VerifyIo): Promise<TreeReport>
  /** Allocated bytes of each tree. */
  measure(roots: readonly string[], io: Io): Promise<readonly number[]>
  /** Files of each version that are visibly others by now (changed-files.ts). */
  look(versions: readonly LookedAt[], io: Io): Promise<readonly (readonly string[])[]>
  /** Deletes the trees; answers the allocated bytes that were freed. */
  remove(roots: readonly string[], io: Io): Promise<number>
}

export interface VerifyReport extends TreeReport {
  readonly ref: PackageRef
}

/**
 * One library folder: what is installed, trash, disk usage, recovery. Other programs work in the same folder; every answer is read from it.
 */
export interface Library {
  readonly id: string
  readonly places: LibraryPlaces
  readonly leases: Leases
  /**
   * Finishes or undoes what a killed process left half done, and deletes what belongs to nobody. Resolves once commits are settled; deleting
   * goes on until `deleted` resolves. Call it before anything else, and again whenever transfers of others may have ended.
   */
  recover(io: Io): Promise<Recovered & { readonly deleted: Promise<number> }>
  list(): readonly InstalledVersion[]
  /** The same, and the loop gets its turns meanwhile. */
  listInTurns(io: Io): Promise<readonly InstalledVersion[]>
  /** What Orbital has installed or verified, and whose meta.json can't be read any more: not listed until it is repaired. */
  unreadable(io: Io): Promise<readonly PackageRef[]>
  isUnreadable(ref: PackageRef): boolean
  /** `place-taken` where what stands in that version's place may not make way for it (version-place.ts). */
  checkPlaceOf(ref: PackageRef, force: boolean): void
  /** `not-installed` */
  get(ref: PackageRef): InstalledVersion
  find(ref: PackageRef): InstalledVersion | undefined
  manifest(ref: PackageRef): Manifest
  files(ref: PackageRef): readonly FileEntry[]
  /** Absolute path of the version's folder, or of a file that its manifest names (`file-not-found`). */
  pathOf(ref: PackageRef, file?: string): string
  /** To trash, by rename; `busy` when a program has a file of it open (Windows). */
  remove(ref: PackageRef): TrashEntry
  keep(ref: PackageRef, kept: boolean): InstalledVersion
  /** Rehashes every file; the time is noted when all are right, the damaged ones when not. */
  verify(ref: PackageRef, io: Io & { readonly onBytes?: (bytes: number) => void }): Promise<VerifyReport>
  /** Moves what stands at these paths of a version's folder, and isn't part of it, to the trash; undefined when nothing is there. */
  takeOut(ref: PackageRef, paths: readonly string[]): TrashEntry | undefined
  trash(): readonly TrashEntry[]
  trashInTurns(io: Io): Promise<readonly TrashEntry[]>
  restore(entryId: string): InstalledVersion
  /** All, or those; answers what that freed. */
  emptyTrash(entryIds: readonly string[] | undefined, io: Io): Promise<number>
  usage(io: Io): Promise<DiskUsage>
  /** See the contract. Unfinished transfers whose lease is alive stay: their owner cancels them. */
  purge(
    what: {
      readonly cache?: boolean | undefined
      readonly unfinished?: boolean | undefined
      readonly packages?: boolean | undefined
    },
    io: Io,
  ): Promise<number>

  // For install:
  /** Facts of the tree that is installed now; undefined when none is. */
  facts(ref: PackageRef): VersionFacts | undefined
  writeFacts(ref: PackageRef, facts: VersionFacts): void
  /** What Orbital knew of this version before its meta.json became another one, or unreadable; undefined where it didn't. */
  earlierFacts(ref: PackageRef): VersionFacts | undefined
  /**
   * Waits for a minute where programs hold what is to be moved. Aborted while it waits it is undone; what `ensureOwned` throws, asked before each
   * try, ends it, and then nothing more is written: the transfer is another process's.
   */
  commit(record: CommitRecord, io: OwnedIo): Promise<CommitResult>
  /** A commit of that transfer that has begun and not ended is finished; undefined when there is none. */
  finishCommitOf(transaction: string, io: OwnedIo): Promise<CommitResult | undefined>
  /** Whether the tree in that version's place is exactly what a manifest says. */
  verifyAgainst(manifest: Manifest, io: VerifyIo): Promise<TreeReport>
  /** Notes what was found in a version's tree, now or then, if that is still the one with this mark. */
  note(ref: PackageRef, report: TreeReport, mark: MetaMark, atMs?: number): void
  /** Staging and spool of a transfer are gone when it resolves. */
  discard(transaction: string, io: Io): Promise<void>
}

export interface OwnedIo extends HeldIo {
  ensureOwned?(): void
}

export interface LibraryDeps {
  readonly id: string
  /** Absolute */
  readonly path: string
  readonly disk: Disk
  readonly clock: Clock
  readonly log: Log
  readonly work: LibraryWork
  /** Called after each change of what is installed or in the trash. */
  onChanged?(): void
  /** For tests that kill: called after each step of a commit. */
  step?(name: string): void
}

/** A program that is closed or quit doesn't wait for more. */
const undoMs = 10_000
const deleteMs = 60_000

export function createLibrary(deps: LibraryDeps): Library {
  const { id, disk, clock, log, work } = deps
  const places = placesOf(deps.path)
  const leases = createLeases({ disk, clock, folder: places.leases })
  const installed = createInstalledReader({ disk, log, places, libraryId: id })
  const shared = { disk, clock, log, places, libraryId: id, ...(deps.step === undefined ? {} : { step: deps.step }) }
  const changed = () => deps.onChanged?.()

  const treeOf = (ref: PackageRef) => {
    const tree = installed.tree(ref)
    if (tree === undefined) throw new AppError('not-installed', { spec: specOf(ref), library: places.root })
    return tree
  }
  const updateFacts = (ref: PackageRef, change: (facts: VersionFacts) => VersionFacts) => {
    const { ident, mark } = treeOf(ref)
    writeFacts(disk, places, ident, change(factsOfTree(disk, places, ident, mark)))
    changed()
  }
  const patiently = <T>(work: () => T, io: HeldIo) => whileHeld(work, shared, io)
  const finish = async (record: CommitRecord, { ensureOwned, ...io }: OwnedIo): Promise<CommitResult> => {
    const owned = <T>(work: () => T) => {
      ensureOwned?.()
      return work()
    }
    try {
      return await patiently(() => owned(() => finishCommit(shared, record)), io)
    } catch (error) {
      // It may be aborted already, but what made way has to come back.
      const undoing = { signal: AbortSignal.timeout(undoMs) }
      await patiently(() => owned(() => undoCommit(shared, record)), undoing).catch((failure: unknown) =>
        log.write('warn', 'library.commit-not-undone', { library: id, ...toWire(failure) }),
      )
      throw error
    } finally {
      changed()
    }
  }
  const remove = (ref: PackageRef): TrashEntry => {
    const { manifest } = treeOf(ref)
    const title = manifest.info.title ?? ref.name
    const entry = moveToTrash(shared, { ref, title, diskBytes: manifest.totalBytes })
    changed()
    return entry
  }
  const note = (ref: PackageRef, report: TreeReport, mark: MetaMark, atMs = clock.now()): void => {
    const now = installed.tree(ref)?.mark
    // Removed or installed anew meanwhile: the report is of a tree that is gone.
    if (now?.metaSha256 !== mark.metaSha256 || now.metaModifiedMs !== mark.metaModifiedMs) return
    updateFacts(ref, ({ verifiedAt: _, ...facts }) => ({
      ...withDamage(facts, [...report.damaged, ...report.missing]),
      ...(isWhole(report) ? { verifiedAt: new Date(atMs).toISOString() } : {}),
    }))
  }
  const deleteAll = (roots: readonly string[], io: Io): Promise<number> =>
    roots.length === 0 ? Promise.resolve(0) : work.remove(roots, io)
  /** Deletes what each of them moves aside, also where others of them fail: with the first error, when all else is done. */
  const deleteMoved = async (moves: readonly (() => string)[], io: Io): Promise<number> => {
    const roots: string[] = []
    const failures: unknown[] = []
    for (const move of moves)
      try {
        roots.push(await patiently(move, io))
      } catch (error) {
        failures.push(error)
        if (!isAppError(error, 'busy')) break
      }
    const freedBytes = await deleteAll(roots, failures.length === 0 ? io : { signal: AbortSignal.timeout(deleteMs) })
    changed()
    if (failures.length > 0) throw failures[0]
    return freedBytes
  }

  return {
    id,
    places,
    leases,
    async recover(io) {
      const recovered = recoverLibrary({ ...shared, leases })
      if (recovered.finishedTransactions.length > 0) changed()
      const deleted = deleteAll(recovered.garbage, io)
      // Whoever doesn't wait for it must not be ended by it; what stays is deleted at the next start.
      deleted.catch(() => log.write('warn', 'library.garbage-kept', { library: id }))
      return { ...recovered, deleted }
    },
    list: installed.list,
    listInTurns: (io) => installed.listInTurns(createTurns(clock, io)),
    unreadable: (io) => installed.unreadable(createTurns(clock, io)),
    isUnreadable: installed.isUnreadable,
    checkPlaceOf: (ref, force) => checkVersionPlace({ disk, places, installed }, ref, force),
    get: installed.get,
    find: (ref) => (installed.tree(ref) === undefined ? undefined : installed.get(ref)),
    manifest: (ref) => treeOf(ref).manifest,
    files: installed.files,
    pathOf(ref, file) {
      const { ident, manifest } = treeOf(ref)
      if (file === undefined) return places.version(ident)
      if (!manifest.files.some((each) => each.path === file))
        throw new AppError('file-not-found', { spec: specOf(ref), path: file })
      return path.join(places.version(ident), ...file.split('/'))
    },
    remove,
    keep(ref, kept) {
      updateFacts(ref, (facts) => ({ ...facts, kept }))
      return installed.get(ref)
    },
    async verify(ref, io) {
      const { manifest, ident, mark } = treeOf(ref)
      const report = await work.verify(places.version(ident), manifest, io)
      note(ref, report, mark)
      return { ref, ...report }
    },
    note,
    takeOut(ref, paths) {
      const { manifest } = treeOf(ref)
      const entry = moveExtrasToTrash(shared, { ref, title: manifest.info.title ?? ref.name }, paths)
      if (entry !== undefined) changed()
      return entry
    },
    trash: () => listTrash(shared),
    trashInTurns: (io) => listTrashInTurns(shared, createTurns(clock, io)),
    restore(entryId) {
      const entry = findInTrash(shared, entryId)
      if (entry.extras === undefined) restoreFromTrash(shared, entryId)
      else restoreExtras(shared, entryId)
      changed()
      return installed.get(entry.ref)
    },
    async emptyTrash(entryIds, io) {
      const ids = entryIds ?? (await listTrashInTurns(shared, createTurns(clock, io))).map((entry) => entry.id)
      // What makes way for a version that isn't in its place yet may have to come back.
      const makesWay = new Set(listCommits(disk, places).map(({ replaces }) => replaces?.trashId))
      const moves = ids.filter((each) => !makesWay.has(each)).map((each) => () => dropFromTrash(shared, each))
      return deleteMoved(moves, io)
    },
    usage: (io) => measureUsage({ ...shared, work, installed }, io),
    async purge({ cache, unfinished, packages }, io) {
      const roots: string[] = []
      if (packages === true)
        for (const version of await installed.listInTurns(createTurns(clock, io)))
          if (!version.kept) remove(version.ref)
      // Where that is a link, what it leads to is somebody else's.
      if (cache === true && disk.facts(places.cache)?.kind === 'folder')
        roots.push(...namesIn(disk, places.cache).map((name) => path.join(places.cache, name)))
      try {
        if (unfinished === true) {
          const transactions = new Set(
            [places.journals, places.staging, places.spool].flatMap((folder) => namesIn(disk, folder)),
          )
          for (const transaction of transactions) {
            // Under its lease, so that nobody adopts what is on its way to be deleted.
            const lease = leases.take(transaction)
            if (lease === undefined) continue
            try {
              if (readCommit(disk, places, transaction) !== undefined) continue
              for (const parent of [places.journals, places.staging, places.spool]) {
                const folder = path.join(parent, transaction)
                if (disk.facts(folder) !== undefined)
                  roots.push(await patiently(() => moveToGarbage(disk, places, folder), io))
              }
            } finally {
              lease.release()
            }
          }
        }
      } catch (error) {
        // What was moved aside before it goes all the same.
        await deleteAll(roots, { signal: AbortSignal.timeout(deleteMs) })
        throw error
      }
      return deleteAll(roots, io)
    },
    facts(ref) {
      const tree = installed.tree(ref)
      return tree === undefined ? undefined : factsOfTree(disk, places, tree.ident, tree.mark)
    },
    writeFacts(ref, facts) {
      writeFacts(disk, places, identOf(ref), facts)
      changed()
    },
    earlierFacts(ref) {
      const ident = identOf(ref)
      if (disk.facts(places.version(ident))?.kind !== 'folder') return undefined
      const earlier = earlierOf(readFacts(disk, places, ident))
      return earlier?.metaSha256 === installed.tree(ref)?.mark.metaSha256 ? undefined : earlier
    },
    async commit(record, io) {
      beginCommit(shared, record)
      // All wait for the disk several times.
      await nextTurn()
      const result = await finish(record, io)
      await nextTurn()
      return result
    },
    verifyAgainst: (manifest, io) => work.verify(places.version(identOf(manifest.ref)), manifest, io),
    async discard(transaction, io) {
      const roots = [places.staging, places.spool].map((parent) => path.join(parent, transaction))
      const isLarge =
        disk.facts(stagedTreeOf(places, transaction)) !== undefined || disk.facts(roots[1] ?? '') !== undefined
      // After a commit only the workers' journals are left: not worth a thread.
      if (!isLarge) return disk.removeTree(roots[0] ?? '')
      const moved: string[] = []
      for (const root of roots)
        if (disk.facts(root) !== undefined) moved.push(await patiently(() => moveToGarbage(disk, places, root), io))
      await deleteAll(moved, io)
    },
    async finishCommitOf(transaction, io) {
      const record = readCommit(disk, places, transaction)
      return record === undefined ? undefined : finish(record, io)
    },
  }
}
