import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { AppError, type ErrorCode, isAppError, toWire } from '../../../shared/errors.ts'
import type { PackageRef } from '../../../shared/model/package.ts'
import { identOf, specOf } from '../../../shared/model/package-ref.ts'
import type { Segment } from '../format/plan-segments.ts'
import type { CommitRecord } from '../library/commit-version.ts'
import type { Library } from '../library/library.ts'
import { type LibraryPlaces, refuseStagedLinks, settledFolderOf, stagedTreeOf } from '../library/places.ts'
import { isWhole } from '../library/verify.ts'
import { markOf } from '../library/version-facts.ts'
import type { Clock, Disk, Io } from '../ports.ts'
import { peekJournal } from '../transfers/journal.ts'
import { quietMs } from '../transfers/lines.ts'
import { counterIndex, type Outcome, type TransferRunner, type TransferTask } from '../transfers/transfer-runner.ts'
import type { SettledRecord } from '../workers/unpack.ts'
import { mostConnections, mostWorkers, segmentBytes, stallMs } from './install-limits.ts'
import { type InstallRequest, installRequest } from './install-request.ts'
import { installSegments, movedBytesOf } from './install-segments.ts'
import { type InstallSource, openInstallSource, type SourceDeps } from './install-source.ts'
import { neededBytesOf } from './install-space.ts'
import { createLineCount, type LineCount, lookEveryMs } from './line-count.ts'
import { lookUpReuse } from './reuse.ts'
import { hasSameFiles } from './same-files.ts'
import { createTally } from './tally.ts'
import { planUnits, type SettledBefore, spooledBytesOf } from './unit-plan.ts'
import { workOf } from './unit-work.ts'
import { runUnits } from './unpack-crew.ts'

/**
 * One install, from a request to an installed version. It can be killed anywhere and run again.
 *  1. Ended before? A commit of this transfer that has begun is finished; the version in its place is this transfer's → done. What stands there
 *     and may not make way (library/version-place.ts): `place-taken`.
 *  2. Source: meta.json as it is now (strict ingest) must be the planned one, the archive must be its.
 *     Staged bytes of another archive go. Record `bound`.
 *  3. Already there: verified with the same files → done. Not verified → verified now; whole → done. Else it will make way.
 *  4. Space: what is still needed must fit.
 *  5. Fetch and unpack, in workers: what an installed version has is copied from there; each other segment is fetched by range, unpacked,
 *     hashed against the manifest, written into staging, and then noted in the worker's journal. What earlier runs noted is rehashed and
 *     skipped. Split files are hashed as a whole while their blocks arrive, a `.sputnik`'s archive by its md5. At the end: meta.json, and
 *     everything synced.
 *  6. Commit (library/commit-version.ts): record, facts, rename, older ones to trash. Place taken meanwhile: the winner's tree is verified; whole
 *     → ours goes, done; else it makes way to trash.
 *  7. Staging and spool go.
 * A failure that waiting can mend keeps what is staged; one that says that the bytes are wrong does not.
 */
export interface InstallDeps extends SourceDeps {
  readonly disk: Disk
  readonly clock: Clock
  library(libraryId: string): Library
  /** Lines to the store that a transfer starts with. */
  connections(): number
  /** For tests that kill: called after each step. */
  step?(name: string): void
  /** For tests: another entry of the unpack worker, and shorter times. */
  readonly entry?: URL
  readonly stallMs?: number
  readonly quietMs?: number
}

const staleStaging: readonly ErrorCode[] = [
  'archive-damaged',
  'archive-mismatch',
  'object-changed',
  'object-not-found',
  'package-not-found',
  'meta-invalid',
]

export function createInstallRunner(deps: InstallDeps): TransferRunner {
  const { disk, clock } = deps
  const lineCounts = new Set<LineCount>()

  const run = async (task: TransferTask): Promise<Outcome> => {
    const request = installRequest.parse(task.request)
    const library = deps.library(request.libraryId)
    const io = { signal: task.signal }
    const done = (more: Outcome = {}): Outcome => ({ ...more, path: library.places.version(identOf(request.ref)) })
    // 1
    if (await hasEnded(library, request.ref, task.id, io)) {
      await tidy(task, library, io)
      return done()
    }
    library.checkPlaceOf(request.ref, request.force)
    refuseStagedLinks(disk, library.places, task.id)
    try {
      task.enter({ kind: 'preparing' })
      const source = await openInstallSource(deps, request, io)
      await bind(task, library, source)
      deps.step?.('install.bound')
      // 3
      if (await isAlreadyThere(library, request, source, task)) {
        await tidy(task, library, io)
        return done({ alreadyThere: true })
      }
      const moved = await fetchAll(task, library, request, source)
      deps.step?.('install.staged')
      const result = await commit(task, library, request, source)
      // 7
      await tidy(task, library, { signal: AbortSignal.timeout(60_000) })
      return done({ ...result, ...moved })
    } catch (error) {
      // A thread may have made the folder anew, but not what this transfer keeps in it.
      if (isAppError(error, 'disk-failed', 'file-unreadable') && disk.facts(task.journal.folder) === undefined)
        throw libraryGone(library.places, error)
      if (!isAppError(error, ...staleStaging)) throw error
      task.ensureOwned()
      await library.discard(task.id, { signal: AbortSignal.timeout(60_000) })
      throw error
    }
  }

  /** The version is in its place: that staging can't go now makes no failure of it. Whoever opens the library next deletes it. */
  const tidy = async (task: TransferTask, library: Library, io: Io) => {
    try {
      await library.discard(task.id, io)
    } catch (error) {
      task.log.write('warn', 'install.staging-stays', { id: task.id, ...toWire(error) })
    }
  }

  // 2
  const bind = async (task: TransferTask, library: Library, source: InstallSource) => {
    const last = task.journal.records.findLast(({ kind }) => kind === 'bound')
    // Segments are noted by their number.
    const bound = `${segmentBytes} ${source.metaSha256} ${source.bound}`
    if (last?.bound === bound) return
    task.ensureOwned()
    await library.discard(task.id, { signal: task.signal })
    task.journal.append({ kind: 'bound', bound })
  }

  const isAlreadyThere = async (
    library: Library,
    request: InstallRequest,
    source: InstallSource,
    task: TransferTask,
  ) => {
    if (request.force || library.find(request.ref) === undefined) return false
    if (!hasSameFiles(library.manifest(request.ref), source.manifest)) return false
    if (library.facts(request.ref)?.verifiedAt !== undefined) return true
    task.enter({ kind: 'verifying' })
    return isWhole(await library.verify(request.ref, { signal: task.signal }))
  }

  // 4, 5
  const fetchAll = async (task: TransferTask, library: Library, request: InstallRequest, source: InstallSource) => {
    const { manifest, metaBytes } = source
    const { places } = library
    const segments = installSegments(manifest, segmentBytes, request.reuse)
    const settledFolder = settledFolderOf(places, task.id)
    const settled = readSettled(disk, settledFolder)
    checkSpace(library, source, segments, settled)
    disk.makeFolder(settledFolder)
    task.setTotal(manifest.totalBytes, manifest.files)
    resetCounters(task)
    const units = planUnits({
      manifest,
      metaBytes,
      segments,
      settled,
      source: source.unpack.kind,
      tally: createTally(task.counters.shared),
    })
    const grown = createLineCount(clock, { start: Math.max(1, deps.connections()), most: mostConnections })
    const lineCount: LineCount = { ...grown, lines: () => task.pace().connections ?? grown.lines() }
    // Two threads pay where they write different files.
    const writers = new Set(segments.map((each, index) => (each.kind === 'files' ? -index - 1 : each.file))).size
    const workers = Math.min(mostWorkers(manifest.archive.sizeBytes), lineCount.lines(), writers)
    const ref = specOf(manifest.ref)
    const copied = new Set<number>()
    const reusable = lookUpReuse(request.reuse)
    let isVerifying = false
    task.enter({ kind: 'transferring' })
    const received = new BigInt64Array(task.counters.shared)
    const look = () => lineCount.look(Number(Atomics.load(received, counterIndex.wire)))
    const looking = setInterval(look, lookEveryMs)
    lineCounts.add(lineCount)
    const running = runUnits(units.first, {
      signal: task.signal,
      clock,
      entry: deps.entry,
      workers,
      lines: () => linesOf(lineCount),
      fileOf(unit) {
        if (!('segment' in unit)) return undefined
        const segment = segments[unit.segment]
        return segment === undefined || segment.kind === 'files' ? undefined : segment.file
      },
      workOf: (unit) => workOf(manifest, segments, reusable, unit),
      start: {
        source: source.unpack,
        // With one thread that writes, another one hashes.
        provesBeside: workers === 1 && mostWorkers(manifest.archive.sizeBytes) > 1,
        tree: stagedTreeOf(places, task.id),
        spool: path.join(places.spool, task.id),
        settled: settledFolder,
        counters: task.counters.shared,
        stallMs: deps.stallMs ?? stallMs,
        quietMs: deps.quietMs ?? quietMs,
        ref,
        connectionName: source.connectionName,
        limit: task.limit,
      },
      credentials: source.credentials,
      onSettled(unit) {
        if (unit.kind === 'copy' || (unit.kind === 'check' && settled.copied.has(unit.segment)))
          copied.add(unit.segment)
        if (unit.kind === 'fetch') copied.delete(unit.segment)
        const more = units.onSettled(unit)
        deps.step?.(`install.settled ${unit.kind}`)
        if (units.isVerifying() && !isVerifying) {
          isVerifying = true
          task.enter({ kind: 'verifying' })
        }
        return more
      },
      onFailed(unit, error) {
        task.log.write('warn', 'install.unit-failed', { id: task.id, unit: unit.kind, ...toWire(error) })
        return units.onFailed(unit, error)
      },
      onPhase: (phase) => task.enter(phase),
    })
    await running.finally(() => {
      clearInterval(looking)
      lineCounts.delete(lineCount)
    })
    if (source.unpack.kind === 'file') return {}
    return movedBytesOf(manifest, segments, (index) => copied.has(index))
  }
  /** One of all that run now; each has at least one. */
  const linesOf = (lineCount: LineCount): number => {
    const others = [...lineCounts].reduce((sum, each) => (each === lineCount ? sum : sum + each.lines()), 0)
    return Math.max(1, Math.min(lineCount.lines(), mostConnections - others))
  }

  const checkSpace = (
    library: Library,
    source: InstallSource,
    segments: readonly Segment[],
    settled: SettledBefore,
  ) => {
    const { root } = library.places
    disk.makeFolder(root)
    const neededBytes = neededBytesOf(source.manifest, source.metaBytes.length, segments, {
      spools: source.unpack.kind === 'store',
      isSettled: (index) => settled.segments.has(index),
      spooledBytes: (index) => spooledBytesOf(settled, index),
    })
    const { freeBytes } = disk.volume(root)
    if (neededBytes > freeBytes) throw new AppError('disk-full', { path: root, neededBytes, freeBytes })
  }

  // 6
  const commit = async (
    task: TransferTask,
    library: Library,
    request: InstallRequest,
    source: InstallSource,
  ): Promise<Outcome> => {
    if (task.signal.aborted) throw task.signal.reason ?? new AppError('cancelled', {})
    task.enter({ kind: 'finishing' })
    // What is installed and not what was asked for makes way; what came meanwhile is looked at first.
    const mayReplace = library.find(request.ref) !== undefined && !(await isRaceLost(library, request, source))
    if (!mayReplace && library.find(request.ref) !== undefined) return { alreadyThere: true }
    for (let tries = 0; tries < 3; tries += 1) {
      task.ensureOwned()
      // What stands there by now was seen by nobody.
      if (tries > 0) library.checkPlaceOf(request.ref, request.force)
      const record = commitRecord(task, library, request, source, mayReplace || tries > 0)
      const result = await library.commit(record, {
        signal: task.signal,
        ensureOwned: task.ensureOwned,
        onHeld: (isHeld) => task.enter(isHeld ? { kind: 'finishing', isHeld } : { kind: 'finishing' }),
      })
      if (result === 'committed') return {}
      if (result === 'lost') throw new AppError('state-damaged', { path: stagedTreeOf(library.places, task.id) })
      if (await isRaceLost(library, request, source)) return { alreadyThere: true }
    }
    throw new AppError('busy', { what: specOf(request.ref) })
  }

  /** Another process put the very same version in place: its result is verified and noted. */
  const isRaceLost = async (
    library: Library,
    { ref, force }: InstallRequest,
    source: InstallSource,
  ): Promise<boolean> => {
    if (force) return false
    const report = await library.verifyAgainst(source.manifest, { signal: AbortSignal.timeout(3_600_000) })
    const facts = library.facts(ref)
    if (!isWhole(report) || facts === undefined) return false
    library.writeFacts(ref, { ...facts, verifiedAt: new Date(clock.now()).toISOString() })
    return true
  }

  const commitRecord = (
    task: TransferTask,
    library: Library,
    request: InstallRequest,
    source: InstallSource,
    mayReplace: boolean,
  ): CommitRecord => {
    const { ref } = request
    const metaPath = path.join(stagedTreeOf(library.places, task.id), 'meta.json')
    const now = new Date(clock.now()).toISOString()
    const displaced = (found: PackageRef) => {
      const { title, diskBytes } = library.get(found)
      return { ref: found, title, diskBytes, trashId: randomUUID() }
    }
    const others = request.toTrash.flatMap((version) => {
      const found = library.find({ name: ref.name, version })
      return found === undefined || found.kept || version === ref.version ? [] : [displaced(found.ref)]
    })
    const connectionId = request.source.kind === 'connection' ? request.source.connectionId : undefined
    return {
      format: 1,
      transaction: task.id,
      ref,
      facts: {
        format: 1,
        ...markOf(source.metaBytes, disk.facts(metaPath)?.modifiedMs ?? 0),
        transaction: task.id,
        installedAt: now,
        verifiedAt: now,
        kept: library.facts(ref)?.kept ?? false,
        ...(request.forApp === undefined ? {} : { forApp: request.forApp }),
        ...(connectionId === undefined ? {} : { fromConnectionId: connectionId }),
      },
      ...(mayReplace && disk.facts(library.places.version(identOf(ref))) !== undefined
        ? { replaces: replacedBy(library, ref) }
        : {}),
      toTrash: others,
    }
  }

  return {
    kind: 'install',
    run,
    async discard(task) {
      const request = installRequest.parse(task.request)
      const library = deps.library(request.libraryId)
      await library.finishCommitOf(task.id, { signal: task.signal })
      await library.discard(task.id, { signal: task.signal })
    },
    isPastCancel: () => false,
  }
}

/** Whatever was being read or written when that was met. */
const libraryGone = ({ root }: LibraryPlaces, cause: unknown): AppError =>
  new AppError(
    'path-not-found',
    {
      path: root,
      kind: 'folder',
      remedy: 'The library was there: bring its folder back or connect its drive, then install again.',
    },
    cause,
  )

async function hasEnded(library: Library, ref: PackageRef, transaction: string, io: Io): Promise<boolean> {
  const result = await library.finishCommitOf(transaction, io)
  return result === 'committed' || library.facts(ref)?.transaction === transaction
}

/** What stands in the place, a readable package or not. */
function replacedBy(library: Library, ref: PackageRef) {
  const found = library.find(ref)
  return { ref, title: found?.title ?? ref.name, diskBytes: found?.diskBytes ?? 0, trashId: randomUUID() }
}

function readSettled(disk: Disk, folder: string): SettledBefore {
  const segments = new Set<number>()
  const copied = new Set<number>()
  const ranges: Extract<SettledRecord, { kind: 'range' }>[] = []
  for (const { name } of disk.facts(folder) === undefined ? [] : disk.entries(folder)) {
    for (const record of peekJournal(disk, path.join(folder, name)) ?? []) {
      const settled = record as SettledRecord
      if (settled.kind === 'segment') {
        segments.add(settled.segment)
        if (settled.isCopied === true) copied.add(settled.segment)
        else copied.delete(settled.segment)
      } else if (settled.kind === 'range') ranges.push(settled)
    }
  }
  return { segments, copied, ranges }
}

function resetCounters({ counters }: TransferTask): void {
  counters.reset({ receivedBytes: 0, settledBytes: 0 })
  const values = new BigInt64Array(counters.shared)
  for (let index = counterIndex.firstFile; index < values.length; index += 1) Atomics.store(values, index, 0n)
}
