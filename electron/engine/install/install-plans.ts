import { randomUUID } from 'node:crypto'
import { AppError, isAppError, toWire, type WireError } from '../../../shared/errors.ts'
import type { App } from '../../../shared/model/app.ts'
import { verdictFor } from '../../../shared/model/compatibility.ts'
import type { InstalledVersion } from '../../../shared/model/installed.ts'
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
import { findReusable, type InstalledSource, indexSources } from './reuse.ts'
import { readyCrew } from './unpack-crew.ts'

export interface InstallPlansDeps extends SourceDeps {
  readonly disk: Disk
  /** The default one where no id is given; `library-not-found`. */
  library(libraryId: string | undefined): { readonly library: Library; readonly oneVersionPerPackage: boolean }
  /** All libraries of this machine, from which installed files can be taken, with what they are called. */
  libraries?(): readonly { readonly name: string; readonly library: Library }[]
  /** Told of those that have begun by now: whether an install of that version into that library is one, and may go on. */
  begun?(): (libraryId: string, ref: PackageRef) => boolean
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
  /** The same for very many: what is installed is looked at once for all of them. One that can't be planned doesn't keep the others from it. */
  planEach(questions: readonly InstallQuestion[], io: Io): Promise<readonly PlanAnswer[]>
  /**
   * The plan as it may be started: `plan-not-found`; `incompatible` or `not-stated` unless `ignoreCompatibility`; `disk-full` when it does not fit.
   */
  start(planId: string, options: StartOptions): PlannedInstall
}

export interface PlanAnswer {
  readonly plan?: InstallPlan
  readonly error?: WireError
}

/** What was asked for together stays together. */
const mostGroups = 50
const readsAtOnce = 8

export function createInstallPlans(deps: InstallPlansDeps): InstallPlans {
  const plans = new Map<string, PlannedInstall>()
  const groups: (readonly string[])[] = []
  const remember = (group: readonly PlannedInstall[]) => {
    for (const planned of group) plans.set(planned.plan.planId, planned)
    groups.push(group.map(({ plan }) => plan.planId))
    for (const oldest of groups.splice(0, Math.max(0, groups.length - mostGroups)))
      for (const planId of oldest) plans.delete(planId)
  }

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

  type Found = Awaited<ReturnType<typeof read>>
  /** What is installed, as all plans of a group see it. */
  const gather = async (library: Library, manifests: readonly Manifest[], io: Io) => {
    const installed = await library.listInTurns(io)
    const sources = await installedSources(library, installed, deps.libraries?.() ?? [], io)
    const installedByName = new Map<string, InstalledVersion[]>()
    for (const each of installed) {
      const same = installedByName.get(each.ref.name)
      if (same === undefined) installedByName.set(each.ref.name, [each])
      else same.push(each)
    }
    return { installedByName, sourcesOf: await indexSources(sources, manifests), isBegun: deps.begun?.() }
  }
  const planOne = (
    question: InstallQuestion,
    found: Found,
    { installedByName, sourcesOf, isBegun }: Awaited<ReturnType<typeof gather>>,
  ): PlannedInstall => {
    const { library, oneVersionPerPackage } = deps.library(question.libraryId)
    const { ref, info } = found.manifest
    return planInstall({
      planId: randomUUID(),
      ...found,
      libraryId: library.id,
      installed: installedByName.get(ref.name) ?? [],
      installedManifest: manifestOf(library, ref),
      reusable: findReusable(deps.disk, found.manifest, sourcesOf(found.manifest)),
      volume: deps.disk.volume(library.places.root),
      isBegun: isBegun?.(library.id, ref),
      oneVersionPerPackage,
      apps: question.apps ?? deps.apps(),
      forApp: question.apps?.[0] ?? namedBy(info.compatibility, deps.apps()),
      force: question.force,
      upgrade: question.upgrade,
    })
  }
  const readChecked = async (question: InstallQuestion, io: Io): Promise<Found> => {
    const found = await read(question, io)
    const { library } = deps.library(question.libraryId)
    library.checkPlaceOf(found.manifest.ref, question.force === true)
    return found
  }
  const makeReady = (group: readonly PlannedInstall[]) => {
    const downloadBytes = group.reduce((sum, { plan }) => sum + plan.downloadBytes, 0)
    if (downloadBytes > 0) readyCrew(mostWorkers(downloadBytes))
  }

  return {
    async plan(question, io) {
      const { library } = deps.library(question.libraryId)
      // There is time for it while the store answers.
      if (!('file' in question.source)) readyCrew(1)
      const found = await readChecked(question, io)
      const planned = planOne(question, found, await gather(library, [found.manifest], io))
      remember([planned])
      makeReady([planned])
      return planned.plan
    },
    async planEach(questions, io) {
      const answers: PlanAnswer[] = []
      const fail = (at: number, error: unknown) => {
        if (io.signal.aborted) throw error
        answers[at] = { error: toWire(error) }
      }
      const read = new Map<number, Found>()
      await eachAtOnce(questions, readsAtOnce, async (question, at) => {
        try {
          read.set(at, await readChecked(question, io))
        } catch (error) {
          fail(at, error)
        }
      })
      const group: PlannedInstall[] = []
      const libraries = new Set([...read.keys()].map((at) => deps.library(questions[at]?.libraryId).library))
      for (const library of libraries) {
        const ofIt = [...read].filter(([at]) => deps.library(questions[at]?.libraryId).library === library)
        const manifests = ofIt.map(([, { manifest }]) => manifest)
        const gathered = await gather(library, manifests, io).catch((error: unknown) => {
          for (const [at] of ofIt) fail(at, error)
        })
        if (gathered === undefined) continue
        await inTurns(ofIt, ([at, found]) => {
          try {
            const planned = planOne(questions[at] as InstallQuestion, found, gathered)
            group.push(planned)
            answers[at] = { plan: planned.plan }
          } catch (error) {
            fail(at, error)
          }
        })
      }
      remember(group)
      makeReady(group)
      return answers
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

/** Versions that may have files of a package, this library's before those of others. */
async function installedSources(
  own: Library,
  installed: readonly InstalledVersion[],
  others: readonly { readonly name: string; readonly library: Library }[],
  io: Io,
): Promise<readonly InstalledSource[]> {
  const rest = others.filter(({ library }) => library.places.root !== own.places.root)
  const sources: InstalledSource[] = []
  for (const { name, library } of [{ name: '', library: own }, ...rest]) {
    const versions = library === own ? installed : await library.listInTurns(io)
    await inTurns(versions, (each) => {
      const manifest = manifestOf(library, each.ref)
      // Gone since it was listed.
      if (manifest === undefined) return
      const label = `${each.ref.name} ${each.ref.version}${name === '' ? '' : ` (${name})`}`
      sources.push({ label, root: each.path, manifest })
    })
  }
  return sources
}

/** Does it with each, several at once; the first error ends it. */
async function eachAtOnce<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, at: number) => Promise<void>,
): Promise<void> {
  const left = items.entries()
  const next = async () => {
    for (const [at, item] of left) await work(item, at)
  }
  await Promise.all(Array.from({ length: atOnce }, next))
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
