import { expect, test } from 'vitest'
import { exitCodeOf } from './errors.ts'

test('each kind of failure has its exit code', () => {
  const of = (...codes: readonly Parameters<typeof exitCodeOf>[0][]) => [...new Set(codes.map(exitCodeOf))]
  expect(of('internal')).toEqual([1])
  expect(of('usage', 'not-a-folder', 'folder-empty', 'folder-of-packages', 'recipe-invalid')).toEqual([2])
  expect(of('package-not-found', 'not-installed', 'connection-not-found', 'bucket-not-found')).toEqual([3])
  expect(of('incompatible', 'not-stated')).toEqual([4])
  expect(of('meta-invalid', 'archive-damaged', 'archive-mismatch', 'file-damaged', 'object-changed')).toEqual([5])
  expect(
    of('sign-in-missing', 'sign-in-wrong', 'sign-in-expired', 'sign-in-failed', 'access-denied', 'disk-denied'),
  ).toEqual([6])
  expect(of('disk-full')).toEqual([7])
  expect(of('network-unreachable', 'network-interrupted', 'store-busy', 'certificate-refused')).toEqual([8])
  expect(of('version-published', 'already-exists', 'busy')).toEqual([9])
  expect(of('cancelled')).toEqual([130])
})
