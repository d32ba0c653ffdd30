import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Connection } from './connection.ts'
import { formatPackageLink, leadsTo, parsePackageLink } from './package-link.ts'

const ref = { name: 'speech_intent', version: '2.1.0+b' }
const location = {
  kind: 's3',
  bucket: 'research-models',
  endpoint: 'https://store.example.org:9000',
  region: 'eu-1',
  root: 'team a/',
  signIn: { kind: 'anonymous' },
} as const

describe('a link to a version', () => {
  test('is read as it was made', () => {
    const link = formatPackageLink(ref, location) ?? ''
    expect(link).toBe(
      'orbital://install?name=speech_intent&version=2.1.0%2Bb&bucket=research-models&endpoint=https%3A%2F%2Fstore.example.org%3A9000&region=eu-1&root=team%20a%2F',
    )
    const { bucket, endpoint, region, root } = location
    expect(parsePackageLink(link)).toEqual({ ...ref, store: { bucket, endpoint, region, root } })
    const amazon = formatPackageLink(ref, { kind: 's3', bucket: 'b', root: '', signIn: { kind: 'chain' } }) ?? ''
    expect(parsePackageLink(amazon)).toEqual({ ...ref, store: { bucket: 'b', root: '' } })
    expect(formatPackageLink(ref, { kind: 'folder', path: '/models', root: '' })).toBeUndefined()
  })

  test('is read whatever its texts are', () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter((value) => value.length <= 40 && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value))
    fc.assert(
      fc.property(text, text, text, (name, version, bucket) => {
        const link = formatPackageLink({ name, version }, { kind: 's3', bucket, root: '', signIn: { kind: 'chain' } })
        expect(parsePackageLink(link ?? '')).toEqual({ name, version, store: { bucket, root: '' } })
      }),
    )
  })

  test.each([
    'https://install?name=a&bucket=b',
    'orbital://remove?name=a&bucket=b',
    'orbital://install/extra?name=a&bucket=b',
    'orbital://user@install?name=a&bucket=b',
    'orbital://install?name=a',
    'orbital://install?bucket=b',
    'orbital://install?name=a&name=c&bucket=b',
    'orbital://install?name=a&bucket=b&root=no-slash',
    'orbital://install?name=a&bucket=b&endpoint=file%3A%2F%2F%2Fetc',
    'orbital://install?name=a&bucket=b&endpoint=https%3A%2F%2Fuser%3Apassword%40store',
    'orbital://install?name=a%0Ab&bucket=b',
    'orbital://install?name=a%E2%80%AEb&bucket=b',
    `orbital://install?name=a&bucket=b&version=${'9'.repeat(65)}`,
    `orbital://install?name=a&bucket=b&x=${'9'.repeat(5000)}`,
    'orbital:install',
    '',
  ])('is none: %s', (text) => {
    expect(parsePackageLink(text)).toBeUndefined()
  })

  test('belongs to the connection that leads to the same store', () => {
    const link = parsePackageLink(formatPackageLink(ref, location) ?? '')
    if (link === undefined) throw new Error('no link')
    const at = (other: Partial<typeof location> | { readonly endpoint?: string }) =>
      leadsTo({ location: { ...location, ...other } } as Connection, link)
    expect(at({})).toBe(true)
    expect(at({ endpoint: 'https://STORE.example.org:9000/' })).toBe(true)
    expect(at({ endpoint: 'https://other.example.org' })).toBe(false)
    expect(at({ bucket: 'other' as never })).toBe(false)
    expect(at({ root: '' as never })).toBe(false)
    expect(leadsTo({ location: { kind: 'folder', path: '/', root: '' } } as Connection, link)).toBe(false)
  })
})
