import { expect, it } from 'vitest'
import { installLink } from './install-link.ts'

const digits = {
  name: 'digits',
  title: 'Digits',
  description: '',
  tags: [],
  versions: [{ version: '1.0.0+a b', diskBytes: 1, prerelease: false }],
}
const base = { id: 'team', name: 'Team', isDefault: true, origin: 'person' as const }

it('names package, version and store, and no secret', () => {
  const location = {
    kind: 's3' as const,
    bucket: 'team-models',
    root: 'a/',
    endpoint: 'https://store.example.com:9000',
    signIn: { kind: 'keys' as const, accessKeyId: 'AKIAEXAMPLE' },
  }
  expect(installLink({ ...base, location }, digits)).toBe(
    'orbital://install?name=digits&version=1.0.0%2Ba%20b&bucket=team-models&endpoint=https%3A%2F%2Fstore.example.com%3A9000&root=a%2F',
  )
})

it('has none for a folder of this computer', () => {
  expect(installLink({ ...base, location: { kind: 'folder', path: '/x', root: '' } }, digits)).toBeUndefined()
})
