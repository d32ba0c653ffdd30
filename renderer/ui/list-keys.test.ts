import { expect, it } from 'vitest'
import { indexAfter, moveOfKey } from './list-keys.ts'

it('moves within the list and never out of it', () => {
  const from = (index: number, key: string) => indexAfter(moveOfKey(key) ?? 'up', index, 100, 10)
  expect(from(-1, 'ArrowDown')).toBe(0)
  expect(from(0, 'ArrowUp')).toBe(0)
  expect(from(99, 'ArrowDown')).toBe(99)
  expect(from(5, 'Home')).toBe(0)
  expect(from(5, 'End')).toBe(99)
  expect(from(5, 'PageDown')).toBe(15)
  expect(from(5, 'PageUp')).toBe(0)
  expect(from(95, 'PageDown')).toBe(99)
  expect(indexAfter('down', 0, 0, 10)).toBe(-1)
  expect(moveOfKey('a')).toBeUndefined()
})
