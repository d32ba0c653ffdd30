import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { SignIn } from '../../../shared/model/connection.ts'
import { isMissingSignIn, toSignInError } from '../object-store/s3-errors.ts'
import type { Disk, Io, PlainCredentials, SecretStore } from '../ports.ts'
import { untilAborted } from '../until-aborted.ts'
import { readBotoKeys } from './boto-file.ts'
import type { Environment } from './environment.ts'

export type CredentialsProvider = (io: Io) => Promise<PlainCredentials>

/** What a secret store keeps of a connection. */
export interface ConnectionSecret {
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export interface CredentialsDeps {
  readonly disk: Disk
  readonly secrets: Pick<SecretStore, 'get'>
  readonly env: Environment
}

/**
 * How requests to a connection are signed; asked anew whenever what it gave expires.
 *  - anonymous: not at all.
 *  - keys: the id as stored, the secret from the secret store; `secret-unavailable` when it isn't there.
 *  - chain: environment variables (not when a profile is named), the AWS files of this machine with their roles and SSO, a boto file, then what
 *    the machine itself is given (containers, EC2). `sign-in-missing` when there is nothing, `sign-in-expired` when it has run out.
 */
export function createCredentials(
  connection: { readonly id: string; readonly name: string; readonly signIn: SignIn },
  deps: CredentialsDeps,
): CredentialsProvider {
  const { id, name, signIn } = connection
  switch (signIn.kind) {
    case 'anonymous':
      return async () => ({ kind: 'anonymous' })
    case 'keys':
      return async () => {
        const secret = await deps.secrets.get(id)
        if (secret?.secretAccessKey === undefined) throw new AppError('secret-unavailable', { connection: name })
        return keysOf({ accessKeyId: signIn.accessKeyId, ...secret, secretAccessKey: secret.secretAccessKey })
      }
    case 'chain':
      return createChain(name, signIn.profile, deps)
  }
}

interface Identity {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}

const keysOf = ({ accessKeyId, secretAccessKey, sessionToken, expiration }: Identity): PlainCredentials => ({
  kind: 'keys',
  accessKeyId,
  secretAccessKey,
  ...(sessionToken === undefined || sessionToken === '' ? {} : { sessionToken }),
  ...(expiration === undefined ? {} : { expiresAtMs: expiration.getTime() }),
})

function createChain(name: string, profile: string | undefined, { disk, env }: CredentialsDeps): CredentialsProvider {
  /** The files that the environment names, which need not be this process's. */
  const files = {
    ...(env.AWS_SHARED_CREDENTIALS_FILE ? { filepath: env.AWS_SHARED_CREDENTIALS_FILE } : {}),
    ...(env.AWS_CONFIG_FILE ? { configFilepath: env.AWS_CONFIG_FILE } : {}),
  }
  // Loaded when it is needed: it is large.
  const load = () => import('@aws-sdk/credential-providers')
  const fromFiles = async () => {
    const chosen = profile ?? env.AWS_PROFILE
    return (await load()).fromIni({ ...files, ...(chosen ? { profile: chosen } : {}), ignoreCache: true })()
  }
  const fromMachine = async () => (await load()).fromNodeProviderChain({ ...files, timeout: 1_000, maxRetries: 0 })()

  return async ({ signal }) => {
    const ask = async (): Promise<PlainCredentials> => {
      if (profile !== undefined) return keysOf(await fromFiles())
      const {
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: sessionToken,
      } = env
      if (accessKeyId && secretAccessKey)
        return keysOf({ accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) })
      try {
        return keysOf(await fromFiles())
      } catch (error) {
        if (!isMissingSignIn(error)) throw error
      }
      const boto = readBotoKeys(disk, botoFiles(env))
      if (boto !== undefined) return keysOf(boto)
      return keysOf(await fromMachine())
    }
    try {
      return await untilAborted(ask(), signal)
    } catch (error) {
      throw toSignInError(error, name)
    }
  }
}

/** In boto's order of precedence. */
function botoFiles(env: Environment): readonly string[] {
  const home = env.HOME ?? env.USERPROFILE
  return [env.BOTO_CONFIG, home === undefined ? undefined : path.join(home, '.boto'), '/etc/boto.cfg'].filter(
    (file): file is string => file !== undefined && file !== '' && path.isAbsolute(file),
  )
}
