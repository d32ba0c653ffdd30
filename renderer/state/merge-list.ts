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
  const packages: PackageSummary[][] = []
  const searchTexts: SearchText[][] = []
  let from = 0
  // What stays between two changes is taken in one piece: 100,000 are not looked at for the sake of one.
  const takeUntil = (end: number) => {
    packages.push(before.packages.slice(from, end))
    searchTexts.push(before.searchTexts.slice(from, end))
    from = end
  }
  for (const { name, now } of inOrder(changes)) {
    const at = placeOf(name, before.packages, from)
    takeUntil(at)
    if (before.packages[at]?.name === name) from = at + 1
    if (now === undefined) continue
    packages.push([now])
    searchTexts.push([toSearchText(now)])
  }
  takeUntil(before.packages.length)
  return { packages: packages.flat(), searchTexts: searchTexts.flat() }
}

interface NamedChange {
  readonly name: string
  /** Absent: removed. */
  readonly now?: PackageSummary
}

function inOrder({ packages, removed }: Parameters<typeof mergeList>[1]): readonly NamedChange[] {
  const all: NamedChange[] = [...removed.map((name) => ({ name })), ...packages.map((now) => ({ name: now.name, now }))]
  return all.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

/** Of the first package, from a place on, whose name is not lower. */
function placeOf(name: string, packages: readonly PackageSummary[], from: number): number {
  let [low, high] = [from, packages.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((packages[middle]?.name ?? '') < name) low = middle + 1
    else high = middle
  }
  return low
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
