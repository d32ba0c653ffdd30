import { chmod, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { onTestFinished, vi } from 'vitest'
import { createCredentials } from '../electron/engine/connections/credentials.ts'
import { createNodeDisk } from '../electron/engine/disk/node-disk.ts'
import { createSystemClock } from '../electron/engine/system-clock.ts'
import { isAppError } from '../shared/errors.ts'
import type { SignIn, SignInSource } from '../shared/model/connection.ts'
import { errorTextOf } from '../shared/text/errors.ts'
import { createTempFolder } from './temp-folder.ts'

export const io = { signal: AbortSignal.timeout(60_000) }
export const chain: SignIn = { kind: 'chain' }
export const profile = (name: string): SignIn => ({ kind: 'chain', profile: name })

/** A home with these files, and nothing else of this machine. */
export async function startSignInHome(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
) {
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
    /** Where the sign-in is found, as the connection's test tells it. */
    async sourceOf(signIn: SignIn): Promise<SignInSource | undefined> {
      const found: SignInSource[] = []
      await createCredentials({ id: 'c', name: 'C', signIn }, { ...deps, onFound: (source) => found.push(source) })(io)
      return found.at(-1)
    },
    keyOf: async (signIn: SignIn) => ((await ask(signIn)) as { accessKeyId?: string }).accessKeyId,
  }
}

/** A section with a pair of keys. */
export const ini = (section: string, id: string) =>
  `[${section}]\naws_access_key_id = ${id}\naws_secret_access_key = s-${id}\n`
/** What a person reads of an error, and what a log would hold. */
export async function textOf(asked: Promise<unknown>): Promise<string> {
  const error = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!isAppError(error)) throw new Error('no AppError')
  return JSON.stringify([errorTextOf(error), error.message])
}
