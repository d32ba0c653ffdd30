import { describe, expect, it } from 'vitest'
import type { Connection } from '../../shared/model/connection.ts'
import { installCommandOf, shareLinkOf } from './share-link.ts'

const ref = { name: 'fraud_scorer', version: '4.4.0+b 1' }
const ofStore: Connection = {
  id: 'research',
  name: 'Research',
  isDefault: true,
  origin: 'person',
  location: {
    kind: 's3',
    bucket: 'models',
    root: 'a b/',
    endpoint: 'https://s.example:9000',
    signIn: { kind: 'keys', accessKeyId: 'AKIA' },
  },
}

describe('shareLinkOf', () => {
  it('names package and store, percent-encoded, and no key', () => {
    expect(shareLinkOf(ofStore, ref)).toBe(
      'orbital://install?name=fraud_scorer&version=4.4.0%2Bb%201&bucket=models&endpoint=https%3A%2F%2Fs.example%3A9000&root=a%20b%2F',
    )
  })
  it('is not given for a folder', () => {
    expect(shareLinkOf({ ...ofStore, location: { kind: 'folder', path: '/mnt', root: '' } }, ref)).toBeUndefined()
  })
})

describe('installCommandOf', () => {
  it('is what one types', () => {
    expect(installCommandOf(ofStore, { name: 'a', version: '1.0.0' })).toBe('orbital install a==1.0.0 --from research')
  })
})
