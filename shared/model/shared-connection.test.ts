import { expect, test } from 'vitest'
import type { Location } from './connection.ts'
import { formatSharedConnection, parseSharedConnection } from './shared-connection.ts'

const at: Location = {
  kind: 's3',
  bucket: 'research-models',
  root: 'team/',
  endpoint: 'https://store.example.org',
  certificateFile: '/home/ana/ca.pem',
  signIn: { kind: 'keys', accessKeyId: 'AKIAEXAMPLE' },
}

test('a connection for a colleague has no key and no file of this computer in it', () => {
  const text = formatSharedConnection({ name: 'Research models', location: at })
  expect(text).not.toMatch(/AKIA|ca\.pem/)
  expect(parseSharedConnection(text)).toEqual({
    orbital: 'connection',
    format: 1,
    name: 'Research models',
    location: {
      kind: 's3',
      bucket: 'research-models',
      root: 'team/',
      endpoint: 'https://store.example.org',
      signIn: { kind: 'keys' },
    },
  })
})

test.each([
  { kind: 's3', bucket: 'b', root: '', signIn: { kind: 'chain', profile: 'research' } },
  { kind: 's3', bucket: 'b', root: '', region: 'eu-1', addressing: 'path', signIn: { kind: 'anonymous' } },
  { kind: 'folder', path: '/mnt/models', root: '' },
] as const satisfies readonly Location[])('$kind stays as it is', (location) => {
  expect(parseSharedConnection(formatSharedConnection({ name: 'x', location }))?.location).toEqual(location)
})

test.each([
  ['no JSON', 'bucket=b'],
  ['another document', '{"format":1}'],
  [
    'a later format',
    '{"orbital":"connection","format":2,"name":"x","location":{"kind":"folder","path":"/m","root":""}}',
  ],
  [
    'a key',
    '{"orbital":"connection","format":1,"name":"x","location":{"kind":"s3","bucket":"b","root":"","signIn":{"kind":"keys","accessKeyId":"A"}}}',
  ],
  [
    'a password in the address',
    '{"orbital":"connection","format":1,"name":"x","location":{"kind":"s3","bucket":"b","root":"","endpoint":"https://u:p@s","signIn":{"kind":"anonymous"}}}',
  ],
  ['too much', `{"x":"${'9'.repeat(20_000)}"}`],
])('%s is none', (_, text) => {
  expect(parseSharedConnection(text)).toBeUndefined()
})
