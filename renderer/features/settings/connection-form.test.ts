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
  it('asks for no secret again when a connection is edited', () => {
    expect(problemsOfForm({ ...filled, kind: 'keys', secretAccessKey: '' }, { editing: true })).toEqual({})
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
