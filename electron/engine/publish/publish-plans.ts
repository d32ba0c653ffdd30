import { randomUUID } from 'node:crypto'
import { AppError, isAppError, toWire } from '../../../shared/errors.ts'
import type { Announcer } from '../../../shared/ipc/events.ts'
import type { CallOptions } from '../../../shared/ipc/procedure.ts'
import type { PackageRef } from '../../../shared/model/package.ts'
import type { PublishFields, PublishPlan } from '../../../shared/model/plans.ts'
import type { Io, Log, OpenConnection } from '../ports.ts'
import type { FileToHash } from '../workers/hash.ts'
import { startWorker } from '../workers/pool.ts'
import { type BuildTarget, buildPackageFile } from './build-package-file.ts'
import { createChecksumCache } from './checksum-cache.ts'
import { hashFiles } from './hash-source.ts'
import { createInspector } from './inspect-source.ts'
import {
  type PlanDeps,
  type PlanInput,
  type PlannedPublish,
  type PublishedVersions,
  planPublish,
} from './plan-publish.ts'
import type { PublishRequest } from './publish-request.ts'

export interface PublishPlansDeps
  extends Omit<PlanDeps, 'knownChecksum' | 'checksumCount' | 'inspect' | 'publishedVersions'> {
  /** `refresh`: the store is asked; else what it last said will do. */
  publishedVersions(
    connection: OpenConnection,
    name: string,
    options: Io & { readonly refresh: boolean },
  ): Promise<PublishedVersions>
  readonly log: Log
  readonly announcer: Announcer
  /** Name and version of this program, for `orbital.tool`. */
  readonly tool: string
}

type BuildIo = Io & Pick<CallOptions, 'onProgress'>

/** What a publish transfer is started with. */
export interface PlannedTransfer {
  readonly ref: PackageRef
  readonly title: string
  readonly connectionId: string
  readonly totalBytes: number
  readonly request: PublishRequest
}

/** How much of a long list of files is answered. */
interface Wanted {
  /** Nothing, while it is the list of this tag. */
  readonly knownFilesTag?: string
  readonly filesAtMost?: number
}

export interface PublishPlans {
  /**
   * Plans, or plans anew under the same id. Files that only a checksum tells apart from those of the last version are hashed afterwards;
   * `plan.refined` is announced now and then meanwhile, and when that is done: asking again then gives the exact plan.
   */
  plan(
    input: {
      readonly connection: OpenConnection
      readonly path: string
      readonly fields?: PublishFields
      readonly planId?: string
      /** Answers once the files are compared by checksum. */
      readonly exact?: boolean
    } & Wanted,
    io: Io,
  ): Promise<PublishPlan>
  /** A piece of the files, and of what is left out, of a plan that still has this tag; else `plan-not-found`. */
  files(piece: {
    readonly planId: string
    readonly filesTag: string
    readonly from: number
    readonly count: number
  }): Pick<PublishPlan, 'files' | 'leftOut'>
  /** `recipe-invalid` for a plan with problems, save that its version is published: what is at the store then decides. */
  transfer(planId: string): PlannedTransfer
  /**
   * Writes it as a `.sputnik` file, and tells now and then of bytes (`onProgress`, `plan.building`): `out`, or `<name>-<version>.sputnik` in `out` if that is a folder, or beside the source. `already-exists` unless `overwrite`.
   */
  build(
    planId: string,
    target: BuildTarget,
    io: BuildIo,
  ): Promise<{ readonly path: string; readonly sizeBytes: number }>
  /** Ends the hashing of a plan that nobody looks at any more. Forgetting what isn't there succeeds. */
  forget(planId: string): void
  /** Ends the hashing that is under way. */
  close(): Promise<void>
}

interface Hashing {
  readonly stop: AbortController
  readonly ended: Promise<void>
  /** What it takes the checksums of, each as it then was. */
  readonly stamps: ReadonlySet<string>
  /** Those that it hasn't taken yet. */
  readonly left: Set<string>
  isOver: boolean
}

interface Kept {
  readonly input: PlanInput
  planned: PlannedPublish
  filesTag: string
  /** When the source was read, and how long that plan took. */
  readonly readAtMs: number
  readonly readMs: number
  readonly publishedVersions: PlanDeps['publishedVersions']
  hashing?: Hashing
}

/** The tag of a list of files and of what is left out: the one before while both are the same. */
function tagOf({ plan }: PlannedPublish, before: Pick<Kept, 'planned' | 'filesTag'> | undefined): string {
  if (before === undefined) return randomUUID()
  const { files, leftOut } = before.planned.plan
  if (files === plan.files && leftOut === plan.leftOut) return before.filesTag
  const isSame =
    files.length === plan.files.length &&
    leftOut.length === plan.leftOut.length &&
    plan.files.every(({ path, sizeBytes, change, mark }, at) => {
      const old = files[at]
      return old?.path === path && old.sizeBytes === sizeBytes && old.change === change && old.mark === mark
    }) &&
    plan.leftOut.every(({ path, sizeBytes, fileCount, why }, at) => {
      const old = leftOut[at]
      return old?.path === path && old.sizeBytes === sizeBytes && old.fileCount === fileCount && old.why === why
    })
  return isSame ? before.filesTag : randomUUID()
}

/** Those that are left out, too. */
const filesSeen = ({ plan: { files, leftOut } }: PlannedPublish): number =>
  leftOut.reduce((sum, { fileCount }) => sum + fileCount, files.length)

const stampOf = ({ path, sizeBytes, modifiedMs, inode, algorithm }: FileToHash): string =>
  `${path} ${sizeBytes} ${modifiedMs} ${inode} ${algorithm}`

/** Nothing is asked for that it doesn't take, and it takes nothing that isn't asked for any more. */
const serves = ({ isOver, stamps, left }: Hashing, toHash: readonly FileToHash[]): boolean => {
  const wanted = new Set(toHash.map(stampOf))
  return (
    !isOver &&
    wanted.size > 0 &&
    [...wanted].every((each) => stamps.has(each)) &&
    [...left].every((each) => wanted.has(each))
  )
}

/** All that was seen of a large folder is kept for the newest plan alone: what is asked of another one is read again. */
function dropLarge(kept: Kept): void {
  if (filesSeen(kept.planned) < manyFiles) return
  const { read: _, ...source } = kept.planned.source
  kept.planned = { ...kept.planned, source }
}

/** Older plans are forgotten. */
const mostPlans = 50
/** Between two news of what the checksums say so far. */
const leastRestMs = 1000
const readingRestMs = 250
/** A folder of so many files isn't read again for a letter that is typed or a file that is left out, until reading it has taken a fiftieth of the time since. */
const manyFiles = 5000
const readShare = 50
/** The store is asked again for what is published after this. */
const askAgainMs = 30_000

/** Asks the store once, and again after a while: not for each letter of a name. */
function rememberPublished({ clock, publishedVersions }: PublishPlansDeps): PlanDeps['publishedVersions'] {
  let askedMs = Number.NEGATIVE_INFINITY
  let last: { readonly place: string; readonly name: string; readonly found: PublishedVersions } | undefined
  return async (connection, name, { signal }) => {
    const nowMs = clock.monotonic()
    const place = `${connection.id} ${connection.place}`
    const isDue = nowMs - askedMs >= askAgainMs || last?.place !== place
    if (!isDue && last?.name === name) return last.found
    const found = await publishedVersions(connection, name, { signal, refresh: isDue })
    if (isDue) askedMs = nowMs
    last = { place, name, found }
    return found
  }
}

export function createPublishPlans(deps: PublishPlansDeps): PublishPlans {
  const plans = new Map<string, Kept>()
  const cache = createChecksumCache()
  const planDeps = {
    ...deps,
    knownChecksum: cache.get,
    checksumCount: cache.count,
    inspect: createInspector(startWorker),
  }

  const keptOf = (planId: string): Kept => {
    const kept = plans.get(planId)
    if (kept === undefined) throw new AppError('plan-not-found', { planId })
    return kept
  }
  /** Reads the source, or says with what was read a moment ago what is asked for now. */
  const make = async (input: PlanInput, earlier: Kept | undefined, io: Io): Promise<Omit<Kept, 'filesTag'>> => {
    const startedMs = deps.clock.monotonic()
    const { publishedVersions } = earlier ?? { publishedVersions: rememberPublished(deps) }
    const isRead =
      earlier !== undefined &&
      earlier.input.path === input.path &&
      filesSeen(earlier.planned) >= manyFiles &&
      startedMs - earlier.readAtMs < readShare * earlier.readMs
    const before = isRead ? earlier.planned : undefined
    const planned = await planPublish({ ...planDeps, publishedVersions }, { ...input, before }, io)
    const isSame = isRead && planned.source.read?.folder.seen === earlier.planned.source.read?.folder.seen
    const { readAtMs, readMs } = isSame ? earlier : { readAtMs: startedMs, readMs: deps.clock.monotonic() - startedMs }
    return { input, planned, readAtMs, readMs, publishedVersions }
  }
  const forget = (planId: string) => {
    plans.get(planId)?.hashing?.stop.abort()
    plans.delete(planId)
  }
  const keep = (planId: string, kept: Kept) => {
    const running = plans.get(planId)?.hashing
    // Whatever is typed meanwhile, a file of gigabytes is not begun anew.
    if (running !== undefined && serves(running, kept.planned.toHash)) {
      kept.hashing = running
      plans.delete(planId)
    } else forget(planId)
    for (const other of plans.values()) dropLarge(other)
    plans.set(planId, kept)
    for (const oldest of plans.keys()) if (plans.size > mostPlans) forget(oldest)
    if (kept.hashing === undefined && kept.planned.toHash.length > 0) startHashing(planId, kept)
  }

  const startHashing = (planId: string, { planned: { toHash } }: Kept) => {
    const stop = new AbortController()
    let toldMs = deps.clock.monotonic()
    const tell = () => {
      // Planning anew what was slow to plan would take its time from the hashing.
      const restMs = Math.max(leastRestMs, 10 * (plans.get(planId)?.readMs ?? 0))
      if (deps.clock.monotonic() - toldMs < restMs) return
      toldMs = deps.clock.monotonic()
      deps.announcer.change({ kind: 'plan.refined', planId })
    }
    const refine = async () => {
      try {
        const files = new Map(toHash.map((file) => [file.path, file]))
        await hashFiles(startWorker, toHash, {
          signal: stop.signal,
          onFile: ({ path, checksum }) => {
            const file = files.get(path)
            if (file === undefined) return
            cache.set(file, checksum)
            hashing.left.delete(stampOf(file))
            tell()
          },
        })
        const kept = plans.get(planId)
        if (kept === undefined) return
        const { planned } = await make(kept.input, kept, { signal: stop.signal })
        kept.filesTag = tagOf(planned, kept)
        kept.planned = planned
        deps.announcer.change({ kind: 'plan.refined', planId })
      } catch (error) {
        // A file that changes, vanishes or can't be read is named when the folder is planned again or published.
        if (!isAppError(error, 'cancelled'))
          deps.log.write('info', 'publish.plan-not-refined', { planId, ...toWire(error) })
      } finally {
        hashing.isOver = true
      }
    }
    const kept = plans.get(planId)
    const hashing: Hashing = {
      stop,
      ended: Promise.resolve().then(refine),
      stamps: new Set(toHash.map(stampOf)),
      left: new Set(toHash.map(stampOf)),
      isOver: false,
    }
    if (kept !== undefined) kept.hashing = hashing
  }

  const tellOfReading = (planId: string) => {
    let toldMs = deps.clock.monotonic()
    return (entryCount: number) => {
      if (deps.clock.monotonic() - toldMs < readingRestMs) return
      toldMs = deps.clock.monotonic()
      deps.announcer.change({ kind: 'plan.reading', planId, entryCount })
    }
  }

  const tellOfBuilding = (planId: string, { onProgress }: BuildIo): Required<BuildIo>['onProgress'] => {
    let toldMs = Number.NEGATIVE_INFINITY
    return (done) => {
      if (deps.clock.monotonic() - toldMs < readingRestMs && done.doneBytes < done.totalBytes) return
      toldMs = deps.clock.monotonic()
      deps.announcer.change({ kind: 'plan.building', planId, ...done })
      onProgress?.(done)
    }
  }

  /** Whoever stops waiting stops the hashing, too. */
  const endOf = async ({ stop, ended }: Hashing, { signal }: Io) => {
    const cancel = () => stop.abort(signal.reason)
    signal.addEventListener('abort', cancel, { once: true })
    if (signal.aborted) cancel()
    try {
      await ended
    } finally {
      signal.removeEventListener('abort', cancel)
    }
    signal.throwIfAborted()
  }

  const shown = (planId: string, { planned, filesTag }: Kept, { knownFilesTag, filesAtMost }: Wanted): PublishPlan => {
    const { files, leftOut } = planned.plan
    const most = filesTag === knownFilesTag ? 0 : filesAtMost
    return {
      planId,
      filesTag,
      fileCount: files.length,
      leftOutCount: leftOut.length,
      ...planned.plan,
      ...(most === undefined ? {} : { files: files.slice(0, most), leftOut: leftOut.slice(0, most) }),
    }
  }

  const checked = (planId: string): Kept => {
    const kept = keptOf(planId)
    const { blocking } = kept.planned
    if (blocking.length > 0) throw new AppError('recipe-invalid', { path: kept.input.path, problems: blocking })
    return kept
  }

  return {
    async plan({ planId = randomUUID(), connection, path, fields = {}, exact = false, ...wanted }, io) {
      const input: PlanInput = { connection, path, fields, onEntries: tellOfReading(planId) }
      const made = await make(input, plans.get(planId), io)
      // Whoever has turned to something else has nothing hashed for it.
      io.signal.throwIfAborted()
      const kept: Kept = { ...made, filesTag: tagOf(made.planned, plans.get(planId)) }
      keep(planId, kept)
      if (exact && kept.hashing !== undefined) await endOf(kept.hashing, io)
      return shown(planId, kept, wanted)
    },
    files({ planId, filesTag, from, count }) {
      const kept = keptOf(planId)
      if (kept.filesTag !== filesTag) throw new AppError('plan-not-found', { planId })
      const { files, leftOut } = kept.planned.plan
      return { files: files.slice(from, from + count), leftOut: leftOut.slice(from, from + count) }
    },
    transfer(planId) {
      const kept = checked(planId)
      kept.hashing?.stop.abort()
      const { request } = kept.planned
      const { name, version, title } = request.info
      return {
        ref: { name, version },
        title: title === undefined || title === '' ? name : title,
        connectionId: request.connectionId,
        totalBytes: request.totalBytes,
        request,
      }
    },
    build: (planId, target, io) =>
      buildPackageFile(deps, checked(planId).planned.request, target, {
        ...io,
        onProgress: tellOfBuilding(planId, io),
      }),
    forget,
    async close() {
      const hashings = [...plans.values()].flatMap(({ hashing }) => (hashing === undefined ? [] : [hashing]))
      for (const { stop } of hashings) stop.abort()
      await Promise.all(hashings.map(({ ended }) => ended))
    },
  }
}
