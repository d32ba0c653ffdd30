import { compareVersions } from '../../../shared/model/constraint.ts'
import type { PackageSummary, UnreadableEntry } from '../../../shared/model/package.ts'
import { type CatalogEntry, isoOf } from './catalog-entry.ts'

/** Entries as packages with their versions, newest first, sorted by name; and what can't be read. */
export async function groupPackages(
  entries: Iterable<CatalogEntry>,
  turn: () => Promise<void> | void,
): Promise<{ readonly packages: PackageSummary[]; readonly unreadable: UnreadableEntry[] }> {
  const byName = new Map<string, PackageSummary>()
  const severalOf = new Map<string, PackageSummary[]>()
  const unreadable: UnreadableEntry[] = []
  for (const { ident, modifiedMs, content } of entries) {
    if (content.kind === 'unreadable') {
      unreadable.push({ ident, problem: content.problem, reason: content.reason, modifiedAt: isoOf(modifiedMs) })
    } else {
      const { name } = content.package
      const first = byName.get(name)
      if (first === undefined) byName.set(name, content.package)
      else {
        const several = severalOf.get(name) ?? [first]
        several.push(content.package)
        severalOf.set(name, several)
      }
    }
    await turn()
  }
  for (const [name, several] of severalOf) {
    byName.set(name, joined(several))
    await turn()
  }
  const packages = [...byName.values()]
  // Nearly sorted already: stores list by key.
  packages.sort((a, b) => (a.name < b.name ? -1 : 1))
  unreadable.sort((a, b) => (a.ident < b.ident ? -1 : 1))
  return { packages, unreadable }
}

/** One package of several versions, with the texts of the newest. */
function joined(several: PackageSummary[]): PackageSummary {
  const versionOf = ({ versions }: PackageSummary) => versions[0]?.version ?? ''
  several.sort((a, b) => compareVersions(versionOf(b), versionOf(a)))
  return { ...(several[0] as PackageSummary), versions: several.flatMap(({ versions }) => versions) }
}
