import { randomUUID } from 'node:crypto'
import { AppError, isAppError } from '../../../shared/errors.ts'
import type { App } from '../../../shared/model/app.ts'
import { verdictFor } from '../../../shared/model/compatibility.ts'
import type { CompatibilityMap, Manifest, PackageRef } from '../../../shared/model/package.ts'
import { specOf } from '../../../shared/model/package-ref.ts'
import type { InstallPlan } from '../../../shared/model/plans.ts'
import { refusalOf } from '../../../shared/model/refusal.ts'
import { inTurns } from '../in-turns.ts'
import type { Library } from '../library/library.ts'
import type { Disk, Io } from '../ports.ts'
import { mostWorkers } from './install-limits.ts'
import type { InstallRequest } from './install-request.ts'
import { readSputnik, type SourceDeps } from './install-source.ts'
import { planInstall } from './plan-install.ts'
import { findReusable, type InstalledSource } from './reuse.ts'
import { readyCrew } from './unpack-crew.ts'

export interface InstallPlansDeps extends SourceDeps {
  readonly disk: Disk
  /** The default one where no id is given; `library-not-found`. */
  library(libraryId: string | undefined): { readonly library: Library; readonly oneVersionPerPackage: boolean }
  /** All libraries of this machine, from which installed files can be taken, with what they are called. */
  libraries?(): readonly { readonly name: string; readonly library: Library }[]
  /** Whether an install of that version into that library has begun, and may go on. */
  isBegun?(libraryId: string, ref: PackageRef): boolean
  /** The person's apps, where none are named. */
  apps(): readonly App[]
}

export interface InstallQuestion {
  readonly source: { readonly connectionId?: string | undefined; readonly ref: PackageRef } | { readonly file: string }
  readonly libraryId?: string | undefined
  readonly apps?: readonly App[] | undefined
  readonly force?: boolean | undefined
  readonly upgrade?: boolean | undefined
}

/** What an install transfer is started with. */
export interface PlannedInstall {
  readonly plan: InstallPlan
  readonly request: InstallRequest
}

export interface StartOptions {
  readonly ignoreCompatibility: boolean
}

/** Gathers what a plan is made of, and keeps the last plans under their ids: the window is not trusted with requests. */
export interface InstallPlans {
  plan(question: InstallQuestion, io: Io): Promise<InstallPlan>
  /**
   * The plan as it may be started: `plan-not-found`; `incompatible` or `not-stated` unless `ignoreCompatibility`; `disk-full` when it does not fit.
   */
  start(planId: string, options: StartOptions): PlannedInstall
}

const mostPlans = 50

export function createInstallPlans(deps: InstallPlansDeps): InstallPlans {
  const plans = new Map<string, PlannedInstall>()

  const read = async (question: InstallQuestion, io: Io) => {
    const { source } = question
    if ('file' in source) {
      const { manifest, metaBytes } = readSputnik(deps.disk, source.file)
      return { source: { kind: 'file' as const, path: source.file }, manifest, metaBytes }
    }
    const connection = await deps.connection(source.connectionId ?? '', io)
    const { manifest, metaBytes } = await deps.published(connection, source.ref, io)
    return { source: { kind: 'connection' as const, connectionId: connection.id }, manifest, metaBytes }
  }

  return {
    async plan(question, io) {
      const { library, oneVersionPerPackage } = deps.library(question.libraryId)
      // There is time for it while the store answers.
      if (!('file' in question.source)) readyCrew(1)
      const found = await read(question, io)
      library.checkPlaceOf(found.manifest.ref, question.force === true)
      const installed = await library.listInTurns(io)
      const planned = planInstall({
        planId: randomUUID(),
        ...found,
        libraryId: library.id,
        installed,
        installedManifest: manifestOf(library, found.manifest.ref),
        reusable: findReusable(
          deps.disk,
          found.manifest,
          await installedSources(library, found.manifest.ref, deps.libraries?.() ?? [], io),
        ),
        volume: deps.disk.volume(library.places.root),
        isBegun: deps.isBegun?.(library.id, found.manifest.ref),
        oneVersionPerPackage,
        apps: question.apps ?? deps.apps(),
        forApp: question.apps?.[0] ?? namedBy(found.manifest.info.compatibility, deps.apps()),
        force: question.force,
        upgrade: question.upgrade,
      })
      plans.set(planned.plan.planId, planned)
      if (planned.plan.downloadBytes > 0) readyCrew(mostWorkers(planned.plan.downloadBytes))
      for (const oldest of plans.keys()) if (plans.size > mostPlans) plans.delete(oldest)
      return planned.plan
    },
    start(planId, { ignoreCompatibility }) {
      const planned = plans.get(planId)
      if (planned === undefined) throw new AppError('plan-not-found', { planId })
      const { plan } = planned
      if (!ignoreCompatibility) refuseIncompatible(plan)
      if (!plan.enoughSpace) {
        const path = deps.library(plan.libraryId).library.places.root
        throw new AppError('disk-full', { path, neededBytes: plan.neededBytes, freeBytes: plan.freeBytes })
      }
      return { plan, request: planned.request }
    },
  }
}

/** Versions that may have files of a package: those of the same name first, this library before others. */
async function installedSources(
  own: Library,
  ref: PackageRef,
  others: readonly { readonly name: string; readonly library: Library }[],
  io: Io,
): Promise<readonly InstalledSource[]> {
  const rest = others.filter(({ library }) => library.places.root !== own.places.root)
  const sources: (InstalledSource & { readonly isSameName: boolean })[] = []
  for (const { name, library } of [{ name: '', library: own }, ...rest]) {
    const versions = await library.listInTurns(io)
    await inTurns(versions, (each) => {
      const manifest = manifestOf(library, each.ref)
      // Gone since it was listed.
      if (manifest === undefined) return
      const label = `${each.ref.name} ${each.ref.version}${name === '' ? '' : ` (${name})`}`
      sources.push({ label, root: each.path, manifest, isSameName: each.ref.name === ref.name })
    })
  }
  return sources.sort((a, b) => Number(b.isSameName) - Number(a.isSameName))
}

function manifestOf(library: Library, ref: PackageRef): Manifest | undefined {
  try {
    return library.manifest(ref)
  } catch (error) {
    if (isAppError(error, 'not-installed')) return undefined
    throw error
  }
}

function refuseIncompatible({ ref, verdict, verdicts }: InstallPlan): void {
  if (verdict === 'compatible') return
  const refusal = verdict === 'not-compatible' ? refusalOf(ref, verdicts) : undefined
  if (refusal !== undefined) throw refusal
  if (verdict === 'not-stated') throw new AppError('not-stated', { ref: specOf(ref), app: verdicts[0]?.app.name ?? '' })
}

/** The first of a person's apps that the package names and works for: where none was asked for, the one it was likely installed for. */
const namedBy = (map: CompatibilityMap | undefined, apps: readonly App[]): App | undefined =>
  map === undefined
    ? undefined
    : apps.find((app) => Object.hasOwn(map, app.name) && verdictFor(map, app).kind === 'compatible')
