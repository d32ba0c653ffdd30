import { createHash } from 'node:crypto'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { isAppError } from '../../../shared/errors.ts'
import type { SignIn } from '../../../shared/model/connection.ts'
import { errorTextOf } from '../../../shared/text/errors.ts'
import { startSignInServices } from '../../../testkit/sign-in-services.ts'
import { createTempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { createSystemClock } from '../system-clock.ts'
import { createCredentials } from './credentials.ts'

const io = { signal: AbortSignal.timeout(60_000) }
const chain: SignIn = { kind: 'chain' }
const profile = (name: string): SignIn => ({ kind: 'chain', profile: name })

/** A home with these files, and nothing else of this machine. */
async function start(files: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  const folder = await createTempFolder()
  onTestFinished(folder.remove)
  const home = folder.path
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(home, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, text.replaceAll('$HOME', home))
    if (text.startsWith('#!')) await chmod(file, 0o755)
  }
  // Where the SDK looks by itself.
  vi.stubEnv('HOME', home)
  onTestFinished(() => void vi.unstubAllEnvs())
  const deps = {
    disk: createNodeDisk(),
    clock: createSystemClock(),
    network: { trustFiles: [], proxies: {} },
    secrets: { get: async () => undefined },
    env: { HOME: home, PATH: process.env.PATH ?? '', AWS_EC2_METADATA_DISABLED: 'true', ...env },
    processTimeoutMs: 1_500,
  }
  const ask = (signIn: SignIn) => createCredentials({ id: 'c', name: 'C', signIn }, deps)(io)
  return {
    home,
    deps,
    ask,
    keyOf: async (signIn: SignIn) => ((await ask(signIn)) as { accessKeyId?: string }).accessKeyId,
  }
}

const ini = (section: string, id: string) =>
  `[${section}]\naws_access_key_id = ${id}\naws_secret_access_key = s-${id}\n`
const boto = ini('Credentials', 'BOTO')
const credentials = '.aws/credentials'
const config = '.aws/config'

describe('where a sign-in is looked for', () => {
  test('a named profile comes before the environment', async () => {
    const files = { [credentials]: ini('default', 'DEFAULT') + ini('work', 'WORK') }
    const { ask } = await start(files, { AWS_ACCESS_KEY_ID: 'ENV', AWS_SECRET_ACCESS_KEY: 's-ENV' })
    expect(await ask(profile('work'))).toEqual({ kind: 'keys', accessKeyId: 'WORK', secretAccessKey: 's-WORK' })
    expect(await ask(chain)).toEqual({ kind: 'keys', accessKeyId: 'ENV', secretAccessKey: 's-ENV' })
  })

  test('then the AWS files, then a boto file', async () => {
    const both = await start({ [credentials]: ini('default', 'DEFAULT'), '.boto': boto })
    expect(await both.keyOf(chain)).toBe('DEFAULT')
    const files = { [credentials]: ini('default', 'DEFAULT') + ini('work', 'WORK') }
    expect(await (await start(files, { AWS_PROFILE: 'work' })).keyOf(chain)).toBe('WORK')
    const old = await start({ '.boto': `[Boto]\nis_secure = False\n${boto}` })
    expect(await old.ask(chain)).toEqual({ kind: 'keys', accessKeyId: 'BOTO', secretAccessKey: 's-BOTO' })
  })

  test('files that the environment names are read in place of the usual ones', async () => {
    const files = {
      [credentials]: ini('default', 'USUAL'),
      'a/keys': ini('default', 'NAMED'),
      'a/settings': ini('profile p', 'P'),
    }
    const first = await start(files, { AWS_SHARED_CREDENTIALS_FILE: '~/a/keys' })
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
    const { ask, keyOf } = await start(files)
    expect(await ask(profile('work'))).toMatchObject({ accessKeyId: 'CREDENTIALS', secretAccessKey: 's-CONFIG' })
    expect(await keyOf(profile('two words'))).toBe('TWO')
  })

  test('BOTO_CONFIG stands for the other boto files; profiles have sections of their own', async () => {
    const files = {
      '.boto': boto + ini('profile lab', 'LAB'),
      'other.cfg': ini('Credentials', 'OTHER'),
      'second.cfg': '[Credentials]\naws_access_key_id = SECOND\n',
    }
    const { home, keyOf, deps } = await start(files)
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

  test('temporary keys keep their token', async () => {
    const { ask } = await start(
      {},
      { AWS_ACCESS_KEY_ID: 'ENV', AWS_SECRET_ACCESS_KEY: 's', AWS_SESSION_TOKEN: 'token' },
    )
    expect(await ask(chain)).toMatchObject({ sessionToken: 'token' })
    const files = await start({ [credentials]: `${ini('default', 'D')}aws_session_token = file-token\n` })
    expect(await files.ask(chain)).toMatchObject({ sessionToken: 'file-token' })
  })

  test('nothing found is a missing sign-in, never a stranger', async () => {
    const { ask } = await start({ '.boto': '[Credentials]\naws_access_key_id = ONLY\n' })
    await expect(ask(chain)).rejects.toMatchObject({ code: 'sign-in-missing', details: { connection: 'C' } })
    expect(await ask({ kind: 'anonymous' })).toEqual({ kind: 'anonymous' })
    await expect(ask({ kind: 'keys', accessKeyId: 'A' })).rejects.toMatchObject({ code: 'secret-unavailable' })
  })
})

/** What a person reads. */
async function textOf(asked: Promise<unknown>): Promise<string> {
  const error = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!isAppError(error)) throw new Error('no AppError')
  return JSON.stringify([errorTextOf(error), error.message])
}

describe('what is wrong with the files is said', () => {
  test('a profile that is not there: its name and where it was looked for', async () => {
    const { ask, home } = await start({ [credentials]: ini('default', 'D') })
    const text = await textOf(ask(profile('wrok')))
    expect(text).toContain('“wrok” is not there')
    expect(text).toContain(path.join(home, credentials))
    expect(text).toContain(path.join(home, config))
  })

  test('a broken file: the line, never its content', async () => {
    const files = { [credentials]: '[default\naws_access_key_id = HIDDEN\nmy-secret-line\n' }
    const { ask, home } = await start(files, { AWS_PROFILE: 'default' })
    const text = await textOf(ask(chain))
    expect(text).toContain(`Line 1 of ${path.join(home, credentials)} can’t be understood`)
    expect(text).not.toMatch(/HIDDEN|my-secret/)
    const binary = await start({ [credentials]: '\u0000\u0001\ufffd[[[=\n'.repeat(100) })
    await expect(binary.ask(profile('x'))).rejects.toMatchObject({ code: 'sign-in-missing' })
  })

  test('half a pair of keys, and a profile without any', async () => {
    const { ask } = await start({
      [credentials]: '[half]\naws_access_key_id = A\n',
      [config]: '[profile empty]\nregion = x\n',
    })
    expect(await textOf(ask(profile('half')))).toContain('has no aws_secret_access_key')
    expect(await textOf(ask(profile('empty')))).toContain('“empty” has no sign-in')
  })

  test('a file that is a folder', async () => {
    const { ask } = await start({ '.aws/credentials/x': '' })
    expect(await textOf(ask(chain))).toContain('can’t be read')
  })
})

describe('credential_process', () => {
  const printing = (json: unknown) =>
    `#!/bin/sh\necho >> "$HOME/calls"\ncat <<'END'\n${typeof json === 'string' ? json : JSON.stringify(json)}\nEND\n`
  const good = { Version: 1, AccessKeyId: 'PROCESS', SecretAccessKey: 'very-secret', SessionToken: 't' }
  const withProcess = (script: string) =>
    start({ 'give keys': script, [config]: '[profile p]\ncredential_process = "$HOME/give keys" --for p\n' })

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

describe('services', () => {
  async function serve() {
    const services = await startSignInServices()
    onTestFinished(services.stop)
    vi.stubEnv('AWS_ENDPOINT_URL_STS', services.url)
    vi.stubEnv('AWS_ENDPOINT_URL_SSO', services.url)
    vi.stubEnv('AWS_EC2_METADATA_SERVICE_ENDPOINT', services.url)
    return services
  }

  test('a role by another profile, and that one’s role before it', async () => {
    const services = await serve()
    const { ask, keyOf } = await start({
      [credentials]: ini('base', 'BASE'),
      [config]:
        '[profile first]\nrole_arn = arn:aws:iam::1:role/FIRST\nsource_profile = base\n' +
        '[profile second]\nrole_arn = arn:aws:iam::1:role/SECOND\nsource_profile = first\nexternal_id = X\nregion = eu-west-1\n',
    })
    expect(await ask(profile('second'))).toMatchObject({
      accessKeyId: 'SECOND-X',
      secretAccessKey: 's-SECOND-X',
      sessionToken: 'token',
      expiresAtMs: expect.any(Number),
    })
    expect(services.signedWith).toEqual(['BASE', 'FIRST'])
    expect(await keyOf(profile('first'))).toBe('FIRST')
  })

  test('a role by a credential_process, by the environment, by the container', async () => {
    const services = await serve()
    const role = (name: string, source: string) =>
      `[profile ${name}]\nrole_arn = arn:aws:iam::1:role/${name}\n${source}\n`
    const { keyOf } = await start(
      {
        keys: '#!/bin/sh\necho \'{"Version":1,"AccessKeyId":"PROCESS","SecretAccessKey":"s"}\'\n',
        [config]:
          '[profile process]\ncredential_process = $HOME/keys\n' +
          role('a', 'source_profile = process') +
          role('b', 'credential_source = Environment') +
          role('c', 'credential_source = EcsContainer'),
      },
      {
        AWS_ACCESS_KEY_ID: 'ENV',
        AWS_SECRET_ACCESS_KEY: 's',
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${services.url}/container`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: 'container-token',
      },
    )
    expect([await keyOf(profile('a')), await keyOf(profile('b')), await keyOf(profile('c'))]).toEqual(['a', 'b', 'c'])
    expect(services.signedWith).toEqual(['PROCESS', 'ENV', 'CONTAINER'])
  })

  test('a role that goes in circles, has no source, or wants a code', async () => {
    await serve()
    const { ask, keyOf } = await start({
      [credentials]: ini('own', 'OWN'),
      [config]:
        '[profile a]\nrole_arn = r/A\nsource_profile = b\n[profile b]\nrole_arn = r/B\nsource_profile = a\n' +
        '[profile none]\nrole_arn = r/N\n[profile gone]\nrole_arn = r/G\nsource_profile = nobody\n' +
        '[profile mfa]\nrole_arn = r/M\nsource_profile = own\nmfa_serial = arn:aws:iam::1:mfa/x\n' +
        '[profile own]\nrole_arn = r/OWNED\nsource_profile = own\n',
    })
    expect(await textOf(ask(profile('a')))).toContain('its own source: a, b, a')
    expect(await textOf(ask(profile('none')))).toContain('source_profile')
    expect(await textOf(ask(profile('gone')))).toContain('“nobody”')
    expect(await textOf(ask(profile('mfa')))).toContain('one-time code')
    expect(await keyOf(profile('own'))).toBe('OWNED')
  })

  test('a role by a token in a file, of a profile or of the environment', async () => {
    const services = await serve()
    const files = {
      token: 'TOKEN\n',
      [config]: '[profile web]\nrole_arn = r/WEB\nweb_identity_token_file = $HOME/token\n',
    }
    const { keyOf, home } = await start(files)
    expect(await keyOf(profile('web'))).toBe('WEB-TOKEN')
    const pod = await start({}, { AWS_WEB_IDENTITY_TOKEN_FILE: path.join(home, 'token'), AWS_ROLE_ARN: 'r/POD' })
    expect(await pod.keyOf(chain)).toBe('POD-TOKEN')
    expect(services.signedWith).toEqual(['', ''])
    const missing = await start({}, { AWS_WEB_IDENTITY_TOKEN_FILE: '/nowhere/token', AWS_ROLE_ARN: 'r/POD' })
    await expect(missing.ask(chain)).rejects.toMatchObject({
      code: 'file-unreadable',
      details: { path: '/nowhere/token' },
    })
  })

  test('a service that refuses, is busy or can’t be reached', async () => {
    const services = await serve()
    const files = {
      [credentials]: ini('base', 'BASE'),
      [config]: '[profile r]\nrole_arn = r/R\nsource_profile = base\n',
    }
    const { ask } = await start(files)
    services.failWith(403)
    const text = await textOf(ask(profile('r')))
    expect(text).toContain('The role of the profile “r” gave no sign-in for C: 127.0.0.1 does not allow it')
    expect(text).not.toContain('the-secret-of-the-service')
    services.failWith(503)
    await expect(ask(profile('r'))).rejects.toMatchObject({ code: 'store-busy' })
    services.stop()
    await expect(ask(profile('r'))).rejects.toMatchObject({ code: 'network-unreachable' })
  })

  const sso =
    '[profile s]\nsso_session = corp\nsso_account_id = 12\nsso_role_name = Reader\n[sso-session corp]\nsso_start_url = https://corp.example\nsso_region = eu-west-1\n' +
    '[profile legacy]\nsso_start_url = https://corp.example\nsso_region = eu-west-1\nsso_account_id = 34\nsso_role_name = Writer\n'
  const tokenFile = (key: string) => `.aws/sso/cache/${createHash('sha1').update(key).digest('hex')}.json`
  const token = (accessToken: string, lifeMs: number) =>
    JSON.stringify({
      accessToken,
      expiresAt: new Date(Date.now() + lifeMs).toISOString(),
      region: 'eu-west-1',
      startUrl: 'https://corp.example',
    })

  test('single sign-on, by the token that was left', async () => {
    await serve()
    const { keyOf } = await start({
      [config]: sso,
      [tokenFile('corp')]: token('good', 3_600_000),
      [tokenFile('https://corp.example')]: token('good', 3_600_000),
    })
    expect(await keyOf(profile('s'))).toBe('SSO-12-Reader')
    expect(await keyOf(profile('legacy'))).toBe('SSO-34-Writer')
  })

  test('single sign-on that was never done, is over, or was ended elsewhere: the command to run', async () => {
    await serve()
    const never = await start({ [config]: sso })
    const missing = { code: 'sign-in-missing', details: { command: 'aws sso login --profile s' } }
    await expect(never.ask(profile('s'))).rejects.toMatchObject(missing)
    const expired = { code: 'sign-in-expired', details: { connection: 'C', command: 'aws sso login --profile s' } }
    for (const left of [token('good', -1_000), token('ended', 3_600_000), 'no JSON']) {
      const over = await start({ [config]: sso, [tokenFile('corp')]: left })
      await expect(over.ask(profile('s'))).rejects.toMatchObject(expired)
      expect(await textOf(over.ask(profile('s')))).toContain('Sign in again with “aws sso login --profile s”')
    }
    const lacking = await start({ [config]: '[profile s]\nsso_session = corp\n' })
    expect(await textOf(lacking.ask(profile('s')))).toContain('lacks sso_start_url')
  })

  test('a container’s role, and a service that gives none', async () => {
    const services = await serve()
    const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${services.url}/container` }
    const { ask, home } = await start(
      { token: 'container-token' },
      { ...env, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'container-token' },
    )
    expect(await ask(chain)).toMatchObject({
      accessKeyId: 'CONTAINER',
      sessionToken: 'token',
      expiresAtMs: expect.any(Number),
    })
    const byFile = await start({}, { ...env, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: path.join(home, 'token') })
    expect(await byFile.keyOf(chain)).toBe('CONTAINER')
    const stranger = await start({}, env)
    const failed = { code: 'sign-in-failed', details: { source: 'The role of this container' } }
    await expect(stranger.ask(chain)).rejects.toMatchObject(failed)
    const elsewhere = await start({}, { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://store.example/x' })
    await expect(elsewhere.ask(chain)).rejects.toMatchObject(failed)
  })

  test('a machine’s role; on a computer that is none it is known in seconds', async () => {
    const services = await serve()
    const env = { AWS_EC2_METADATA_DISABLED: '' }
    const { ask } = await start({}, env)
    expect(await ask(chain)).toMatchObject({ accessKeyId: 'MACHINE', sessionToken: 'token' })
    services.beSilent(true)
    const started = performance.now()
    await expect((await start({}, env)).ask(chain)).rejects.toMatchObject({ code: 'sign-in-missing' })
    expect(performance.now() - started).toBeLessThan(7_000)
    const none = await start({ [config]: '[profile m]\nrole_arn = r/M\ncredential_source = Ec2InstanceMetadata\n' })
    expect(await textOf(none.ask(profile('m')))).toContain('This machine has no role')
  })
})
