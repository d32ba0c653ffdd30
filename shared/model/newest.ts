import type { PackageSummary, VersionSummary } from './package.ts'

export const isReadable = ({ diskBytes }: VersionSummary): boolean => diskBytes !== undefined

/** Newest version that can be read, else the newest at all. */
export const newestOf = ({ versions }: PackageSummary): VersionSummary | undefined =>
  versions.find(isReadable) ?? versions[0]

/** The packages published last, the newest first, of equal ones by title; `count` at most. */
export function newestPackages(packages: readonly PackageSummary[], count: number): PackageSummary[] {
  const found: Dated[] = []
  for (const each of packages) {
    const at = newestOf(each)?.publishedAt ?? ''
    const last = found.length < count ? undefined : found.at(-1)
    if (last !== undefined && at < last.at) continue
    const dated = { each, at, title: each.title.toLowerCase() }
    if (last !== undefined && !isBefore(dated, last)) continue
    const place = found.findIndex((other) => isBefore(dated, other))
    found.splice(place < 0 ? found.length : place, 0, dated)
    if (found.length > count) found.pop()
  }
  return found.map(({ each }) => each)
}

interface Dated {
  readonly each: PackageSummary
  readonly at: string
  readonly title: string
}
const isBefore = (a: Dated, b: Dated): boolean => a.at > b.at || (a.at === b.at && a.title < b.title)
