import { expect, test } from 'vitest'
import { verdictFor } from '../../../shared/model/compatibility.ts'
import { checkAppVersion } from './app-version.ts'

test.each(['3', '3.2', '3.2.1', '2024.1', '3.2.1-beta.1', '3.2.1+build'])('%s is kept as it is', (version) => {
  expect(checkAppVersion(` ${version} `)).toEqual({ version })
  expect(verdictFor({ app: '>=1.0.0' }, { name: 'app', version }).kind).toBe('compatible')
})
test('a v before it is none of it', () => {
  expect(checkAppVersion('v3.2')).toEqual({ version: '3.2' })
})
test.each([
  ['3.2 beta', '3.2'],
  ['2024.1 LTS', '2024.1'],
  ['10.0.19045.3570', '10.0.19045'],
])('of %s its number is proposed', (typed, fix) => {
  expect(checkAppVersion(typed)).toEqual({ fix })
})
test('what has no number is none', () => {
  expect(checkAppVersion('latest')).toEqual({})
})
