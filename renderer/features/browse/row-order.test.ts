import { expect, test } from 'vitest'
import type { PackageSummary } from '../../../shared/model/package.ts'
import { type BrowseSort, inOrder, type SortOrder } from './row-order.ts'
import { makeRows } from './rows.ts'

const packageOf = (number: number): PackageSummary => {
  const publishedAt = `2026-01-${String(1 + (number % 28)).padStart(2, '0')}T00:00:00Z`
  const version = { version: '1.0.0', diskBytes: number % 7, fileCount: 1, publishedAt, prerelease: false }
  const name = `p${String(number).padStart(4, '0')}`
  return { name, title: `Title ${number % 11}`, description: '', tags: [], versions: [version] }
}
const standingOf = (each: PackageSummary) => ({ kind: each.name.endsWith('1') ? 'update' : 'compatible' }) as never
const namesOf = (packages: readonly PackageSummary[], sort: SortOrder) => {
  const rows = makeRows(packages, [])
  const { rows: ordered, indexes } = inOrder(rows, sort, standingOf)
  expect(Array.from(indexes, (at) => rows[at])).toEqual(ordered)
  return ordered.map(({ key }) => key)
}

test.each<BrowseSort>(['name', 'size', 'published', 'state'])(
  'a list in which little is new is in the same order by %s as one that is sorted whole',
  (by) => {
    for (const descending of [true, false]) {
      const sort = { by, descending }
      const first = Array.from({ length: 200 }, (_, number) => packageOf(number))
      namesOf(first, sort)
      const next = [...first.slice(3, 90), packageOf(5000), ...first.slice(95), packageOf(6001), packageOf(7)]
      const merged = namesOf(next, sort)
      // Other objects: nothing of it is known.
      const anew = namesOf(structuredClone(next), sort)
      expect(merged).toHaveLength(next.length)
      const keysOf = (names: readonly string[]) => names.map((key) => next.find(({ name }) => `p:${name}` === key))
      const facts = (each: PackageSummary | undefined) =>
        each && [
          by === 'name'
            ? ''
            : by === 'state'
              ? standingOf(each)
              : each.versions[0]?.[by === 'size' ? 'diskBytes' : 'publishedAt'],
          each.title,
        ]
      expect(keysOf(merged).map(facts)).toEqual(keysOf(anew).map(facts))
    }
  },
)

test('lists that are looked at by turns keep their orders', () => {
  const listOf = (from: number) =>
    makeRows(
      Array.from({ length: 300 }, (_, at) => packageOf(from + at)),
      [],
    )
  const sort: SortOrder = { by: 'published', descending: true }
  const lists = [listOf(0), listOf(1000)]
  const orders = lists.map((rows) => inOrder(rows, sort, standingOf))
  for (const [at, rows] of lists.entries()) expect(inOrder(rows, sort, standingOf)).toBe(orders[at])
})
