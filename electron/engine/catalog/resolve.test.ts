import { expect, test } from 'vitest'
import { isAppError } from '../../../shared/errors.ts'
import type { PackageSummary } from '../../../shared/model/package.ts'
import { resolveSpec } from './resolve.ts'

const packageOf = (name: string, ...versions: readonly string[]): PackageSummary => ({
  name,
  title: name,
  description: '',
  tags: [],
  versions: versions.map((version) => ({ version, prerelease: false })),
})
const packages = [packageOf('digit_recogniser', '1.0.0'), packageOf('model', '2.4.0', '1.0.10')]

const refusalOf = (spec: string): unknown => {
  try {
    return resolveSpec(packages, { spec, where: 'here' })
  } catch (error) {
    return isAppError(error, 'package-not-found') ? error.details : error
  }
}

test.each([
  ['digit_recognizer', { meant: 'digit_recogniser' }],
  ['digit-recogniser', { meant: 'digit_recogniser' }],
  ['digit_recognizer-1.0.0', { meant: 'digit_recogniser' }],
  ['digit_recognizer >=1', { meant: 'digit_recogniser' }],
  ['voice_recogniser', {}],
  ['model==1.0.1', { newest: '2.4.0', meant: 'model==1.0.10' }],
  ['model-1.0.11', { newest: '2.4.0', meant: 'model==1.0.10' }],
  ['model==2.4.1', { newest: '2.4.0' }],
  ['model>=3', { newest: '2.4.0' }],
])('of %s that is not there, what is close to it is named', (spec, more) => {
  expect(refusalOf(spec)).toEqual({ spec, where: 'here', ...more })
})
