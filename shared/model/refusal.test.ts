import { expect, test } from 'vitest'
import { errorTextOf } from '../text/errors.ts'
import { verdictsFor } from './compatibility.ts'
import { parseConstraint } from './constraint.ts'
import { deadConstraints, refusalOf } from './refusal.ts'
import { isSatisfiable } from './satisfiable.ts'

test.each([
  ['', true],
  ['*', true],
  ['==1.0.0', true],
  ['==1', true],
  ['==odd', true],
  ['>=1.0.0,<2.0.0', true],
  ['>=1.0.0,<=1.0.0', true],
  ['>1.0.0,<1.0.1', true],
  ['>=1.0.0-rc.1,<1.0.0', true],
  ['^1.2', true],
  ['1.x', true],
  ['^2 || >=3 <1', true],
  ['1.0.0 - 2.0.0', true],
  ['>=2.0.0,<1.0.0', false],
  ['>1.0.0,<=1.0.0', false],
  ['>=1.0.0,<1.0.0', false],
  ['==1.0.0,==2.0.0', false],
  ['==1.0.0,>1.0.0', false],
  ['<0.0.0-0', false],
  ['^1 ^2', false],
  ['>=3 <1 || ^1 <1', false],
  ['2 - 1', false],
])('that %j can be satisfied is %s', (text, expected) => {
  const constraint = parseConstraint(text)
  expect('problem' in constraint ? constraint : isSatisfiable(constraint)).toBe(expected)
})

const ref = { name: 'model', version: '1.0.0' }
const refusal = (map: Record<string, string | null>, ...apps: readonly string[]) =>
  refusalOf(
    ref,
    verdictsFor(
      map,
      apps.map((name) => ({ name, version: '1.0' })),
    ),
  )

test('a refusal names every app that refuses, its version, and what is needed', () => {
  const error = refusal({ reader: '>=2.0.0', desk: '<1.0.0', other: null }, 'reader', 'desk', 'other')
  expect(error?.details).toEqual({
    ref: 'model==1.0.0',
    app: 'reader',
    appVersion: '1.0',
    constraint: '>=2.0.0',
    others: [{ app: 'desk', appVersion: '1.0', constraint: '<1.0.0' }],
  })
  expect(errorTextOf(error as never).happened).toBe(
    'model==1.0.0 does not work with reader 1.0 or desk 1.0: it needs reader >=2.0.0; it needs desk <1.0.0.',
  )
  expect(refusal({ reader: '>=1.0.0' }, 'reader', 'unnamed')).toBeUndefined()
})

test('what nobody can read or satisfy is said to be so', () => {
  const said = (constraint: string) => errorTextOf(refusal({ reader: constraint }, 'reader') as never).happened
  expect(said('soon')).toContain('“soon”, is not a constraint')
  expect(said('>2,<1')).toContain('“>2,<1”, no version can be')
  expect(deadConstraints({ a: 'soon', b: '>2,<1', c: null, d: '>=1.0.0' })).toEqual([
    { app: 'a', constraint: 'soon', kind: 'unreadable' },
    { app: 'b', constraint: '>2,<1', kind: 'unsatisfiable' },
  ])
})
