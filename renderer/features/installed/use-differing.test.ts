import { expect, it } from 'vitest'
import { looksDifferent } from './use-differing.ts'

it('tells other files by their number and size, and says nothing where the store does not', () => {
  const installed = { fileCount: 3, diskBytes: 1000 }
  expect(looksDifferent({ fileCount: 3, diskBytes: 1000 }, installed)).toBe(false)
  expect(looksDifferent({ fileCount: 4, diskBytes: 1000 }, installed)).toBe(true)
  expect(looksDifferent({ fileCount: 3, diskBytes: 999 }, installed)).toBe(true)
  expect(looksDifferent({}, installed)).toBe(false)
})
