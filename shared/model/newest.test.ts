import { expect, test } from 'vitest'
import { newestOf, newestPackages } from './newest.ts'
import type { PackageSummary } from './package.ts'

const packageOf = (name: string, publishedAt: string, title = name): PackageSummary => ({
  ...{ name, title, description: '', tags: [] },
  versions: [
    { version: '2.0.0', prerelease: false, publishedAt: '2030-01-01T00:00:00Z' },
    { version: '1.0.0', prerelease: false, diskBytes: 1, publishedAt },
  ],
})

test('the newest packages come first, by the version that can be read, of equal ones by title', () => {
  const packages = [
    packageOf('a', '2026-01-01T00:00:00Z'),
    packageOf('b', '2026-03-01T00:00:00Z', 'Zebra'),
    packageOf('c', '2026-02-01T00:00:00Z'),
    packageOf('d', '2026-03-01T00:00:00Z', 'apple'),
    packageOf('e', '2025-03-01T00:00:00Z'),
  ]
  const names = (count: number) => newestPackages(packages, count).map(({ name }) => name)
  expect(names(3)).toEqual(['d', 'b', 'c'])
  expect(names(1)).toEqual(['d'])
  expect(names(9)).toEqual(['d', 'b', 'c', 'a', 'e'])
  expect(packages.map(newestOf).map((version) => version?.version)).toEqual(Array(5).fill('1.0.0'))
})
