import type { PackageSummary, UnreadableEntry } from '../../../shared/model/package.ts'
import { type SearchText, scoreOf, toSearchQuery, toSearchText } from '../../../shared/model/search.ts'
import { newestOf, type Standing } from '../../state/package-standing.ts'

/** A row of the list: a package, or an entry of the store that can't be shown as one. */
export type BrowseRow =
  | { readonly kind: 'package'; readonly key: string; readonly package: PackageSummary }
  | { readonly kind: 'unreadable'; readonly key: string; readonly entry: UnreadableEntry }

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

export function makeRows(
  packages: readonly PackageSummary[],
  unreadable: readonly UnreadableEntry[],
): readonly BrowseRow[] {
  return [
    ...packages.map((each) => ({ kind: 'package' as const, key: packageKey(each.name), package: each })),
    ...unreadable.map((entry) => ({ kind: 'unreadable' as const, key: `u:${entry.ident}`, entry })),
  ]
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
  const { words } = wanted
  const byScore = sort === undefined && words.length > 0
  const { by, descending } = sort ?? newestFirst
  // Keys are taken once a row, not once a comparison.
  const found: Found[] = []
  const texts = words.length === 0 ? [] : searchTextsOf(rows)
  for (const [at, row] of rows.entries()) {
    if (!passesFilter(row, filter, standingOf)) continue
    if (tag !== undefined && !(row.kind === 'package' && row.package.tags.includes(tag))) continue
    const score = words.length === 0 ? 1 : scoreOf(texts[at] ?? '', wanted)
    if (score === 0) continue
    found.push({ row, name: nameOf(row), score, key: byScore ? publishedAt(row) : keyOf(row, by, standingOf) })
  }
  const sign = byScore || descending ? -1 : 1
  found.sort((a, b) => (byScore ? b.score - a.score : 0) || sign * compare(a.key, b.key) || compare(a.name, b.name))
  return found.map(({ row }) => row)
}

interface Found {
  readonly row: BrowseRow
  readonly name: string
  readonly score: number
  readonly key: string | number
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

const names = new WeakMap<object, string>()
function nameOf(row: BrowseRow): string {
  const of = row.kind === 'package' ? row.package : row.entry
  const known = names.get(of)
  if (known !== undefined) return known
  const name = (row.kind === 'package' ? row.package.title : row.entry.ident).toLowerCase()
  names.set(of, name)
  return name
}
const publishedAt = (row: BrowseRow): string =>
  (row.kind === 'package' ? newestOf(row.package)?.publishedAt : row.entry.modifiedAt) ?? ''

/** Made once for each list. */
const searchTexts = new WeakMap<readonly BrowseRow[], readonly SearchText[]>()

function searchTextsOf(rows: readonly BrowseRow[]): readonly SearchText[] {
  const known = searchTexts.get(rows)
  if (known !== undefined) return known
  const made = rows.map((row) =>
    toSearchText(
      row.kind === 'package' ? row.package : { name: row.entry.ident, title: '', tags: [], description: '' },
    ),
  )
  searchTexts.set(rows, made)
  return made
}
