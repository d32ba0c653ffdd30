/**
 * Rows in an order.
 *
 *  1. To sort 100,000 rows takes longer than a key typed or a frame may: an order is made once for each list.
 *  2. Of a list that came in place of another one most rows are the same: they keep their order, and the few new ones are merged in.
 */
import type { PackageSummary } from '../../../shared/model/package.ts'
import { newestOf, type Standing } from '../../state/package-standing.ts'
import type { BrowseRow } from './rows.ts'

export type BrowseSort = 'name' | 'size' | 'published' | 'state'
export interface SortOrder {
  readonly by: BrowseSort
  readonly descending: boolean
}
export const newestFirst: SortOrder = { by: 'published', descending: true }

type StandingOf = (each: PackageSummary) => Standing

export interface Order {
  /** Places in the list that was put in order. */
  readonly indexes: Uint32Array
  readonly rows: readonly BrowseRow[]
}
interface MadeOrder extends Order {
  readonly of: readonly BrowseRow[]
  readonly sort: SortOrder
  readonly standingOf: StandingOf
}

/** As long as a list is held by anybody. */
const madeOf = new WeakMap<readonly BrowseRow[], Map<string, MadeOrder>>()
/** The last ones of any list: the next may come in place of one of them. */
let latest: readonly WeakRef<MadeOrder>[] = []
const mostLatest = 8

export function inOrder(rows: readonly BrowseRow[], sort: SortOrder, standingOf: StandingOf): Order {
  const isAlike = (each: MadeOrder) =>
    each.sort.by === sort.by &&
    each.sort.descending === sort.descending &&
    (sort.by !== 'state' || each.standingOf === standingOf)
  const orders = madeOf.get(rows) ?? new Map<string, MadeOrder>()
  madeOf.set(rows, orders)
  const key = `${sort.by} ${sort.descending}`
  const known = orders.get(key)
  if (known !== undefined && isAlike(known)) return known
  const compare = comparisonOf(sort, standingOf)
  const order: MadeOrder = {
    ...(mergeInto(rows, isAlike, compare) ?? sortAll(rows, compare)),
    of: rows,
    sort,
    standingOf,
  }
  orders.set(key, order)
  latest = [new WeakRef(order), ...latest].slice(0, mostLatest)
  return order
}

function mergeInto(
  rows: readonly BrowseRow[],
  isAlike: (each: MadeOrder) => boolean,
  compare: Compare,
): Order | undefined {
  for (const ref of latest) {
    const before = ref.deref()
    const merged = before !== undefined && isAlike(before) ? mergeIn(rows, before, compare) : undefined
    if (merged !== undefined) return merged
  }
  return undefined
}

type Compare = (a: BrowseRow, b: BrowseRow) => number

const sortAll = (rows: readonly BrowseRow[], compare: Compare): Order => {
  const sorted = [...rows].sort(compare)
  return { rows: sorted, indexes: indexesOf(sorted, placesOf(rows)) }
}

/** More new rows than this are sorted faster with all the others. */
const mostMerged = 100

/** 2. Undefined where too much is new. */
function mergeIn(rows: readonly BrowseRow[], before: Order, compare: Compare): Order | undefined {
  const places = placesOf(rows)
  const isOld = new Uint8Array(places.length)
  for (const { number } of before.rows) isOld[number] = 1
  const news = rows.filter(({ number }) => isOld[number] === 0)
  if (news.length > mostMerged) return undefined
  news.sort(compare)
  const kept = before.rows.filter(({ number }) => (places[number] ?? 0) > 0)
  let merged: BrowseRow[] = []
  let from = 0
  for (const each of news) {
    const at = placeFor(each, kept, from, compare)
    merged = merged.concat(kept.slice(from, at), each)
    from = at
  }
  merged = merged.concat(kept.slice(from))
  return { rows: merged, indexes: indexesOf(merged, places) }
}

/** Where a row belongs among sorted ones, of which those before `from` come before it. */
function placeFor(row: BrowseRow, sorted: readonly BrowseRow[], from: number, compare: Compare): number {
  let [low, high] = [from, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (compare(sorted[middle] as BrowseRow, row) <= 0) low = middle + 1
    else high = middle
  }
  return low
}

/** The place of each row by its number, from 1; 0: not among them. */
function placesOf(rows: readonly BrowseRow[]): Uint32Array {
  let most = 0
  for (const { number } of rows) most = Math.max(most, number)
  const places = new Uint32Array(most + 1)
  let at = 0
  for (const { number } of rows) places[number] = ++at
  return places
}

function indexesOf(ordered: readonly BrowseRow[], places: Uint32Array): Uint32Array {
  const indexes = new Uint32Array(ordered.length)
  let at = 0
  for (const { number } of ordered) indexes[at++] = (places[number] ?? 1) - 1
  return indexes
}

function comparisonOf({ by, descending }: SortOrder, standingOf: StandingOf): Compare {
  const sign = descending ? -1 : 1
  return (a, b) => sign * order(keyOf(a, by, standingOf), keyOf(b, by, standingOf)) || order(a.sortName, b.sortName)
}

const order = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0)
const stateOrder = ['update', 'installed', 'compatible', 'not-stated', 'not-compatible'] as const

function keyOf(row: BrowseRow, by: BrowseSort, standingOf: StandingOf): string | number {
  switch (by) {
    case 'name':
      return row.sortName
    case 'size':
      return row.kind === 'package' ? (newestOf(row.package)?.diskBytes ?? 0) : 0
    case 'published':
      return publishedAt(row)
    case 'state':
      return row.kind === 'package' ? stateOrder.indexOf(standingOf(row.package).kind) : stateOrder.length
  }
}

const publishedAt = (row: BrowseRow): string =>
  (row.kind === 'package' ? newestOf(row.package)?.publishedAt : row.entry.modifiedAt) ?? ''
