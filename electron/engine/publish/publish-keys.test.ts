import { expect, test } from 'vitest'
import { choosePartBytes, largestArchiveBytes, maxArchiveBytes, publishKeys } from './publish-keys.ts'

const mebibyte = 1024 * 1024

test.each([
  [1, 16],
  [9_900 * 16 * mebibyte, 16],
  [9_900 * 16 * mebibyte + 1, 32],
  [9_900 * 32 * mebibyte, 32],
  [9_900 * 32 * mebibyte + 1, 64],
  [maxArchiveBytes, 64],
])('an archive of %d bytes goes in parts of %d MiB, at most 9,900', (archiveBytes, expected) => {
  const partBytes = choosePartBytes(archiveBytes)
  expect(partBytes).toBe(expected * mebibyte)
  expect(Math.ceil(archiveBytes / partBytes)).toBeLessThanOrEqual(9_900)
})

test('more than 600 GiB are refused', () => {
  expect(() => choosePartBytes(maxArchiveBytes + 1)).toThrow(expect.objectContaining({ code: 'package-too-large' }))
})

test('the bound of an archive covers frames of empty, small and split files', () => {
  const split = 17 * mebibyte
  // A member has 18 bytes of its own and 5 for each stored block; split files have one every 8 MiB.
  const exact = (sizeBytes: number) => {
    const members = sizeBytes > 16 * mebibyte ? Math.ceil(sizeBytes / (8 * mebibyte)) : 1
    return sizeBytes + members * 18 + 5 * (Math.ceil(sizeBytes / 65_535) + members)
  }
  for (const sizeBytes of [0, 1, 65_535, 65_536, split, 600 * mebibyte])
    expect(largestArchiveBytes([{ sizeBytes }])).toBeGreaterThanOrEqual(exact(sizeBytes))
})

test('keys lie where every tool looks for them, and nothing else below models/ ends in meta.json', () => {
  const keys = publishKeys({ name: 'digits', version: '1.0.0' })
  expect([keys.meta, keys.archive]).toEqual(['models/digits-1.0.0/meta.json', 'models/digits-1.0.0/archive.gz'])
  expect([keys.seal(2), keys.withdrawn].every((key) => key.startsWith('orbital/'))).toBe(true)
})
