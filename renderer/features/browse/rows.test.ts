import { describe, expect, it } from 'vitest'
import type { PackageSummary } from '../../../shared/model/package.ts'
import { createStandings, groupByName } from '../../state/package-standing.ts'
import { countKinds, countRows, countTags, makeRows, queryRows, type RowQuery } from './rows.ts'

const packageOf = (
  name: string,
  title: string,
  more: Partial<PackageSummary> & { day?: number; bytes?: number } = {},
) => ({
  name,
  title,
  description: more.description ?? '',
  tags: more.tags ?? [],
  versions: more.versions ?? [
    {
      version: '1.0.0',
      diskBytes: more.bytes ?? 10,
      fileCount: 1,
      publishedAt: `2026-01-${String(more.day ?? 1).padStart(2, '0')}T00:00:00Z`,
      prerelease: false,
    },
  ],
})

const packages: readonly PackageSummary[] = [
  packageOf('fraud_scorer', 'Fraud scorer', { day: 3, bytes: 300, tags: ['tabular'] }),
  packageOf('infrared', 'Infrared defects', {
    day: 9,
    bytes: 100,
    description: 'Finds fraud in pictures',
    tags: ['vision'],
  }),
  packageOf('digits', 'Digit recogniser', { day: 5, bytes: 200, tags: ['vision', 'sample'] }),
]
const rows = makeRows(packages, [{ ident: 'broken-1.0', problem: 'inconsistent', reason: 'It disagrees.' }])
const standingOf = createStandings(
  [{ name: 'Reader', version: '1' }],
  groupByName([
    {
      ref: { name: 'digits', version: '0.9.0' },
      libraryId: 'l',
      title: '',
      description: '',
      path: '/',
      diskBytes: 1,
      fileCount: 1,
      kept: false,
    },
  ]),
  new Set(),
)
const shown = (query: Partial<RowQuery>) =>
  queryRows(rows, { text: '', filter: 'all', ...query }, standingOf).map(({ key }) => key.slice(2))

describe('rows of Browse', () => {
  it('shows the newest first, and what can’t be read last', () => {
    expect(shown({})).toEqual(['infrared', 'digits', 'fraud_scorer', 'broken-1.0'])
  })

  it('finds every word, anywhere, the best match first', () => {
    expect(shown({ text: 'fra' })).toEqual(['fraud_scorer', 'infrared'])
    expect(shown({ text: 'DIGIT recog' })).toEqual(['digits'])
    expect(shown({ text: 'vision' })).toEqual(['infrared', 'digits'])
    expect(shown({ text: 'fraud digits' })).toEqual([])
    expect(shown({ text: 'broken' })).toEqual(['broken-1.0'])
  })

  it('makes rows and orders once for each list', () => {
    const made = makeRows(packages, [])
    expect(makeRows(packages, [])).toBe(made)
    const first = queryRows(made, { text: '', filter: 'all' }, standingOf)
    expect(queryRows(made, { text: '', filter: 'all' }, standingOf)).toBe(first)
    const byState = { text: '', filter: 'all', sort: { by: 'state', descending: false } } as const
    const nothingInstalled = createStandings([], groupByName([]), new Set())
    const kindOf = (name: string) => (name === 'infrared' ? 'installed' : 'compatible')
    const infraredInstalled: typeof standingOf = (each) => ({ ...nothingInstalled(each), kind: kindOf(each.name) })
    expect(queryRows(made, byState, infraredInstalled)[0]?.key).toBe('p:infrared')
    expect(queryRows(made, byState, nothingInstalled).map(({ key }) => key)).toEqual([
      'p:digits',
      'p:fraud_scorer',
      'p:infrared',
    ])
  })

  it('keeps the order that a person chose while searching', () => {
    expect(shown({ text: 'fra', sort: { by: 'size', descending: false } })).toEqual(['infrared', 'fraud_scorer'])
  })

  it('sorts by each column, both ways', () => {
    expect(shown({ sort: { by: 'name', descending: false } })).toEqual([
      'broken-1.0',
      'digits',
      'fraud_scorer',
      'infrared',
    ])
    expect(shown({ sort: { by: 'size', descending: true } })).toEqual([
      'fraud_scorer',
      'digits',
      'infrared',
      'broken-1.0',
    ])
    expect(shown({ sort: { by: 'published', descending: false } }).slice(1)).toEqual([
      'fraud_scorer',
      'digits',
      'infrared',
    ])
    expect(shown({ sort: { by: 'state', descending: false } })[0]).toBe('digits')
  })

  it('filters, and counts what each filter shows', () => {
    expect(shown({ filter: 'installed' })).toEqual(['digits'])
    expect(shown({ filter: 'updates' })).toEqual(['digits'])
    expect(shown({ filter: 'for-my-apps' })).toHaveLength(3)
    expect(shown({ tag: 'vision' })).toEqual(['infrared', 'digits'])
    expect(countRows(rows, standingOf)).toEqual({ all: 3, 'for-my-apps': 3, installed: 1, updates: 1 })
    expect(countTags(packages)).toEqual([
      ['vision', 2],
      ['sample', 1],
      ['tabular', 1],
    ])
  })
})

describe('countKinds', () => {
  it('counts packages as the filters do, and apart from them what can’t be read', () => {
    expect(countKinds(rows)).toEqual({ packages: countRows(rows, standingOf).all, unreadable: 1 })
  })
})
