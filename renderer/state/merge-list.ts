import type { PackageSummary, UnreadableEntry } from '../../shared/model/package.ts'
import { type SearchText, toSearchText } from '../../shared/model/search.ts'

export interface ListedPackages {
  /** Sorted by name. */
  readonly packages: readonly PackageSummary[]
  /** The packages', in their order. */
  readonly searchTexts: readonly SearchText[]
}

/** A list with what is another in it; the very same one when nothing is. */
export function mergeList(
  before: ListedPackages,
  changes: { readonly packages: readonly PackageSummary[]; readonly removed: readonly string[] },
): ListedPackages {
  if (changes.packages.length + changes.removed.length === 0) return before
  const gone = new Set([...changes.removed, ...changes.packages.map(({ name }) => name)])
  const packages: PackageSummary[] = []
  const searchTexts: SearchText[] = []
  let next = 0
  const takeNews = (until: string | undefined) => {
    for (let each = changes.packages[next]; each !== undefined; each = changes.packages[++next]) {
      if (until !== undefined && each.name > until) return
      packages.push(each)
      searchTexts.push(toSearchText(each))
    }
  }
  let at = 0
  for (const each of before.packages) {
    const text = before.searchTexts[at++] ?? toSearchText(each)
    takeNews(each.name)
    if (gone.has(each.name)) continue
    packages.push(each)
    searchTexts.push(text)
  }
  takeNews(undefined)
  return { packages, searchTexts }
}

/** The entries as they were when they say the same, so that nothing that is made of them is made anew. */
export function mergeUnreadable(
  before: readonly UnreadableEntry[],
  after: readonly UnreadableEntry[],
): readonly UnreadableEntry[] {
  const isSame = (a: UnreadableEntry, b: UnreadableEntry | undefined) =>
    b !== undefined && a.ident === b.ident && a.reason === b.reason && a.modifiedAt === b.modifiedAt
  return before.length === after.length && before.every((each, at) => isSame(each, after[at])) ? before : after
}
