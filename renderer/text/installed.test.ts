import { expect, it } from 'vitest'
import { installedText as text } from './installed.ts'

it('tells of files that a verify had read before it was interrupted', () => {
  expect(text.verified('Model 1.0.0', 3)).toBe('Model 1.0.0: 3 files verified, all as published')
  expect(text.verified('Model 1.0.0', 3, 1)).toBe(
    'Model 1.0.0: 3 files verified, all as published. 1 file of that was read before it was interrupted, and looks the same',
  )
  expect(text.verifiedAll(2, 1200)).toBe(
    '2 versions verified, all as published. 1,200 files of that were read before it was interrupted, and look the same',
  )
})

it('says how many of the versions that were verified are not as published', () => {
  const what = 'files that are altered, missing or not of the package'
  expect(text.verifiedSome(1, 1)).toBe(`1 version verified. It has ${what}`)
  expect(text.verifiedSome(3, 1)).toBe(`3 versions verified. 1 of them has ${what}`)
  expect(text.verifiedSome(3, 2)).toBe(`3 versions verified. 2 of them have ${what}`)
})
