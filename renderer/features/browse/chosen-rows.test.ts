import { expect, it } from 'vitest'
import type { PackageSummary } from '../../../shared/model/package.ts'
import { createStandings, groupByName } from '../../state/package-standing.ts'
import { keysAt, type Run } from '../../ui/chosen-keys.ts'
import { chooseRows, type Installs } from './chosen-rows.ts'
import { makeRows } from './rows.ts'

const packageOf = (name: string): PackageSummary => ({
  name,
  title: name,
  description: '',
  tags: [],
  versions: [
    {
      version: '2.0.0',
      diskBytes: 1,
      downloadBytes: 1000,
      fileCount: 1,
      publishedAt: '2026-01-01T00:00:00Z',
      prerelease: false,
    },
  ],
})
const installed = { ref: { name: 'old', version: '1.0.0' }, libraryId: 'l', title: '', description: '', path: '/' }
const standingOf = createStandings(
  [],
  groupByName([{ ...installed, diskBytes: 1, fileCount: 1, kept: false }]),
  new Set(),
)
const broken = (ident: string) => ({ ident, problem: 'inconsistent' as const, reason: 'It disagrees.' })
const packages = [packageOf('new'), packageOf('newer'), packageOf('old')]
const rows = makeRows(packages, [broken('a-1.0'), broken('b-1.0')])

function choose(...wanted: readonly string[]) {
  const asked: Installs[] = []
  const order = rows.map(({ key }) => key)
  const runs = rows.flatMap((row, at): Run[] =>
    wanted.includes(row.kind === 'package' ? row.package.name : row.entry.ident) ? [[at, at + 1]] : [],
  )
  const keys = keysAt(order, runs)
  const chosen = chooseRows(rows, keys, {
    connectionId: 'c',
    libraryId: 'l',
    standingOf,
    install: (installs) => asked.push(installs),
  })
  chosen?.actions[0]?.act()
  return { ...chosen, labels: chosen?.actions.map(({ label }) => label), asked: asked[0] }
}

it('says of rows that can’t be read what is true of them', () => {
  const { title, note, labels } = choose('a-1.0', 'b-1.0')
  expect(title).toBe('2 entries can’t be read')
  expect(note).toBe('What describes them can’t be read, so they can’t be installed.')
  expect(labels).toEqual([])
  expect(choose('new', 'a-1.0').title).toBe('1 package, up to 1.00 kB to download, 1 can’t be read')
})

it('says install where everything is new, and update where something goes to the trash', () => {
  const fresh = choose('new', 'newer')
  expect(fresh.labels).toEqual(['Install 2…'])
  expect(fresh.asked?.words.title(2)).toBe('Install 2 packages')
  const mixed = choose('new', 'old')
  expect(mixed.labels).toEqual(['Install or update 2…'])
  expect(mixed.asked?.updates.map(({ name }) => name).toSorted()).toEqual(['new', 'old'])
  expect(mixed.asked?.words.subtitle).toContain('goes to the trash')
  expect(choose('old', 'a-1.0').asked?.words.title(1)).toBe('Update 1 package')
})
