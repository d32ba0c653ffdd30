import type { App } from '../../../shared/model/app.ts'
import { verdictFor } from '../../../shared/model/compatibility.ts'
import { compareVersions } from '../../../shared/model/constraint.ts'
import type { DiskUsage, InstalledVersion, TrashEntry } from '../../../shared/model/installed.ts'
import type { PackageRef } from '../../../shared/model/package.ts'
import { specOf } from '../../../shared/model/package-ref.ts'
import { groupByName } from '../../state/package-standing.ts'

export type ProposalKind = 'older' | 'cache' | 'unfinished' | 'trash'

export interface Proposal {
  readonly kind: ProposalKind
  readonly bytes: number
  /** Versions that go to trash (`older`), entries that go for good (`trash`). */
  readonly count: number
}

export interface CleanUpPlan {
  readonly proposals: readonly Proposal[]
  /** What `older` sends to trash. */
  readonly olderRefs: readonly PackageRef[]
  /** What `trash` deletes: only what is there now, never what `older` adds. */
  readonly trashEntryIds: readonly string[]
  /** Whole days until the oldest entry of the trash goes by itself. */
  readonly trashDaysLeft: number
  /** Titles of packages whose older versions a person keeps. */
  readonly keptTitles: readonly string[]
  /** Titles and apps where only the older version works for one of a person's apps. */
  readonly needed: readonly { readonly title: string; readonly app: App }[]
}

export interface CleanUpSums {
  /** All bytes that the button touches. */
  readonly touchedBytes: number
  readonly freeNowBytes: number
  readonly freeAfterBytes: number
  /** When, later, the whole trash is emptied too. */
  readonly freeWhenTrashEmptiedBytes: number
}

/** Folders with nothing in them take a few blocks too; nobody wants to be asked about those. */
const emptyFoldersBytes = 64_000

/** What could go, computed before anything does. Kept versions and those that one of `apps` needs are never proposed. */
export function planCleanUp(
  usage: DiskUsage,
  installed: readonly InstalledVersion[],
  trash: readonly TrashEntry[],
  apps: readonly App[],
  nowMs: number = Date.now(),
): CleanUpPlan {
  const byName = groupByName(installed)
  const needs = new Map(
    installed.flatMap((version) => {
      const app = appThatNeeds(version, byName.get(version.ref.name) ?? [], apps)
      return app === undefined ? [] : [[specOf(version.ref), app] as const]
    }),
  )
  const older = usage.packages.filter((entry) => entry.older)
  const free = older.filter((entry) => !entry.kept && !needs.has(specOf(entry.ref)))
  const proposals: Proposal[] = [
    { kind: 'older', bytes: free.reduce((sum, { freedBytes }) => sum + freedBytes, 0), count: free.length },
    { kind: 'cache', bytes: usage.cacheBytes, count: usage.cacheBytes > emptyFoldersBytes ? 1 : 0 },
    { kind: 'unfinished', bytes: usage.unfinishedBytes, count: usage.unfinishedBytes > emptyFoldersBytes ? 1 : 0 },
    { kind: 'trash', bytes: usage.trashBytes, count: trash.length },
  ]
  return {
    proposals: proposals.filter(({ count }) => count > 0),
    olderRefs: free.map(({ ref }) => ref),
    trashEntryIds: trash.map(({ id }) => id),
    trashDaysLeft: daysUntil(
      trash.map(({ expiresAt }) => Date.parse(expiresAt)),
      nowMs,
    ),
    keptTitles: [...new Set(older.filter(({ kept }) => kept).map(({ title }) => title))],
    needed: older.flatMap(({ ref, title, kept }) => {
      const app = needs.get(specOf(ref))
      return app === undefined || kept ? [] : [{ title, app }]
    }),
  }
}

const dayMs = 86_400_000
const daysUntil = (timesMs: readonly number[], nowMs: number): number =>
  timesMs.length === 0 ? 0 : Math.max(0, Math.ceil((Math.min(...timesMs) - nowMs) / dayMs))

/** The app for which `version` is the newest installed one that works, while a newer one does not. */
function appThatNeeds(
  version: InstalledVersion,
  ofPackage: readonly InstalledVersion[],
  apps: readonly App[],
): App | undefined {
  if (apps.length === 0) return undefined
  const newer = ofPackage.filter(({ ref }) => compareVersions(ref.version, version.ref.version) > 0)
  if (newer.length === 0) return undefined
  const works = (each: InstalledVersion, app: App): boolean => verdictFor(each.compatibility, app).kind === 'compatible'
  return apps.find((app) => works(version, app) && !newer.some((each) => works(each, app)))
}

export function sumCleanUp(plan: CleanUpPlan, usage: DiskUsage, chosen: ReadonlySet<ProposalKind>): CleanUpSums {
  const bytesOf = (kind: ProposalKind): number =>
    chosen.has(kind) ? (plan.proposals.find((proposal) => proposal.kind === kind)?.bytes ?? 0) : 0
  const atOnce = bytesOf('cache') + bytesOf('unfinished') + bytesOf('trash')
  const freeNowBytes = usage.volume.freeBytes
  const stillInTrash = usage.trashBytes - bytesOf('trash') + bytesOf('older')
  return {
    touchedBytes: atOnce + bytesOf('older'),
    freeNowBytes,
    freeAfterBytes: freeNowBytes + atOnce,
    freeWhenTrashEmptiedBytes: freeNowBytes + atOnce + stillInTrash,
  }
}

/** Ticked when the page opens: nothing that can't come back from the trash or be fetched again. */
export const chosenAtFirst = (plan: CleanUpPlan): ReadonlySet<ProposalKind> =>
  new Set(plan.proposals.map(({ kind }) => kind).filter((kind) => kind !== 'trash'))
