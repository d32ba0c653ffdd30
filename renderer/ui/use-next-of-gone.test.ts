import { expect, it } from 'vitest'
import { nextOfGone } from './use-next-of-gone.ts'

it('goes to the next row that is left, else to the one before', () => {
  const before = ['a', 'b', 'c', 'd']
  expect(nextOfGone(before, 'b', ['a', 'c', 'd'])).toBe('c')
  expect(nextOfGone(before, 'b', ['a', 'd'])).toBe('d')
  expect(nextOfGone(before, 'd', ['a', 'b'])).toBe('b')
  expect(nextOfGone(before, 'd', ['c', 'a', 'b'])).toBe('c')
  expect(nextOfGone(before, 'a', [])).toBeUndefined()
  expect(nextOfGone(before, 'x', before)).toBeUndefined()
})
