import path from 'node:path'
import { expect, test } from 'vitest'
import { isInside, isWithin } from './is-inside.ts'

const at = (...parts: readonly string[]) => path.resolve('/', ...parts)

test.each([
  ['the folder itself', at('a'), at('a'), false, true],
  ['below it', at('a', 'b', 'c'), at('a'), true, true],
  ['above it', at('a'), at('a', 'b'), false, false],
  ['beside it', at('ab'), at('a'), false, false],
  ['a name that begins with two dots', at('a', '..b'), at('a'), true, true],
  ['the whole disk', at('a'), at(), true, true],
])('%s', (_, inner, outer, inside, within) => {
  expect([isInside(inner, outer), isWithin(inner, outer)]).toEqual([inside, within])
})
