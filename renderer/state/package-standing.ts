import type { App } from '../../shared/model/app.ts'
import { type Verdict, verdictOf } from '../../shared/model/compatibility.ts'
import { compareVersions } from '../../shared/model/constraint.ts'
import type { InstalledVersion } from '../../shared/model/installed.ts'
import { isReadable, newestOf } from '../../shared/model/newest.ts'
import type { CompatibilityMap, PackageSummary, VersionSummary } from '../../shared/model/package.ts'

/** What a package is to this person on this computer. Transfers aren't in it: they change many times a second. */
export interface Standing {
  readonly kind: 'update' | 'installed' | 'compatible' | 'not-compatible' | 'not-stated'
  /** The version that one click installs: the newest compatible one, stable if there is one; absent when none can be read. */
  readonly offered?: VersionSummary
  /** What the offered version (or, where nothing fits, the newest) says of this person's apps. */
  readonly verdict: Verdict
  /** From this store, from a connection that is gone, or nobody knows from where; highest first. */
  readonly installed: readonly InstalledVersion[]
  /** The highest of all versions that are here under its name, where it came from another store whose connection is still there: maybe another package altogether. */
  readonly elsewhere?: InstalledVersion
}

export { isReadable, newestOf }

/** Installed versions by package name, highest first. */
export function groupByName(installed: readonly InstalledVersion[]): ReadonlyMap<string, readonly InstalledVersion[]> {
  const groups = new Map<string, InstalledVersion[]>()
  for (const version of installed) {
    const group = groups.get(version.ref.name)
    if (group === undefined) groups.set(version.ref.name, [version])
    else group.push(version)
  }
  for (const group of groups.values()) group.sort((a, b) => compareVersions(b.ref.version, a.ref.version))
  return groups
}

/** What doesn't hang on installed versions, for as long as the apps are the same: what is installed changes often, and of few of 100,000 packages. */
interface Judged {
  /** As JSON. */
  readonly apps: string
  readonly notInstalled: WeakMap<PackageSummary, Standing>
  verdictOf(map: CompatibilityMap | undefined): Verdict
}
let judged: Judged | undefined

function judgedFor(apps: readonly App[]): Judged {
  const key = JSON.stringify(apps)
  if (judged?.apps !== key) judged = { apps: key, notInstalled: new WeakMap(), verdictOf: createVerdicts(apps) }
  return judged
}

const mostVerdicts = 5000

/** Thousands of packages say the same of apps: it is judged once. */
function createVerdicts(apps: readonly App[]): Judged['verdictOf'] {
  const verdicts = new Map<string, Verdict>()
  return (map) => {
    if (map === undefined) return 'compatible'
    const key = JSON.stringify(map)
    const verdict = verdicts.get(key) ?? verdictOf(map, apps)
    if (verdicts.size < mostVerdicts) verdicts.set(key, verdict)
    return verdict
  }
}

/**
 * A function from a package of a connection to its standing that remembers its answers, for as long as apps, installed versions and connections stay the same.
 * `others`: the ids of connections to other stores. What came from a second connection to this store is this one's, and what came from one that is gone nobody else's.
 */
export function createStandings(
  apps: readonly App[],
  installedByName: ReadonlyMap<string, readonly InstalledVersion[]>,
  others: ReadonlySet<string>,
): (each: PackageSummary) => Standing {
  const { notInstalled, verdictOf } = judgedFor(apps)
  const ofInstalled = new WeakMap<PackageSummary, Standing>()
  const isForeign = ({ fromConnectionId: from }: InstalledVersion) => from !== undefined && others.has(from)
  return (each) => {
    const installed = installedByName.get(each.name)
    const answers = installed === undefined ? notInstalled : ofInstalled
    let standing = answers.get(each)
    if (standing === undefined) {
      standing = computeStanding(each, installed ?? none, verdictOf, isForeign)
      answers.set(each, standing)
    }
    return standing
  }
}
const none: readonly InstalledVersion[] = []

/** The first of the best: compatible before not stated before not compatible, of those the stable ones first. */
function offerOf(versions: readonly VersionSummary[], verdictOf: Judged['verdictOf']) {
  let best: { readonly offered: VersionSummary; readonly verdict: Verdict; readonly rank: number } | undefined
  for (const version of versions) {
    if (!isReadable(version)) continue
    const verdict = verdictOf(version.compatibility)
    const rank = ranks[verdict] * 2 + (version.prerelease ? 1 : 0)
    if (best === undefined || rank < best.rank) best = { offered: version, verdict, rank }
    if (rank === 0) break
  }
  return best
}
const ranks: Readonly<Record<Verdict, number>> = { compatible: 0, 'not-stated': 1, 'not-compatible': 2 }

function computeStanding(
  { versions }: PackageSummary,
  everywhere: readonly InstalledVersion[],
  verdictsOf: Judged['verdictOf'],
  isForeign: (version: InstalledVersion) => boolean,
): Standing {
  const { offered, verdict = 'not-stated' } = offerOf(versions, verdictsOf) ?? {}
  const installed = everywhere.filter((each) => !isForeign(each))
  const [highest] = everywhere
  const elsewhere = highest !== undefined && isForeign(highest) ? { elsewhere: highest } : {}
  if (highest === undefined || installed.length === 0)
    return { kind: verdict, offered, verdict, installed, ...elsewhere }
  const isNewer =
    offered !== undefined &&
    !isForeign(highest) &&
    verdict !== 'not-compatible' &&
    !everywhere.some(({ ref }) => ref.version === offered.version) &&
    compareVersions(offered.version, highest.ref.version) > 0
  return { kind: isNewer ? 'update' : 'installed', offered, verdict, installed, ...elsewhere }
}
