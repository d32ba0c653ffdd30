import { expect, it } from 'vitest'
import { rowsToClose } from './gap-closing.ts'

it('moves only what lies below the gap', () => {
  expect(rowsToClose(['a', 'b', 'c', 'd'], ['a', 'c', 'd'])).toEqual(
    new Map([
      ['c', 1],
      ['d', 1],
    ]),
  )
  expect(rowsToClose(['a', 'b', 'c', 'd'], ['b', 'd'])).toEqual(
    new Map([
      ['b', 1],
      ['d', 2],
    ]),
  )
  expect(rowsToClose(['a', 'b'], ['a'])).toEqual(new Map())
})

it('leaves another order and new rows alone', () => {
  expect(rowsToClose(['a', 'b', 'c'], ['c', 'b'])).toBeUndefined()
  expect(rowsToClose(['a', 'b', 'c'], ['a', 'x'])).toBeUndefined()
  expect(rowsToClose(['a'], ['a', 'b'])).toBeUndefined()
})
