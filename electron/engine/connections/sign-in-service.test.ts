import { createHash } from 'node:crypto'
import path from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { chain, ini, profile, startSignInHome, textOf } from '../../../testkit/sign-in-home.ts'
import { startSignInServices } from '../../../testkit/sign-in-services.ts'

const credentials = '.aws/credentials'
const config = '.aws/config'

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
  const { ask, keyOf, sourceOf } = await startSignInHome({
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
  expect(await sourceOf(profile('second'))).toEqual({ by: 'role', profile: 'second' })
})

test('a role by a credential_process, by the environment, by the container', async () => {
  const services = await serve()
  const role = (name: string, source: string) =>
    `[profile ${name}]\nrole_arn = arn:aws:iam::1:role/${name}\n${source}\n`
  const { keyOf } = await startSignInHome(
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
  const { ask, keyOf } = await startSignInHome({
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
  const { keyOf, home } = await startSignInHome(files)
  expect(await keyOf(profile('web'))).toBe('WEB-TOKEN')
  const pod = await startSignInHome(
    {},
    { AWS_WEB_IDENTITY_TOKEN_FILE: path.join(home, 'token'), AWS_ROLE_ARN: 'r/POD' },
  )
  expect(await pod.keyOf(chain)).toBe('POD-TOKEN')
  expect(services.signedWith).toEqual(['', ''])
  const missing = await startSignInHome({}, { AWS_WEB_IDENTITY_TOKEN_FILE: '/nowhere/token', AWS_ROLE_ARN: 'r/POD' })
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
  const { ask } = await startSignInHome(files)
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
  const { keyOf, sourceOf } = await startSignInHome({
    [config]: sso,
    [tokenFile('corp')]: token('good', 3_600_000),
    [tokenFile('https://corp.example')]: token('good', 3_600_000),
  })
  expect(await keyOf(profile('s'))).toBe('SSO-12-Reader')
  expect(await keyOf(profile('legacy'))).toBe('SSO-34-Writer')
  expect(await sourceOf(profile('s'))).toEqual({ by: 'single-sign-on', profile: 's' })
})

test('single sign-on that was never done, is over, or was ended elsewhere: the command to run', async () => {
  await serve()
  const never = await startSignInHome({ [config]: sso })
  const missing = { code: 'sign-in-missing', details: { command: 'aws sso login --profile s' } }
  await expect(never.ask(profile('s'))).rejects.toMatchObject(missing)
  const expired = { code: 'sign-in-expired', details: { connection: 'C', command: 'aws sso login --profile s' } }
  for (const left of [token('good', -1_000), token('ended', 3_600_000), 'no JSON']) {
    const over = await startSignInHome({ [config]: sso, [tokenFile('corp')]: left })
    await expect(over.ask(profile('s'))).rejects.toMatchObject(expired)
    expect(await textOf(over.ask(profile('s')))).toContain('Sign in again with “aws sso login --profile s”')
  }
  const lacking = await startSignInHome({ [config]: '[profile s]\nsso_session = corp\n' })
  expect(await textOf(lacking.ask(profile('s')))).toContain('lacks sso_start_url')
})

test('a container’s role, and a service that gives none', async () => {
  const services = await serve()
  const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${services.url}/container` }
  const { ask, home } = await startSignInHome(
    { token: 'container-token' },
    { ...env, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'container-token' },
  )
  expect(await ask(chain)).toMatchObject({
    accessKeyId: 'CONTAINER',
    sessionToken: 'token',
    expiresAtMs: expect.any(Number),
  })
  const byFile = await startSignInHome({}, { ...env, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: path.join(home, 'token') })
  expect(await byFile.keyOf(chain)).toBe('CONTAINER')
  expect(await byFile.sourceOf(chain)).toEqual({ by: 'container' })
  const stranger = await startSignInHome({}, env)
  const failed = { code: 'sign-in-failed', details: { source: 'The role of this container' } }
  await expect(stranger.ask(chain)).rejects.toMatchObject(failed)
  const elsewhere = await startSignInHome({}, { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://store.example/x' })
  await expect(elsewhere.ask(chain)).rejects.toMatchObject(failed)
})

test('a machine’s role; on a computer that is none it is known in seconds', async () => {
  const services = await serve()
  const env = { AWS_EC2_METADATA_DISABLED: '' }
  const { ask, sourceOf } = await startSignInHome({}, env)
  expect(await ask(chain)).toMatchObject({ accessKeyId: 'MACHINE', sessionToken: 'token' })
  expect(await sourceOf(chain)).toEqual({ by: 'machine' })
  services.beSilent(true)
  const started = performance.now()
  await expect((await startSignInHome({}, env)).ask(chain)).rejects.toMatchObject({ code: 'sign-in-missing' })
  expect(performance.now() - started).toBeLessThan(7_000)
  const none = await startSignInHome({
    [config]: '[profile m]\nrole_arn = r/M\ncredential_source = Ec2InstanceMetadata\n',
  })
  expect(await textOf(none.ask(profile('m')))).toContain('This machine has no role')
})
