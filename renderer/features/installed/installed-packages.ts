import { compareVersions } from '../../../shared/model/constraint.ts'
import type { DiskUsage, InstalledVersion } from '../../../shared/model/installed.ts'
import { specOf } from '../../../shared/model/package-ref.ts'

/** One row of the list: a package with its installed versions, newest first. */
export interface InstalledPackage {
  readonly name: string
  readonly title: string
  readonly newest: InstalledVersion
  readonly older: readonly InstalledVersion[]
  /** Bytes that removing all its versions frees, when the trash is emptied; the sum of sizes until the disk was read. */
  readonly bytes: number
  readonly olderBytes: number
}

/** Newest first. */
export const versionsOf = ({ newest, older }: InstalledPackage): readonly InstalledVersion[] => [newest, ...older]

export type PackageOrder = 'bytes' | 'name'

export function groupInstalled(
  versions: readonly InstalledVersion[],
  usage: DiskUsage | undefined,
  order: PackageOrder,
): readonly InstalledPackage[] {
  const freed = new Map(usage?.packages.map(({ ref, freedBytes }) => [specOf(ref), freedBytes]))
  const bytesOf = (version: InstalledVersion): number => freed.get(specOf(version.ref)) ?? version.diskBytes
  const byName = new Map<string, InstalledVersion[]>()
  for (const version of versions) {
    const own = byName.get(version.ref.name)
    if (own === undefined) byName.set(version.ref.name, [version])
    else own.push(version)
  }
  const packages = [...byName].flatMap(([name, own]) => {
    const [newest, ...older] = own.toSorted((a, b) => compareVersions(b.ref.version, a.ref.version))
    if (newest === undefined) return []
    const olderBytes = older.reduce((sum, version) => sum + bytesOf(version), 0)
    return [{ name, title: newest.title, newest, older, bytes: bytesOf(newest) + olderBytes, olderBytes }]
  })
  return packages.toSorted((a, b) => (order === 'bytes' ? b.bytes - a.bytes || byTitle(a, b) : byTitle(a, b)))
}

// Many times as fast as localeCompare, which looks for its rules each time.
const { compare } = new Intl.Collator()
const byTitle = (a: InstalledPackage, b: InstalledPackage): number => compare(a.title, b.title)
