import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { chain, ini, io, profile, startSignInHome, textOf } from '../../../testkit/sign-in-home.ts'
import { createCredentials } from './credentials.ts'

const boto = ini('Credentials', 'BOTO')
const credentials = '.aws/credentials'
const config = '.aws/config'

describe('where a sign-in is looked for', () => {
  test('a named profile comes before the environment', async () => {
    const files = { [credentials]: ini('default', 'DEFAULT') + ini('work', 'WORK') }
    const { ask } = await startSignInHome(files, { AWS_ACCESS_KEY_ID: 'ENV', AWS_SECRET_ACCESS_KEY: 's-ENV' })
    expect(await ask(profile('work'))).toEqual({ kind: 'keys', accessKeyId: 'WORK', secretAccessKey: 's-WORK' })
    expect(await ask(chain)).toEqual({ kind: 'keys', accessKeyId: 'ENV', secretAccessKey: 's-ENV' })
  })

  test('then the AWS files, then a boto file', async () => {
    const both = await startSignInHome({ [credentials]: ini('default', 'DEFAULT'), '.boto': boto })
    expect(await both.keyOf(chain)).toBe('DEFAULT')
    const files = { [credentials]: ini('default', 'DEFAULT') + ini('work', 'WORK') }
    expect(await (await startSignInHome(files, { AWS_PROFILE: 'work' })).keyOf(chain)).toBe('WORK')
    const old = await startSignInHome({ '.boto': `[Boto]\nis_secure = False\n${boto}` })
    expect(await old.ask(chain)).toEqual({ kind: 'keys', accessKeyId: 'BOTO', secretAccessKey: 's-BOTO' })
  })

  test('files that the environment names are read in place of the usual ones', async () => {
    const files = {
      [credentials]: ini('default', 'USUAL'),
      'a/keys': ini('default', 'NAMED'),
      'a/settings': ini('profile p', 'P'),
    }
    const first = await startSignInHome(files, { AWS_SHARED_CREDENTIALS_FILE: '~/a/keys' })
    expect(await first.keyOf(chain)).toBe('NAMED')
    const { home } = first
    const second = createCredentials(
      { id: 'c', name: 'C', signIn: profile('p') },
      { ...first.deps, env: { ...first.deps.env, AWS_CONFIG_FILE: path.join(home, 'a/settings') } },
    )
    expect(await second(io)).toMatchObject({ accessKeyId: 'P' })
  })

  test('of two files the credentials file counts', async () => {
    const files = {
      [credentials]: `[work]\naws_access_key_id=CREDENTIALS\n`,
      [config]: `${ini('profile work', 'CONFIG')}region = eu-west-1\n${ini('profile "two words"', 'TWO')}`,
    }
    const { ask, keyOf } = await startSignInHome(files)
    expect(await ask(profile('work'))).toMatchObject({ accessKeyId: 'CREDENTIALS', secretAccessKey: 's-CONFIG' })
    expect(await keyOf(profile('two words'))).toBe('TWO')
  })

  test('BOTO_CONFIG stands for the other boto files; profiles have sections of their own', async () => {
    const files = {
      '.boto': boto + ini('profile lab', 'LAB'),
      'other.cfg': ini('Credentials', 'OTHER'),
      'second.cfg': '[Credentials]\naws_access_key_id = SECOND\n',
    }
    const { home, keyOf, deps } = await startSignInHome(files)
    expect(await keyOf(profile('lab'))).toBe('LAB')
    expect(await keyOf(chain)).toBe('BOTO')
    const by = (env: Record<string, string>) =>
      createCredentials({ id: 'c', name: 'C', signIn: chain }, { ...deps, env: { ...deps.env, ...env } })(io)
    expect(await by({ BOTO_CONFIG: path.join(home, 'other.cfg') })).toMatchObject({ accessKeyId: 'OTHER' })
    expect(await by({ AWS_PROFILE: 'lab' })).toMatchObject({ accessKeyId: 'LAB' })
    const several = ['other.cfg', 'second.cfg'].map((name) => path.join(home, name)).join(path.delimiter)
    expect(await by({ BOTO_PATH: several })).toMatchObject({ accessKeyId: 'SECOND', secretAccessKey: 's-OTHER' })
    await expect(by({ BOTO_CONFIG: path.join(home, 'none.cfg') })).rejects.toMatchObject({ code: 'sign-in-missing' })
  })

  test('where it was found is told', async () => {
    const files = {
      [credentials]: ini('work', 'WORK'),
      [config]: '[profile p]\ncredential_process = "$HOME/give keys"\n',
      'give keys': '#!/bin/sh\necho \'{"Version": 1, "AccessKeyId": "P", "SecretAccessKey": "s"}\'\n',
      '.boto': boto + ini('profile lab', 'LAB'),
    }
    const { sourceOf } = await startSignInHome(files)
    expect(await sourceOf(profile('work'))).toEqual({ by: 'profile', profile: 'work' })
    expect(await sourceOf(profile('p'))).toEqual({ by: 'credential-process', profile: 'p' })
    expect(await sourceOf(profile('lab'))).toEqual({ by: 'boto-file', profile: 'lab' })
    expect(await sourceOf(chain)).toEqual({ by: 'boto-file' })
    expect(await sourceOf({ kind: 'anonymous' })).toBeUndefined()
    const env = await startSignInHome(files, { AWS_ACCESS_KEY_ID: 'ENV', AWS_SECRET_ACCESS_KEY: 's-ENV' })
    expect(await env.sourceOf(chain)).toEqual({ by: 'environment' })
  })

  test('temporary keys keep their token', async () => {
    const { ask } = await startSignInHome(
      {},
      { AWS_ACCESS_KEY_ID: 'ENV', AWS_SECRET_ACCESS_KEY: 's', AWS_SESSION_TOKEN: 'token' },
    )
    expect(await ask(chain)).toMatchObject({ sessionToken: 'token' })
    const files = await startSignInHome({ [credentials]: `${ini('default', 'D')}aws_session_token = file-token\n` })
    expect(await files.ask(chain)).toMatchObject({ sessionToken: 'file-token' })
  })

  test('nothing found is a missing sign-in, never a stranger', async () => {
    const { ask } = await startSignInHome({ '.boto': '[Credentials]\naws_access_key_id = ONLY\n' })
    await expect(ask(chain)).rejects.toMatchObject({ code: 'sign-in-missing', details: { connection: 'C' } })
    expect(await ask({ kind: 'anonymous' })).toEqual({ kind: 'anonymous' })
    await expect(ask({ kind: 'keys', accessKeyId: 'A' })).rejects.toMatchObject({ code: 'secret-unavailable' })
  })
})

describe('what is wrong with the files is said', () => {
  test('a profile that is not there: its name and where it was looked for', async () => {
    const { ask, home } = await startSignInHome({ [credentials]: ini('default', 'D') })
    const text = await textOf(ask(profile('wrok')))
    expect(text).toContain('“wrok” is not there')
    expect(text).toContain(path.join(home, credentials))
    expect(text).toContain(path.join(home, config))
  })

  test('a broken file: the line, never its content', async () => {
    const files = { [credentials]: '[default\naws_access_key_id = HIDDEN\nmy-secret-line\n' }
    const { ask, home } = await startSignInHome(files, { AWS_PROFILE: 'default' })
    const text = await textOf(ask(chain))
    expect(text).toContain(`Line 1 of ${path.join(home, credentials)} can’t be understood`)
    expect(text).not.toMatch(/HIDDEN|my-secret/)
    const binary = await startSignInHome({ [credentials]: '\u0000\u0001\ufffd[[[=\n'.repeat(100) })
    await expect(binary.ask(profile('x'))).rejects.toMatchObject({ code: 'sign-in-missing' })
  })

  test('half a pair of keys, and a profile without any', async () => {
    const { ask } = await startSignInHome({
      [credentials]: '[half]\naws_access_key_id = A\n',
      [config]: '[profile empty]\nregion = x\n',
    })
    expect(await textOf(ask(profile('half')))).toContain('has no aws_secret_access_key')
    expect(await textOf(ask(profile('empty')))).toContain('“empty” has no sign-in')
  })

  test('a file that is a folder', async () => {
    const { ask } = await startSignInHome({ '.aws/credentials/x': '' })
    expect(await textOf(ask(chain))).toContain('can’t be read')
  })
})

describe('credential_process', () => {
  const printing = (json: unknown) =>
    `#!/bin/sh\necho >> "$HOME/calls"\ncat <<'END'\n${typeof json === 'string' ? json : JSON.stringify(json)}\nEND\n`
  const good = { Version: 1, AccessKeyId: 'PROCESS', SecretAccessKey: 'very-secret', SessionToken: 't' }
  const withProcess = (script: string) =>
    startSignInHome({ 'give keys': script, [config]: '[profile p]\ncredential_process = "$HOME/give keys" --for p\n' })

  test('gives keys, once for all who ask, until shortly before they expire', async () => {
    const expiration = new Date(Date.now() + 3_600_000)
    const { home, deps } = await withProcess(printing({ ...good, Expiration: expiration.toISOString() }))
    const provider = createCredentials({ id: 'c', name: 'C', signIn: profile('p') }, deps)
    const answers = await Promise.all([provider(io), provider(io), provider(io)])
    expect(answers[2]).toEqual({
      kind: 'keys',
      accessKeyId: 'PROCESS',
      secretAccessKey: 'very-secret',
      sessionToken: 't',
      expiresAtMs: expiration.getTime(),
    })
    await provider(io)
    expect(await readFile(path.join(home, 'calls'), 'utf8')).toBe('\n')
    await provider({ ...io, renew: true })
    expect(await readFile(path.join(home, 'calls'), 'utf8')).toBe('\n\n')
  })

  test.each([
    ['fails', '#!/bin/sh\necho very-secret >&2\necho very-secret\nexit 3\n', 'ended with code 3'],
    ['is not there', '', 'ended with code 12'],
    ['prints no JSON', printing('very-secret'), 'not JSON'],
    ['prints other JSON', printing({ Version: 2, Secret: 'very-secret' }), 'lacks a usable Version, AccessKeyId'],
    ['prints a list', printing(['very-secret']), 'not JSON'],
    ['prints what has expired', printing({ ...good, Expiration: '2020-01-01T00:00:00Z' }), 'expired already'],
    ['prints no time', printing({ ...good, Expiration: 'very-secret' }), 'not a time'],
    ['never ends printing', '#!/bin/sh\nyes very-secret\n', 'far more than credentials'],
    ['hangs', '#!/bin/sh\necho very-secret\nsleep 60\n', 'no answer within 1.5 s'],
  ])('that %s', async (_, script, expected) => {
    const { ask } = await withProcess(script)
    const started = performance.now()
    const text = await textOf(ask(profile('p')))
    expect(text).toContain('The credential_process of the profile “p”')
    expect(text).toContain(expected)
    expect(text).not.toMatch(/very-secret|give keys/)
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  test('ends when nobody waits for it any more', async () => {
    const { deps, home } = await withProcess('#!/bin/sh\necho $$ > "$HOME/pid"\nsleep 60\n')
    const stop = new AbortController()
    const provider = createCredentials(
      { id: 'c', name: 'C', signIn: profile('p') },
      { ...deps, processTimeoutMs: 60_000 },
    )
    const asked = provider({ signal: stop.signal })
    const pid = await vi.waitFor(async () => {
      const text = await readFile(path.join(home, 'pid'), 'utf8')
      expect(text).toMatch(/\d\n/)
      return Number(text)
    }, 5_000)
    stop.abort()
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' })
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(), 5_000)
  })
})
