import { compareVersions } from '../../../shared/model/constraint.ts'
import type { PackageSummary, UnreadableEntry } from '../../../shared/model/package.ts'
import { type CatalogEntry, isoOf } from './catalog-entry.ts'

type VersionContent = Extract<CatalogEntry['content'], { readonly kind: 'version' }>

/** Entries as packages with their versions, newest first, sorted by name; and what can't be read. */
export async function groupPackages(
  entries: Iterable<CatalogEntry>,
  turn: () => Promise<void> | void,
): Promise<{ readonly packages: PackageSummary[]; readonly unreadable: UnreadableEntry[] }> {
  const byName = new Map<string, VersionContent[]>()
  const unreadable: UnreadableEntry[] = []
  for (const { ident, modifiedMs, content } of entries) {
    if (content.kind === 'unreadable') {
      unreadable.push({ ident, problem: content.problem, reason: content.reason, modifiedAt: isoOf(modifiedMs) })
    } else {
      const versions = byName.get(content.name)
      if (versions === undefined) byName.set(content.name, [content])
      else versions.push(content)
    }
    await turn()
  }
  const packages: PackageSummary[] = []
  for (const [name, versions] of byName) {
    if (versions.length > 1) versions.sort((a, b) => compareVersions(b.summary.version, a.summary.version))
    const newest = versions[0]
    if (newest === undefined) continue
    packages.push({
      name,
      title: newest.title,
      description: newest.description,
      tags: newest.tags as string[],
      versions: versions.map(({ summary }) => summary),
    })
    await turn()
  }
  // Nearly sorted already: stores list by key.
  packages.sort((a, b) => (a.name < b.name ? -1 : 1))
  unreadable.sort((a, b) => (a.ident < b.ident ? -1 : 1))
  return { packages, unreadable }
}
