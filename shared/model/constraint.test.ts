import fc from 'fast-check'
import semver from 'semver'
import { describe, expect, test } from 'vitest'
import { chooseVersion, type VersionCandidate } from './choose-version.ts'
import { verdictFor, verdictOf } from './compatibility.ts'
import {
  type Constraint,
  compareVersions,
  explainConstraint,
  forOldTools,
  isPrerelease,
  oldToolsCanRead,
  parseConstraint,
  parseSpec,
  satisfies,
} from './constraint.ts'

const parse = (text: string): Constraint => {
  const constraint = parseConstraint(text)
  if ('problem' in constraint) throw new Error(constraint.problem)
  return constraint
}

describe('a version', () => {
  test.each([
    ['1.0.0', '==1.0.0', true],
    ['1.0.0', '=1.0', true],
    ['1.0.0', '== 1', true],
    ['1.0.0+b', '==1.0.0', true],
    ['1.0.0', '==1.0.0+a', false],
    ['1.0.0+a', '==1.0.0+a', true],
    ['1.5.0', '>=1.0.0,<2.0.0', true],
    ['1.5.0', ' >= 1.0 , < 2 ', true],
    ['2.5.0', '>=1.0.0,,<2.0.0,', false],
    ['2.5.0', ',', true],
    ['2.0.0', '>=1.0.0,<2.0.0', false],
    ['2.0.0-rc.1', '<2.0.0', true],
    ['1.0.0-rc.1', '>=1.0.0', false],
    ['1.0.0-rc.1', '>=1.0.0-rc.0', true],
    ['1.2.9', '~1.2', true],
    ['1.3.0', '~1.2', false],
    ['1.9.0', '^1.2', true],
    ['2.0.0-rc.1', '^1.2', false],
    ['1.2.5', '1.2.x', true],
    ['1.2.5', '1.2', true],
    ['3.1.0', '^1 || ^3', true],
    ['1.5.0', '1.2.0 - 1.6', true],
    ['1.4.0', '^1.2,<1.5', true],
    ['1.5.0', '^1.2,<1.5', false],
    ['1.0.0', '', true],
    ['1.0', '', false],
    ['1.0', '==1.0', true],
    ['1.0.0', '==1.0', true],
    ['weird_7', '==weird_7', true],
    ['weird_7', '>=1', false],
  ])('%s and %j: %s', (version, constraint, expected) => {
    expect(satisfies(version, parse(constraint))).toBe(expected)
  })

  test('that is a preview may be left aside, unless the constraint names one', () => {
    expect(satisfies('2.0.0-rc.1', parse('>=1'), { prerelease: false })).toBe(false)
    expect(satisfies('2.0.0-rc.1', parse('>=2.0.0-rc.0'), { prerelease: false })).toBe(true)
    expect(satisfies('2.0.0-rc.1', parse('^2.0.0-rc.0'), { prerelease: false })).toBe(true)
    expect(satisfies('1.5.0-rc.1', parse('1.2.0 - 1.6.0'), { prerelease: false })).toBe(false)
    expect([isPrerelease('1.0.0-a'), isPrerelease('1.0.0'), isPrerelease('1.0-a')]).toEqual([true, false, false])
  })
})

test.each(['==x', '>=x', '^*', '>=1.0.0 <X', '>=abc', 'foo', '>', '==', '1.0.0 foo', '9'.repeat(300)])(
  '%j is no constraint',
  (text) => {
    expect(parseConstraint(text)).toHaveProperty('problem')
  },
)

test('classic comparators agree with plain precedence', () => {
  const part = fc.nat(3)
  const version = fc
    .tuple(part, part, part, fc.constantFrom('', '-a', '-a.1', '-1'))
    .map(([major, minor, patch, pre]) => `${major}.${minor}.${patch}${pre}`)
  fc.assert(
    fc.property(version, fc.constantFrom('==', '>=', '<=', '>', '<'), version, (a, operator, b) => {
      const order = semver.compare(a, b)
      const expected = { '==': order === 0, '>=': order >= 0, '<=': order <= 0, '>': order > 0, '<': order < 0 }[
        operator
      ]
      expect(satisfies(a, parse(`${operator}${b}`))).toBe(expected)
    }),
  )
})

test('no text makes it fail, and what old tools read is read', () => {
  const text = fc.string({ unit: fc.constantFrom(...'=<>^~|-*x.,0123 ab+'), maxLength: 15 })
  fc.assert(
    fc.property(text, (written) => {
      const constraint = parseConstraint(written)
      if ('problem' in constraint) return
      satisfies('1.0.0', constraint)
      expect(typeof explainConstraint(written)).toBe('string')
      const old = forOldTools(written)
      if (old !== undefined) expect(oldToolsCanRead(old)).toBe(true)
    }),
    { numRuns: 3000 },
  )
})

test('versions sort by precedence, then build; odd ones below', () => {
  const sorted = ['odd', '1.0', '1.9', '1.10', '0.9.0', '1.0.0-rc.1', '1.0.0', '1.0.0+a', '1.0.0+b', '1.10.0']
  const order = ['1.0', '1.9', '1.10', 'odd', '0.9.0', '1.0.0-rc.1', '1.0.0', '1.0.0+a', '1.0.0+b', '1.10.0']
  expect([...sorted].reverse().sort(compareVersions)).toEqual(order)
  fc.assert(
    fc.property(fc.constantFrom(...sorted), fc.constantFrom(...sorted), fc.constantFrom(...sorted), (a, b, c) => {
      expect(Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a))).toBe(0)
      if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) expect(compareVersions(a, c)).toBeLessThanOrEqual(0)
    }),
  )
})

test.each([
  ['model', 'model', ''],
  ['model==1.0.0', 'model', '==1.0.0'],
  ['model >=1, <2', 'model', '>=1, <2'],
  ['My-Model==1.0', 'My-Model', '==1.0'],
  ['model ^1.2', 'model', '^1.2'],
  ['  model~1.2 ', 'model', '~1.2'],
  ['model@1.2.0', 'model', '1.2.0'],
])('%j is a name with a constraint', (text, name, constraint) => {
  expect(parseSpec(text)).toMatchObject({ name, constraint: { text: constraint } })
})
test.each(['', '>=1', 'model nonsense', '==1'])('%j is no spec', (text) => {
  expect(parseSpec(text)).toHaveProperty('problem')
})

test.each([
  ['>=1.1.1', true, '>=1.1.1'],
  ['>=1.0.0,<2.0.0', true, '>=1.0.0,<2.0.0'],
  ['=1.0.0', false, '==1.0.0'],
  ['>=1.1', false, '>=1.1.0'],
  ['>= 1.1.0', false, '>=1.1.0'],
  ['^1.2', false, undefined],
])('old tools and %j: %s', (text, canRead, written) => {
  expect([oldToolsCanRead(text), forOldTools(text)]).toEqual([canRead, written])
})

test.each([
  [null, 'every version'],
  ['', 'every version'],
  ['>=1.8', '1.8 and every later version'],
  ['==1.0.0', 'exactly 1.0.0'],
  ['>=1.0.0,<2.0.0', '1.0.0 and later, before 2.0.0'],
  ['<2', 'every version before 2'],
  ['<=2.1', '2.1 and every earlier version'],
  ['>1', 'every version after 1'],
  ['^1.2', '1.2.0 and later, before 2.0.0'],
  ['^1.2,<1.5', '1.2.0 and later, before 1.5.0'],
  ['nonsense', 'nonsense'],
])('%j in words', (text, words) => {
  expect(explainConstraint(text)).toBe(words)
})

describe('the version that is chosen', () => {
  const app = { name: 'app', version: '3.2' }
  const all: readonly VersionCandidate[] = [
    { version: '0.9.0', compatibility: { app: '>=3.0.0' } },
    { version: '1.0.0', compatibility: { app: '<4.0.0' } },
    { version: '1.5.0', compatibility: { other: null } },
    { version: '2.0.0', compatibility: { app: '>=4.0.0' } },
    { version: '2.1.0-rc.1', compatibility: { app: null } },
    { version: '1.0' },
  ]
  const choose = (constraint: string, options = {}) => {
    const choice = chooseVersion(all, parse(constraint), options)
    return choice.kind === 'chosen' ? `${choice.version.version} ${choice.verdict}` : choice.kind
  }

  test('is the highest that is compatible', () => {
    expect(choose('')).toBe('2.0.0 compatible')
    expect(choose('', { apps: [app] })).toBe('1.0.0 compatible')
    expect(choose('', { apps: [{ name: 'app', version: '4.0' }] })).toBe('2.0.0 compatible')
    expect(choose('>=1.5', { apps: [app] })).toBe('1.5.0 not-stated')
    expect(choose('==2.0.0', { apps: [app] })).toBe('incompatible')
    expect(choose('==2.0.0', { apps: [app], ignoreCompatibility: true })).toBe('2.0.0 not-compatible')
    expect(choose('>3')).toBe('no-match')
    expect(choose('==1.0')).toBe('1.0.0 compatible')
  })

  test('is a preview only when it is asked for, or nothing else can be', () => {
    expect(choose('', { prerelease: true })).toBe('2.1.0-rc.1 compatible')
    expect(choose('>=2.1.0-rc.0')).toBe('2.1.0-rc.1 compatible')
    expect(choose('>2.0.0')).toBe('2.1.0-rc.1 compatible')
    expect(choose('>=2.0.0', { apps: [app] })).toBe('2.1.0-rc.1 compatible')
  })
})

describe('compatibility', () => {
  const app = { name: 'app', version: '3.2' }
  test('with one app', () => {
    expect(verdictFor(undefined, app)).toEqual({ kind: 'compatible', app, constraint: null })
    expect(verdictFor({ app: null }, app)).toEqual({ kind: 'compatible', app, constraint: null })
    expect(verdictFor({ app: '>=3.2' }, app)).toEqual({ kind: 'compatible', app, constraint: '>=3.2' })
    expect(verdictFor({ app: '>=3.3' }, app)).toEqual({ kind: 'not-compatible', app, constraint: '>=3.3' })
    expect(verdictFor({ App: null }, app)).toEqual({ kind: 'not-stated', app })
    expect(verdictFor({ app: 'rubbish' }, app).kind).toBe('not-compatible')
    expect(verdictFor({ app: '==x' }, { name: 'toString', version: '1' }).kind).toBe('not-stated')
  })

  test('with several apps', () => {
    const other = { name: 'other', version: '1.0.0' }
    expect(verdictOf(undefined, [])).toBe('compatible')
    expect(verdictOf({}, [app])).toBe('compatible')
    expect(verdictOf({ app: null }, [])).toBe('not-stated')
    expect(verdictOf({ app: '>=4' }, [app, other])).toBe('not-compatible')
    expect(verdictOf({ app: '>=4', other: null }, [app, other])).toBe('compatible')
    expect(verdictOf({ third: null }, [app, other])).toBe('not-stated')
  })
})
