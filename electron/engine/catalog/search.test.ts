import { expect, test } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import type { PackageSummary } from '../../../shared/model/package.ts'
import { resolveSpec } from './resolve.ts'
import { searchPackages } from './search.ts'

const pack = (name: string, versions: readonly string[], more: Partial<PackageSummary> = {}): PackageSummary => ({
  name,
  title: name,
  description: '',
  tags: [],
  versions: versions.map((version) => ({ version, prerelease: version.includes('-') })),
  ...more,
})
const packages = [
  pack('fraud_scorer', ['2.0.0-rc.1', '1.1.0', '1.0.0'], { title: 'Fraud scorer, card payments', tags: ['payments'] }),
  pack('card_reader', ['1.0.0'], { description: 'Reads a card for the fraud team' }),
  pack('fraud', ['1.0.0']),
]
const find = (query: string) => searchPackages(packages, query, () => {})
const names = async (query: string) => (await find(query)).map(({ name }) => name)

test('every word must occur; the name counts more than the description', async () => {
  expect(await names('fraud')).toEqual(['fraud', 'fraud_scorer', 'card_reader'])
  expect(await names('fraud CARD')).toEqual(['fraud_scorer', 'card_reader'])
  expect(await names('payments scorer')).toEqual(['fraud_scorer'])
  expect(await names('nothing')).toEqual([])
  expect(await names('')).toHaveLength(3)
})

test('a constraint finds the versions that satisfy it, of exactly that name', async () => {
  const [found, ...others] = await find('fraud_scorer>=1.1.0')
  expect(others).toEqual([])
  expect(found?.versions.map(({ version }) => version)).toContain('1.1.0')
  expect(found?.versions.map(({ version }) => version)).not.toContain('1.0.0')
  expect(await names('fraud_scorer>=9.0.0')).toEqual([])
})

const codeOf = (run: () => unknown): unknown => {
  try {
    return run()
  } catch (error) {
    return error instanceof AppError ? error.code : error
  }
}

test('a spec resolves to the highest stable version, an exact one to itself, an unknown one to an error', () => {
  const resolve = (spec: string) => codeOf(() => resolveSpec(packages, { spec, where: 'here' }))
  expect(resolve('fraud_scorer')).toEqual({ name: 'fraud_scorer', version: '1.1.0' })
  expect(resolve('fraud_scorer==2.0.0-rc.1')).toEqual({ name: 'fraud_scorer', version: '2.0.0-rc.1' })
  expect(resolve('fraud_scorer-1.0.0')).toEqual({ name: 'fraud_scorer', version: '1.0.0' })
  expect(resolve('fraud_scorer>=3.0.0')).toBe('package-not-found')
  expect(resolve('fraud_scorer>=')).toBe('usage')
  expect(resolve('unknown')).toBe('package-not-found')
})

test('what suits none of the apps is refused with the app and the constraint, also when it is named exactly', () => {
  const suited = [
    {
      ...pack('a', ['1.0.0']),
      versions: [{ version: '1.0.0', prerelease: false, compatibility: { reader: '>=2.0.0' } }],
    },
  ]
  const apps = [{ name: 'reader', version: '1.0.0' }]
  for (const spec of ['a', 'a==1.0.0']) {
    expect(codeOf(() => resolveSpec(suited, { spec, where: 'here', apps }))).toBe('incompatible')
    expect(resolveSpec(suited, { spec, where: 'here', apps, ignoreCompatibility: true })).toEqual({
      name: 'a',
      version: '1.0.0',
    })
  }
})

test('a constraint that no version satisfies is told with the newest version', () => {
  const error = (() => {
    try {
      return resolveSpec(packages, { spec: 'fraud>=2.0.0', where: 'here' })
    } catch (thrown) {
      return thrown
    }
  })()
  expect(error).toMatchObject({ code: 'package-not-found', details: { spec: 'fraud>=2.0.0', newest: '1.0.0' } })
})
