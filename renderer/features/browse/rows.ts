import type { PackageSummary, UnreadableEntry } from '../../../shared/model/package.ts'
import {
  type SearchMemory,
  type SearchText,
  scoreOf,
  search,
  toSearchQuery,
  toSearchText,
} from '../../../shared/model/search.ts'
import type { Standing } from '../../state/package-standing.ts'
import { inOrder, newestFirst, type SortOrder } from './row-order.ts'

/** A row of the list: a package, or an entry of the store that can't be shown as one. */
export type BrowseRow = (
  | { readonly kind: 'package'; readonly package: PackageSummary }
  | { readonly kind: 'unreadable'; readonly entry: UnreadableEntry }
) & {
  readonly key: string
  readonly searchText: SearchText
  /** What it is sorted by in the order of names. */
  readonly sortName: string
  /** From 0, in the order that rows were made in. */
  readonly number: number
}

export type BrowseFilter = 'all' | 'for-my-apps' | 'installed' | 'updates'
export interface RowQuery {
  readonly text: string
  readonly filter: BrowseFilter
  readonly tag?: string
  /** Absent: by date, or, with a text, the best match first. */
  readonly sort?: SortOrder
}

export const packageKey = (name: string): string => `p:${name}`

const lists = new WeakMap<readonly PackageSummary[], readonly BrowseRow[]>()
const packageRows = new WeakMap<PackageSummary, BrowseRow>()
let rowsMade = 0

/** Made once for each list, for Browse and the palette alike; a package that stays has the row that it had. `searchTexts` are the packages', in their order. */
function rowsOf(packages: readonly PackageSummary[], searchTexts: readonly SearchText[]): readonly BrowseRow[] {
  const known = lists.get(packages)
  if (known !== undefined) return known
  const made = packages.map((each, at): BrowseRow => packageRows.get(each) ?? makeRow(each, searchTexts[at]))
  lists.set(packages, made)
  return made
}

function makeRow(each: PackageSummary, searchText: SearchText = toSearchText(each)): BrowseRow {
  const sortName = each.title.toLowerCase()
  const row = {
    kind: 'package',
    key: packageKey(each.name),
    package: each,
    searchText,
    sortName,
    number: rowsMade++,
  } as const
  packageRows.set(each, row)
  return row
}

export function makeRows(
  packages: readonly PackageSummary[],
  unreadable: readonly UnreadableEntry[],
  searchTexts: readonly SearchText[] = [],
): readonly BrowseRow[] {
  const rows = rowsOf(packages, searchTexts)
  if (unreadable.length === 0) return rows
  const known = withUnreadable.get(rows)
  if (known?.unreadable === unreadable) return known.all
  const odd = unreadable.map((entry): BrowseRow => {
    const searchText = toSearchText({ name: entry.ident, title: '', tags: [], description: '' })
    const sortName = entry.ident.toLowerCase()
    return { kind: 'unreadable', key: `u:${entry.ident}`, entry, searchText, sortName, number: rowsMade++ }
  })
  const all = [...rows, ...odd]
  withUnreadable.set(rows, { unreadable, all })
  return all
}
const withUnreadable = new WeakMap<
  readonly BrowseRow[],
  { readonly unreadable: readonly UnreadableEntry[]; readonly all: readonly BrowseRow[] }
>()

type StandingOf = (each: PackageSummary) => Standing

export function passesFilter(row: BrowseRow, filter: BrowseFilter, standingOf: StandingOf): boolean {
  if (filter === 'all') return true
  return row.kind === 'package' && isOfFilter(standingOf(row.package), filter)
}

function isOfFilter({ kind, verdict, installed }: Standing, filter: Exclude<BrowseFilter, 'all'>): boolean {
  if (filter === 'updates') return kind === 'update'
  return filter === 'installed' ? installed.length > 0 : verdict === 'compatible'
}

type RowCounts = { readonly [F in BrowseFilter]: number }
const countsOfRows = new WeakMap<
  readonly BrowseRow[],
  { readonly standingOf: StandingOf; readonly counts: RowCounts }
>()

/** How many packages each filter shows; counted once for a list. */
export function countRows(rows: readonly BrowseRow[], standingOf: StandingOf): RowCounts {
  const known = countsOfRows.get(rows)
  if (known?.standingOf === standingOf) return known.counts
  const counts = { all: 0, 'for-my-apps': 0, installed: 0, updates: 0 }
  for (const row of rows) {
    if (row.kind === 'unreadable') continue
    counts.all += 1
    const standing = standingOf(row.package)
    if (isOfFilter(standing, 'for-my-apps')) counts['for-my-apps'] += 1
    if (isOfFilter(standing, 'installed')) counts.installed += 1
    if (isOfFilter(standing, 'updates')) counts.updates += 1
  }
  countsOfRows.set(rows, { standingOf, counts })
  return counts
}

/** How many of the rows are packages, as the filters count them, and how many can't be shown as one. */
export function countKinds(rows: readonly BrowseRow[]): { readonly packages: number; readonly unreadable: number } {
  let packages = 0
  for (const { kind } of rows) if (kind === 'package') packages += 1
  return { packages, unreadable: rows.length - packages }
}

type TagCounts = readonly (readonly [tag: string, count: number])[]
const countsOfTags = new WeakMap<readonly PackageSummary[], TagCounts>()

/** Tags by how many packages have them, most first; counted once for a list. */
export function countTags(packages: readonly PackageSummary[]): TagCounts {
  const known = countsOfTags.get(packages)
  if (known !== undefined) return known
  const counts = new Map<string, number>()
  for (const { tags } of packages) for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1)
  const sorted = [...counts].sort(([tagA, a], [tagB, b]) => b - a || (tagA < tagB ? -1 : 1))
  countsOfTags.set(packages, sorted)
  return sorted
}

/** Of each list what was found in it last: with every key typed there is less to look through. */
const memories = new WeakMap<readonly BrowseRow[], SearchMemory>()

function memoryOf(rows: readonly BrowseRow[]): SearchMemory {
  const memory = memories.get(rows) ?? {}
  memories.set(rows, memory)
  return memory
}

/** The rows that a query shows, in its order. */
export function queryRows(rows: readonly BrowseRow[], query: RowQuery, standingOf: StandingOf): readonly BrowseRow[] {
  const { filter, tag, sort } = query
  const wanted = toSearchQuery(query.text)
  const ordered = inOrder(rows, sort ?? newestFirst, standingOf)
  const isShown = (row: BrowseRow) =>
    passesFilter(row, filter, standingOf) &&
    (tag === undefined || (row.kind === 'package' && row.package.tags.includes(tag)))
  const onlyShown = (found: readonly BrowseRow[]) =>
    filter === 'all' && tag === undefined ? found : found.filter(isShown)
  if (wanted.words.length === 0) return onlyShown(ordered.rows)
  // The best match first, of equal ones the newest.
  if (sort === undefined) {
    const how = { order: ordered.indexes, memory: memoryOf(rows) }
    return onlyShown(search(rows, ({ searchText }) => searchText, wanted, how))
  }
  return onlyShown(ordered.rows.filter(({ searchText }) => scoreOf(searchText, wanted) > 0))
}
