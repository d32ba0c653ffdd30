import { describe, expect, it } from 'vitest'
import type { Connection } from '../../../shared/model/connection.ts'
import { type ConnectionForm, emptyForm, formOf, problemsOfForm, toNewConnection } from './connection-form.ts'

const filled: ConnectionForm = {
  ...emptyForm,
  name: ' Research ',
  bucket: 'research',
  root: '/models',
  region: 'eu-central-1',
  endpoint: 'https://store.example:9000',
  profile: 'team',
  accessKeyId: 'AKIA',
  secretAccessKey: 'shh',
  path: '/mnt/models',
}

describe('toNewConnection', () => {
  it('takes from the form only what the kind has use for', () => {
    expect(toNewConnection({ ...filled, kind: 'profile' })).toEqual({
      name: 'Research',
      location: {
        kind: 's3',
        bucket: 'research',
        root: 'models/',
        region: 'eu-central-1',
        signIn: { kind: 'chain', profile: 'team' },
      },
    })
    expect(toNewConnection({ ...filled, kind: 'public' }).location).toMatchObject({ signIn: { kind: 'anonymous' } })
    expect(toNewConnection({ ...filled, kind: 'folder' })).toEqual({
      name: 'Research',
      location: { kind: 'folder', path: '/mnt/models', root: '' },
    })
  })
  it('sends a secret with keys alone', () => {
    expect(toNewConnection({ ...filled, kind: 'keys' })).toMatchObject({
      secretAccessKey: 'shh',
      location: { signIn: { kind: 'keys', accessKeyId: 'AKIA' } },
    })
    expect(toNewConnection({ ...filled, kind: 'compatible' })).toMatchObject({
      secretAccessKey: 'shh',
      location: { endpoint: 'https://store.example:9000' },
    })
    expect(toNewConnection({ ...filled, kind: 'compatible', signIn: 'anonymous' })).not.toHaveProperty(
      'secretAccessKey',
    )
    expect(toNewConnection({ ...filled, kind: 'profile' })).not.toHaveProperty('secretAccessKey')
  })
})

describe('problemsOfForm', () => {
  it('finds none in a full form of any kind', () => {
    for (const kind of ['profile', 'keys', 'public', 'compatible', 'folder'] as const) {
      expect(problemsOfForm({ ...filled, kind })).toEqual({})
    }
  })
  it('names what is missing', () => {
    expect(problemsOfForm({ ...emptyForm, kind: 'compatible' })).toEqual({
      name: 'name-missing',
      bucket: 'bucket-missing',
      endpoint: 'endpoint-missing',
      accessKeyId: 'key-missing',
      secretAccessKey: 'secret-missing',
    })
    expect(problemsOfForm({ ...filled, kind: 'compatible', endpoint: 'store.example:9000' }).endpoint).toBe(
      'endpoint-not-an-address',
    )
    expect(problemsOfForm({ ...filled, kind: 'folder', path: 'models' }).path).toBe('path-not-absolute')
  })
  describe('of a connection that is edited', () => {
    const stored = (form: ConnectionForm) =>
      ({ id: 'r', isDefault: false, origin: 'person', ...toNewConnection(form) }) as Connection
    const edited = stored({ ...filled, kind: 'compatible' })
    const form: ConnectionForm = { ...formOf(edited), secretAccessKey: '' }

    it('asks for no secret again while it goes to the same address under the same key', () => {
      expect(problemsOfForm({ ...form, name: 'Other', bucket: 'other' }, { edited })).toEqual({})
    })
    it('asks for the secret of another address or key', () => {
      const asked = { secretAccessKey: 'secret-of-another' }
      expect(problemsOfForm({ ...form, endpoint: 'https://other.example' }, { edited })).toEqual(asked)
      expect(problemsOfForm({ ...form, accessKeyId: 'AKIB' }, { edited })).toEqual(asked)
      expect(problemsOfForm({ ...form, accessKeyId: 'AKIB', secretAccessKey: 'shh' }, { edited })).toEqual({})
    })
    it('asks for a secret where none is kept', () => {
      const without = stored({ ...filled, kind: 'compatible', signIn: 'anonymous' })
      expect(problemsOfForm({ ...form, signIn: 'keys' }, { edited: without })).toEqual({
        secretAccessKey: 'secret-missing',
      })
    })
  })
})

describe('formOf', () => {
  it('gives back what was sent, but for the secret', () => {
    for (const kind of ['profile', 'keys', 'public', 'compatible', 'folder'] as const) {
      const sent = toNewConnection({ ...filled, kind })
      const stored = { id: 'r', isDefault: false, origin: 'person', ...sent } as Connection
      const { secretAccessKey: _secret, ...rest } = sent
      expect(toNewConnection(formOf(stored))).toEqual(rest)
    }
  })
})
