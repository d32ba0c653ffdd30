import type { App } from '../../shared/model/app.ts'
import { type Verdict, verdictOf } from '../../shared/model/compatibility.ts'
import { compareVersions } from '../../shared/model/constraint.ts'
import type { InstalledVersion } from '../../shared/model/installed.ts'
import type { CompatibilityMap, PackageSummary, VersionSummary } from '../../shared/model/package.ts'

/** What a package is to this person on this computer. Transfers aren't in it: they change many times a second. */
export interface Standing {
  readonly kind: 'update' | 'installed' | 'compatible' | 'not-compatible' | 'not-stated'
  /** The version that one click installs: the newest compatible one, stable if there is one; absent when none can be read. */
  readonly offered?: VersionSummary
  /** What the offered version (or, where nothing fits, the newest) says of this person's apps. */
  readonly verdict: Verdict
  /** Highest first. */
  readonly installed: readonly InstalledVersion[]
}

export const isReadable = ({ diskBytes }: VersionSummary): boolean => diskBytes !== undefined

/** Newest version that can be read, else the newest at all. */
export const newestOf = ({ versions }: PackageSummary): VersionSummary | undefined =>
  versions.find(isReadable) ?? versions[0]

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

/** A function from package to standing that remembers its answers, for as long as apps and installed versions stay the same. */
export function createStandings(
  apps: readonly App[],
  installedByName: ReadonlyMap<string, readonly InstalledVersion[]>,
): (each: PackageSummary) => Standing {
  const known = new WeakMap<PackageSummary, Standing>()
  const verdicts = new WeakMap<CompatibilityMap, Verdict>()
  const verdictOfMap = (map: CompatibilityMap | undefined): Verdict => {
    if (map === undefined) return 'compatible'
    const verdict = verdicts.get(map) ?? verdictOf(map, apps)
    verdicts.set(map, verdict)
    return verdict
  }
  return (each) => {
    const standing = known.get(each) ?? computeStanding(each, installedByName.get(each.name) ?? [], verdictOfMap)
    known.set(each, standing)
    return standing
  }
}

function computeStanding(
  { versions }: PackageSummary,
  installed: readonly InstalledVersion[],
  verdictOfMap: (map: CompatibilityMap | undefined) => Verdict,
): Standing {
  const readable = versions.filter(isReadable)
  const pools = [readable.filter(({ prerelease }) => !prerelease), readable]
  const find = (wanted: Verdict) =>
    pools.map((pool) => pool.find((version) => verdictOfMap(version.compatibility) === wanted)).find(Boolean)
  const offered = find('compatible') ?? find('not-stated') ?? pools.find((pool) => pool.length > 0)?.[0]
  const verdict = offered === undefined ? 'not-stated' : verdictOfMap(offered.compatibility)
  const highest = installed[0]
  if (highest === undefined) return { kind: verdict, offered, verdict, installed }
  const isNewer =
    offered !== undefined &&
    verdict !== 'not-compatible' &&
    !installed.some(({ ref }) => ref.version === offered.version) &&
    compareVersions(offered.version, highest.ref.version) > 0
  return { kind: isNewer ? 'update' : 'installed', offered, verdict, installed }
}
