import { expect, test } from 'vitest'
import type { Location } from '../../shared/model/connection.ts'
import { otherStoresOf } from './connections.ts'

const bucket = (more: Partial<Extract<Location, { kind: 's3' }>> = {}): Location => ({
  kind: 's3',
  bucket: 'team',
  root: '',
  endpoint: 'https://store.example:9000',
  signIn: { kind: 'chain' },
  ...more,
})
const folder = (path: string, root = ''): Location => ({ kind: 'folder', path, root })
const others = (...locations: readonly Location[]) =>
  [
    ...otherStoresOf(
      locations.map((location, at) => ({ id: `c${at}`, location })),
      'c0',
    ),
  ].join(' ')

test('another sign-in, region or way of addressing leads to the same store', () => {
  const same = bucket({ signIn: { kind: 'keys', accessKeyId: 'A' }, region: 'eu-west-1', addressing: 'path' })
  expect(others(bucket(), same, bucket({ endpoint: 'HTTPS://Store.example:9000/' }))).toBe('')
  expect(others(bucket({ root: 'models/' }), bucket({ root: 'models' }))).toBe('')
  expect(others(folder('/share'), folder('/share/'))).toBe('')
})

test('another bucket, address, prefix or folder is another store', () => {
  expect(
    others(
      bucket(),
      bucket({ bucket: 'other' }),
      bucket({ endpoint: undefined }),
      bucket({ endpoint: 'https://store.example:9001' }),
      bucket({ root: 'a/' }),
      folder('/team'),
    ),
  ).toBe('c1 c2 c3 c4 c5')
  expect(others(folder('/share'), folder('/share2'), folder('/share', 'a/'))).toBe('c1 c2')
})

test('where no connection is in view, all are others', () => {
  expect([...otherStoresOf([{ id: 'a', location: bucket() }], undefined)]).toEqual(['a'])
})
