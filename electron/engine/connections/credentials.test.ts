import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { SignIn } from '../../../shared/model/connection.ts'
import { createTempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { createSystemClock } from '../system-clock.ts'
import { createCredentials } from './credentials.ts'

const io = { signal: AbortSignal.timeout(60_000) }

async function start(files: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  const folder = await createTempFolder()
  onTestFinished(folder.remove)
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder.path, name), text)
  const deps = {
    disk: createNodeDisk(),
    clock: createSystemClock(),
    network: { trustFiles: [], proxies: {} },
    secrets: { get: async () => undefined },
    env: {
      HOME: folder.path,
      AWS_SHARED_CREDENTIALS_FILE: path.join(folder.path, 'credentials'),
      AWS_CONFIG_FILE: path.join(folder.path, 'config'),
      ...env,
    },
  }
  return (signIn: SignIn) => createCredentials({ id: 'c', name: 'C', signIn }, deps)(io)
}

const ini = (profile: string, id: string) =>
  `[${profile}]\naws_access_key_id = ${id}\naws_secret_access_key = s-${id}\n`
const boto = ini('Credentials', 'BOTO')

test('a named profile comes before the environment', async () => {
  const files = { credentials: ini('default', 'DEFAULT') + ini('work', 'WORK') }
  const ask = await start(files, { AWS_ACCESS_KEY_ID: 'ENV', AWS_SECRET_ACCESS_KEY: 's-ENV' })
  expect(await ask({ kind: 'chain', profile: 'work' })).toEqual({
    kind: 'keys',
    accessKeyId: 'WORK',
    secretAccessKey: 's-WORK',
  })
  expect(await ask({ kind: 'chain' })).toEqual({ kind: 'keys', accessKeyId: 'ENV', secretAccessKey: 's-ENV' })
  await expect(ask({ kind: 'chain', profile: 'none' })).rejects.toMatchObject({ code: 'sign-in-missing' })
})

test('then the AWS files, then a boto file', async () => {
  const both = await start({ credentials: ini('default', 'DEFAULT'), '.boto': boto })
  expect(await both({ kind: 'chain' })).toMatchObject({ accessKeyId: 'DEFAULT' })
  const chosen = await start({ credentials: ini('default', 'DEFAULT') + ini('work', 'WORK') }, { AWS_PROFILE: 'work' })
  expect(await chosen({ kind: 'chain' })).toMatchObject({ accessKeyId: 'WORK' })
  const old = await start({ '.boto': `[Boto]\nis_secure = False\n${boto}` })
  expect(await old({ kind: 'chain' })).toEqual({ kind: 'keys', accessKeyId: 'BOTO', secretAccessKey: 's-BOTO' })
})

test('temporary keys keep their token', async () => {
  const ask = await start({}, { AWS_ACCESS_KEY_ID: 'ENV', AWS_SECRET_ACCESS_KEY: 's', AWS_SESSION_TOKEN: 'token' })
  expect(await ask({ kind: 'chain' })).toMatchObject({ sessionToken: 'token' })
})

test('nothing found is a missing sign-in, never a stranger', async () => {
  const ask = await start({ '.boto': '[Credentials]\naws_access_key_id = ONLY\n' })
  await expect(ask({ kind: 'chain' })).rejects.toMatchObject({ code: 'sign-in-missing', details: { connection: 'C' } })
  expect(await ask({ kind: 'anonymous' })).toEqual({ kind: 'anonymous' })
  await expect(ask({ kind: 'keys', accessKeyId: 'A' })).rejects.toMatchObject({ code: 'secret-unavailable' })
})
