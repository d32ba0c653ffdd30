import { expect, test } from 'vitest'
import { compareLists } from '../../electron/engine/catalog/list-changes.ts'
import type { PackageSummary } from '../../shared/model/package.ts'
import { toSearchText } from '../../shared/model/search.ts'
import { mergeList, mergeUnreadable } from './merge-list.ts'

const tags: string[] = []
const packageOf = (name: string, ...versions: readonly string[]): PackageSummary => ({
  ...{ name, title: name, description: '', tags },
  versions: versions.map((version) => ({ version, prerelease: false })),
})
const listOf = (packages: readonly PackageSummary[]) => ({ packages, searchTexts: packages.map(toSearchText) })
/** As it comes over the wire: nothing is the same object. */
const copied = <T>(value: T): T => structuredClone(value)

const [a, b, c] = [packageOf('a', '1'), packageOf('b', '1'), packageOf('c', '2', '1')]
const newC = { ...c, versions: [{ version: '3', prerelease: false }, ...c.versions] }
test.each([
  ['nothing', [a, b, c], [a, b, c], 0],
  ['one that is another', [a, b, c], [a, b, newC], 1],
  ['one made anew of the same versions', [a, b, c], [a, b, { ...c, versions: [...c.versions] }], 0],
  ['the first, a middle and the last one', [b], [a, b, c], 2],
  ['all', [], [a, b, c], 3],
  ['gone ones, and one new between them', [a, c], [b], 3],
  ['capitals before small letters', [a], [packageOf('B', '1'), a], 1],
])('a list is brought up to date by what is another in it: %s', (_, before, after, count) => {
  const changes = compareLists(before, after)
  expect(changes.packages.length + changes.removed.length).toBe(count)
  const held = listOf(copied(before))
  const merged = mergeList(held, copied(changes))
  expect(merged).toEqual(listOf(after))
  expect(merged === held).toBe(count === 0)
})

test('packages that are the same stay the same objects', () => {
  const held = listOf([a, b, c])
  expect(mergeList(held, { packages: [newC], removed: ['a'] }).packages[0]).toBe(b)
})

test('what can’t be read is another list only when it says something else', () => {
  const before = [{ ident: 'x-1', problem: 'meta-invalid', reason: 'It ends early.' }] as const
  expect(mergeUnreadable(before, copied([...before]))).toBe(before)
  expect(mergeUnreadable(before, [{ ...before[0], reason: 'It is no JSON.' }])).not.toBe(before)
  expect(mergeUnreadable(before, [])).toEqual([])
})
