import { expect, test } from 'vitest'
import type { CompatibilityMap } from '../../../shared/model/package.ts'
import { proposeVersion, stepOf, type VersionStep } from './propose-version.ts'

test.each<[string[], VersionStep, string | undefined]>([
  [[], 'patch', undefined],
  [['1.2.3'], 'patch', '1.2.4'],
  [['1.2.3'], 'minor', '1.3.0'],
  [['1.2.3'], 'major', '2.0.0'],
  [['0.4.1'], 'major', '0.5.0'],
  [['0.4.1'], 'patch', '0.4.2'],
  [['1.2.3', '1.10.0', '1.9.9'], 'patch', '1.10.1'],
  [['2.0.0-beta.1', '1.0.0'], 'minor', '2.0.0'],
  [['2.0.0-beta.1', '1.0.0'], 'major', '2.0.0'],
  [['2.1.3-beta.1', '2.0.0'], 'minor', '2.1.3'],
  [['1.0', 'Final'], 'minor', undefined],
])('after %j, a %s one: %s', (published, step, expected) => {
  expect(proposeVersion(published, step)?.version).toBe(expected)
})

test.each<[CompatibilityMap | undefined, CompatibilityMap | undefined, boolean, VersionStep]>([
  [undefined, undefined, false, 'patch'],
  [undefined, undefined, true, 'minor'],
  // One more app, or more versions of one.
  [{ desk: '>=3.0.0' }, { desk: '>=2.0.0', bot: null }, false, 'patch'],
  [{ desk: '>=3.0.0' }, undefined, false, 'patch'],
  [{ desk: '>=3.0.0' }, { desk: null }, true, 'minor'],
  [{ desk: '>=2.0.0-beta.1' }, { desk: '>=1.0.0' }, false, 'patch'],
  // The same in other words.
  [{ desk: '>=1.2.0,<2.0.0-0' }, { desk: '^1.2' }, false, 'patch'],
  // Fewer.
  [{ desk: '>=3.0.0' }, { desk: '>=3.1.0' }, false, 'major'],
  [{ desk: null }, { desk: '>=3.1.0' }, true, 'major'],
  [{ desk: '>=3.0.0' }, { desk: '>=3.0.0,<4.0.0' }, false, 'major'],
  [{ desk: '==1.0.0' }, { desk: '==1.1.0' }, false, 'major'],
  [{ desk: '==1.1.0' }, { desk: '==1.0.0' }, false, 'major'],
  [{ desk: null, bot: null }, { desk: null }, false, 'major'],
  // Where nothing was named, no app was promised anything.
  [{}, { desk: '>=3.0.0' }, false, 'patch'],
  // What nobody can read says nothing.
  [{ desk: 'soon' }, { desk: '>=3.0.0' }, false, 'patch'],
])('from %j to %j, files added: %s: %s', (before, after, added, expected) => {
  expect(stepOf(before, after, added)).toBe(expected)
})
