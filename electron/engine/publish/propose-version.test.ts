import { expect, test } from 'vitest'
import { proposeVersion } from './propose-version.ts'

test.each([
  [[], false, undefined],
  [['1.2.3'], false, '1.2.4'],
  [['1.2.3'], true, '1.3.0'],
  [['1.2.3', '1.10.0', '1.9.9'], false, '1.10.1'],
  [['2.0.0-beta.1', '1.0.0'], true, '2.0.0'],
  [['1.0', 'Final'], true, undefined],
])('after %j, files added: %s', (published, added, expected) => {
  expect(proposeVersion(published, added)).toBe(expected)
})
