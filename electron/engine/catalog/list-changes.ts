/**
 * What is another in a list since a window had it.
 *
 *  1. Lists that windows have are remembered, the last few of each connection, by when they were refreshed. They share their packages, so that costs little.
 *  2. Both lists are sorted by name: they are walked side by side.
 *  3. A package is the same as long as its versions are the very same objects: they are made anew only when the store has another meta.json.
 */
import type { PackageSummary } from '../../../shared/model/package.ts'
import type { CatalogPage } from './catalog.ts'

export interface ListChanges {
  /** New ones, and those that are another. */
  readonly packages: PackageSummary[]
  /** Names of those that are gone. */
  readonly removed: string[]
}

const remembered = 4
/** More of them, and a new list in pieces costs less time at once. */
const mostChanges = 1000

export function createListMemory() {
  const lists = new Map<string, readonly CatalogPage[]>()
  return {
    remember(page: CatalogPage): void {
      const known = lists.get(page.connectionId) ?? []
      if (known.some(({ refreshedAt }) => refreshedAt === page.refreshedAt)) return
      lists.set(page.connectionId, [...known, page].slice(-remembered))
    },
    /** Undefined where that list isn't remembered, or too much is another. */
    changesSince(refreshedAt: string, page: CatalogPage): ListChanges | undefined {
      const before = lists.get(page.connectionId)?.find((each) => each.refreshedAt === refreshedAt)
      if (before === undefined) return undefined
      const changes = compareLists(before.packages, page.packages)
      return changes.packages.length + changes.removed.length > mostChanges ? undefined : changes
    },
    forget(connectionId: string): void {
      lists.delete(connectionId)
    },
  }
}

/** Both sorted by name. */
export function compareLists(before: readonly PackageSummary[], after: readonly PackageSummary[]): ListChanges {
  const packages: PackageSummary[] = []
  const removed: string[] = []
  if (before === after) return { packages, removed }
  let at = 0
  for (const each of after) {
    for (let old = before[at]; old !== undefined && old.name < each.name; old = before[++at]) removed.push(old.name)
    const old = before[at]
    if (old?.name === each.name) at += 1
    if (old?.name !== each.name || !isSame(old, each)) packages.push(each)
  }
  for (const { name } of before.slice(at)) removed.push(name)
  return { packages, removed }
}

const isSame = (a: PackageSummary, b: PackageSummary): boolean =>
  a === b ||
  (a.title === b.title &&
    a.description === b.description &&
    a.tags === b.tags &&
    a.versions.length === b.versions.length &&
    a.versions.every((version, at) => version === b.versions[at]))
