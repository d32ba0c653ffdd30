import { randomUUID } from 'node:crypto'
import { AppError, isAppError, toWire } from '../../../shared/errors.ts'
import type { Announcer } from '../../../shared/ipc/events.ts'
import type { PackageRef } from '../../../shared/model/package.ts'
import type { PublishFields, PublishPlan } from '../../../shared/model/plans.ts'
import type { Io, Log, OpenConnection } from '../ports.ts'
import { startWorker } from '../workers/pool.ts'
import { buildPackageFile } from './build-package-file.ts'
import { createChecksumCache } from './checksum-cache.ts'
import { hashFiles } from './hash-source.ts'
import { type PlanDeps, type PlanInput, type PlannedPublish, planPublish } from './plan-publish.ts'
import type { PublishRequest } from './publish-request.ts'

export interface PublishPlansDeps extends Omit<PlanDeps, 'knownChecksum'> {
  readonly log: Log
  readonly announcer: Announcer
  /** Name and version of this program, for `orbital.tool`. */
  readonly tool: string
}

/** What a publish transfer is started with. */
export interface PlannedTransfer {
  readonly ref: PackageRef
  readonly title: string
  readonly connectionId: string
  readonly totalBytes: number
  readonly request: PublishRequest
}

export interface PublishPlans {
  /**
   * Plans, or plans anew under the same id. Files that only a checksum tells apart from those of the last version are hashed afterwards;
   * `plan.refined` is announced when that is done, and asking again then gives the exact plan.
   */
  plan(
    input: {
      readonly connection: OpenConnection
      readonly path: string
      readonly fields?: PublishFields
      readonly planId?: string
      /** Answers once the files are compared by checksum. */
      readonly exact?: boolean
    },
    io: Io,
  ): Promise<PublishPlan>
  /** `recipe-invalid` for a plan with problems, save that its version is published: what is at the store then decides. */
  transfer(planId: string): PlannedTransfer
  /**
   * Writes it as a `.sputnik` file: `out`, or `<name>-<version>.sputnik` in `out` if that is a folder, or beside the source. `already-exists`.
   */
  build(planId: string, out: string | undefined, io: Io): Promise<{ readonly path: string; readonly sizeBytes: number }>
  /** Ends the hashing that is under way. */
  close(): Promise<void>
}

interface Kept {
  readonly input: PlanInput
  planned: PlannedPublish
  hashing?: { readonly stop: AbortController; readonly ended: Promise<void> }
}

/** Older plans are forgotten. */
const mostPlans = 50

export function createPublishPlans(deps: PublishPlansDeps): PublishPlans {
  const plans = new Map<string, Kept>()
  const cache = createChecksumCache()
  const planDeps: PlanDeps = { ...deps, knownChecksum: cache.get }

  const keptOf = (planId: string): Kept => {
    const kept = plans.get(planId)
    if (kept === undefined) throw new AppError('plan-not-found', { planId })
    return kept
  }
  const forget = (planId: string) => {
    plans.get(planId)?.hashing?.stop.abort()
    plans.delete(planId)
  }
  const keep = (planId: string, kept: Kept) => {
    forget(planId)
    plans.set(planId, kept)
    for (const oldest of plans.keys()) if (plans.size > mostPlans) forget(oldest)
    if (kept.planned.toHash.length > 0) kept.hashing = startHashing(planId, kept)
  }

  const startHashing = (planId: string, kept: Kept): NonNullable<Kept['hashing']> => {
    const stop = new AbortController()
    const refine = async () => {
      try {
        const { toHash } = kept.planned
        const files = new Map(toHash.map((file) => [file.path, file]))
        await hashFiles(startWorker, toHash, {
          signal: stop.signal,
          onFile: ({ path, checksum }) => {
            const file = files.get(path)
            if (file !== undefined) cache.set(file, checksum)
          },
        })
        kept.planned = await planPublish(planDeps, kept.input, { signal: stop.signal })
        if (plans.get(planId) === kept) deps.announcer.change({ kind: 'plan.refined', planId })
      } catch (error) {
        // A file that changes, vanishes or can't be read is named when the folder is planned again or published.
        if (!isAppError(error, 'cancelled'))
          deps.log.write('info', 'publish.plan-not-refined', { planId, ...toWire(error) })
      }
    }
    return { stop, ended: refine() }
  }

  /** Whoever stops waiting stops the hashing, too. */
  const endOf = async ({ stop, ended }: NonNullable<Kept['hashing']>, { signal }: Io) => {
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

  const shown = (planId: string, { planned }: Kept): PublishPlan => ({ planId, ...planned.plan })

  const checked = (planId: string): Kept => {
    const kept = keptOf(planId)
    const { blocking } = kept.planned
    if (blocking.length > 0) throw new AppError('recipe-invalid', { path: kept.input.path, problems: blocking })
    return kept
  }

  return {
    async plan({ planId = randomUUID(), connection, path, fields = {}, exact = false }, io) {
      const input = { connection, path, fields }
      const kept: Kept = { input, planned: await planPublish(planDeps, input, io) }
      keep(planId, kept)
      if (exact && kept.hashing !== undefined) await endOf(kept.hashing, io)
      return shown(planId, kept)
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
    build: (planId, out, io) => buildPackageFile(deps, checked(planId).planned.request, out, io),
    async close() {
      const hashings = [...plans.values()].flatMap(({ hashing }) => (hashing === undefined ? [] : [hashing]))
      for (const { stop } of hashings) stop.abort()
      await Promise.all(hashings.map(({ ended }) => ended))
    },
  }
}
