import { expect, test } from 'vitest'
import { meantBy } from './spec.ts'

const all = [{ ref: { name: 'digit_recogniser', version: '1.0.0' } }, { ref: { name: 'model', version: '3.2.1' } }]

test.each([
  ['digit_recognser', 'digit_recogniser'],
  ['digit_recognser >=1', 'digit_recogniser'],
  ['digit_recogniser==1.0.01', 'digit_recogniser==1.0.0'],
  ['digit_recogniser-1.0.1', 'digit_recogniser-1.0.0'],
  ['model==9.0.0', undefined],
  ['model >=4', undefined],
  ['nothing', undefined],
])('%s means %s of what is installed', (spec, meant) => {
  expect(meantBy(spec, all)).toBe(meant)
})
