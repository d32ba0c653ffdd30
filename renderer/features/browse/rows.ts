import type { PackageSummary, UnreadableEntry } from '../../../shared/model/package.ts'
import { type SearchText, scoreOf, search, toSearchQuery, toSearchText } from '../../../shared/model/search.ts'
import { newestOf, type Standing } from '../../state/package-standing.ts'

/** A row of the list: a package, or an entry of the store that can't be shown as one. */
export type BrowseRow = (
  | { readonly kind: 'package'; readonly package: PackageSummary }
  | { readonly kind: 'unreadable'; readonly entry: UnreadableEntry }
) & { readonly key: string; readonly searchText: SearchText }

export type BrowseFilter = 'all' | 'for-my-apps' | 'installed' | 'updates'
export type BrowseSort = 'name' | 'size' | 'published' | 'state'
export interface SortOrder {
  readonly by: BrowseSort
  readonly descending: boolean
}

export interface RowQuery {
  readonly text: string
  readonly filter: BrowseFilter
  readonly tag?: string
  /** Absent: by date, or, with a text, the best match first. */
  readonly sort?: SortOrder
}

export const newestFirst: SortOrder = { by: 'published', descending: true }

export const packageKey = (name: string): string => `p:${name}`

const packageRows = new WeakMap<readonly PackageSummary[], readonly BrowseRow[]>()

/** Made once for each list, for Browse and the palette alike. `searchTexts` are the packages', in their order. */
function rowsOf(packages: readonly PackageSummary[], searchTexts: readonly SearchText[]): readonly BrowseRow[] {
  const known = packageRows.get(packages)
  if (known !== undefined) return known
  const made = packages.map((each, at): BrowseRow => {
    const searchText = searchTexts[at] ?? toSearchText(each)
    return { kind: 'package', key: packageKey(each.name), package: each, searchText }
  })
  packageRows.set(packages, made)
  return made
}

export function makeRows(
  packages: readonly PackageSummary[],
  unreadable: readonly UnreadableEntry[],
  searchTexts: readonly SearchText[] = [],
): readonly BrowseRow[] {
  const rows = rowsOf(packages, searchTexts)
  if (unreadable.length === 0) return rows
  const odd = unreadable.map((entry): BrowseRow => {
    const searchText = toSearchText({ name: entry.ident, title: '', tags: [], description: '' })
    return { kind: 'unreadable', key: `u:${entry.ident}`, entry, searchText }
  })
  return [...rows, ...odd]
}

type StandingOf = (each: PackageSummary) => Standing

export function passesFilter(row: BrowseRow, filter: BrowseFilter, standingOf: StandingOf): boolean {
  if (filter === 'all') return true
  if (row.kind === 'unreadable') return false
  const { kind, verdict, installed } = standingOf(row.package)
  if (filter === 'updates') return kind === 'update'
  return filter === 'installed' ? installed.length > 0 : verdict === 'compatible'
}

/** How many packages each filter shows. */
export function countRows(
  rows: readonly BrowseRow[],
  standingOf: StandingOf,
): { readonly [F in BrowseFilter]: number } {
  const counts = { all: 0, 'for-my-apps': 0, installed: 0, updates: 0 }
  for (const row of rows) {
    if (row.kind === 'unreadable') continue
    counts.all += 1
    if (passesFilter(row, 'for-my-apps', standingOf)) counts['for-my-apps'] += 1
    if (passesFilter(row, 'installed', standingOf)) counts.installed += 1
    if (passesFilter(row, 'updates', standingOf)) counts.updates += 1
  }
  return counts
}

/** How many of the rows are packages, as the filters count them, and how many can't be shown as one. */
export function countKinds(rows: readonly BrowseRow[]): { readonly packages: number; readonly unreadable: number } {
  const packages = rows.filter(({ kind }) => kind === 'package').length
  return { packages, unreadable: rows.length - packages }
}

/** Tags by how many packages have them, most first. */
export function countTags(packages: readonly PackageSummary[]): readonly (readonly [tag: string, count: number])[] {
  const counts = new Map<string, number>()
  for (const { tags } of packages) for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1)
  return [...counts].sort(([tagA, a], [tagB, b]) => b - a || (tagA < tagB ? -1 : 1))
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
  if (sort === undefined) return onlyShown(search(rows, ({ searchText }) => searchText, wanted, ordered.indexes))
  return onlyShown(ordered.rows.filter(({ searchText }) => scoreOf(searchText, wanted) > 0))
}

interface Order {
  readonly sort: SortOrder
  readonly standingOf: StandingOf
  readonly indexes: Uint32Array
  readonly rows: readonly BrowseRow[]
}
/** To sort 100,000 rows takes longer than a query may: made once for each list and order. */
const orders = new WeakMap<readonly BrowseRow[], readonly Order[]>()

function inOrder(rows: readonly BrowseRow[], sort: SortOrder, standingOf: StandingOf): Order {
  const made = orders.get(rows) ?? []
  const isSame = (each: Order) => each.sort.by === sort.by && each.sort.descending === sort.descending
  const known = made.find(isSame)
  if (known !== undefined && (sort.by !== 'state' || known.standingOf === standingOf)) return known
  const indexes = sortRows(rows, sort, standingOf)
  const order: Order = { sort, standingOf, indexes, rows: Array.from(indexes, (at) => rows[at] as BrowseRow) }
  orders.set(rows, [...made.filter((each) => !isSame(each)), order])
  return order
}

function sortRows(rows: readonly BrowseRow[], { by, descending }: SortOrder, standingOf: StandingOf): Uint32Array {
  // Keys are taken once a row, not once a comparison.
  const keyed = rows.map((row, at) => ({ at, name: nameOf(row), key: keyOf(row, by, standingOf) }))
  const sign = descending ? -1 : 1
  keyed.sort((a, b) => sign * compare(a.key, b.key) || compare(a.name, b.name))
  return Uint32Array.from(keyed, ({ at }) => at)
}

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0)
const stateOrder = ['update', 'installed', 'compatible', 'not-stated', 'not-compatible'] as const

function keyOf(row: BrowseRow, by: BrowseSort, standingOf: StandingOf): string | number {
  switch (by) {
    case 'name':
      return nameOf(row)
    case 'size':
      return row.kind === 'package' ? (newestOf(row.package)?.diskBytes ?? 0) : 0
    case 'published':
      return publishedAt(row)
    case 'state':
      return row.kind === 'package' ? stateOrder.indexOf(standingOf(row.package).kind) : stateOrder.length
  }
}

const nameOf = (row: BrowseRow): string => (row.kind === 'package' ? row.package.title : row.entry.ident).toLowerCase()
const publishedAt = (row: BrowseRow): string =>
  (row.kind === 'package' ? newestOf(row.package)?.publishedAt : row.entry.modifiedAt) ?? ''
