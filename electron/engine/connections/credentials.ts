import { AppError } from '../../../shared/errors.ts'
import type { SignIn, SignInSource } from '../../../shared/model/connection.ts'
import { toSignInError } from '../object-store/s3-errors.ts'
import type { Clock, Disk, Io, NetworkSpec, PlainCredentials, SecretStore } from '../ports.ts'
import { type AwsProfiles, readAwsProfiles } from './aws-profiles.ts'
import { readBotoKeys } from './boto-file.ts'
import { type CredentialsProvider, cacheCredentials } from './credentials-cache.ts'
import type { Environment } from './environment.ts'
import { type Identity, keysOf } from './identity.ts'
import { namesContainer, signInByContainer, signInByInstance } from './machine-sign-in.ts'
import { type SignInDeps, signInByProfile, signInByWebToken } from './profile-sign-in.ts'

/** What a secret store keeps of a connection. */
export interface ConnectionSecret {
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export interface CredentialsDeps {
  readonly disk: Disk
  readonly clock: Clock
  readonly secrets: Pick<SecretStore, 'get'>
  readonly env: Environment
  /** How services that give sign-ins are reached. */
  readonly network: NetworkSpec
  /** Told where a sign-in was found, each time one is. */
  readonly onFound?: (source: SignInSource) => void
  /** How long a credential_process may take; a minute. */
  readonly processTimeoutMs?: number
}

/**
 * How requests to a connection are signed; renewed before it expires, and when the store has refused it.
 *  - anonymous: not at all.
 *  - keys: the id as stored, the secret from the secret store; `secret-unavailable` when it isn't there.
 *  - chain: the first of these that is there. What is there and broken ends the search with an error: nobody is signed in as somebody else.
 *     1. `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, unless the connection names a profile.
 *     2. the profile: the connection's, else `AWS_PROFILE`, else `default`, in the AWS files (profile-sign-in.ts), then as `[profile NAME]` in a boto file.
 *        One that is named is the last place that is looked at.
 *     3. `AWS_WEB_IDENTITY_TOKEN_FILE` with `AWS_ROLE_ARN`.
 *     4. `[Credentials]` in a boto file.
 *     5. the role of this container, then that of this machine.
 *    `sign-in-missing` when there is nothing, `sign-in-expired` when it has run out, `sign-in-failed` when what should give it doesn't.
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
        deps.onFound?.({ by: 'keys' })
        return keysOf({ accessKeyId: signIn.accessKeyId, ...secret, secretAccessKey: secret.secretAccessKey })
      }
    case 'chain':
      return cacheCredentials((io) => askChain(name, signIn.profile, deps, io), deps.clock)
  }
}

async function askChain(
  connection: string,
  profile: string | undefined,
  deps: CredentialsDeps,
  io: Io,
): Promise<PlainCredentials> {
  try {
    return keysOf(await findIdentity(connection, profile, deps, io))
  } catch (error) {
    throw toSignInError(error, connection)
  }
}

async function findIdentity(
  connection: string,
  profile: string | undefined,
  deps: CredentialsDeps,
  io: Io,
): Promise<Identity> {
  const { disk, env } = deps
  const found = (source: SignInSource, identity: Identity): Identity => {
    deps.onFound?.(source)
    return identity
  }
  // 1
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = env
  if (profile === undefined && accessKeyId && secretAccessKey)
    return found(
      { by: 'environment' },
      { accessKeyId, secretAccessKey, ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}) },
    )
  // 2
  const profiles = readAwsProfiles(disk, env)
  const signInDeps: SignInDeps = {
    ...deps,
    connection,
    profiles,
    async fromMachine(source, machineIo) {
      if (source === 'EcsContainer') return signInByContainer(env, connection, machineIo)
      const ofMachine = await signInByInstance(env, machineIo)
      if (ofMachine !== undefined) return ofMachine
      throw new AppError('sign-in-missing', { connection, reason: 'This machine has no role.' })
    },
  }
  const named = profile ?? (env.AWS_PROFILE || undefined)
  const ofProfile = await signInByProfile(named ?? 'default', signInDeps, io)
  if (ofProfile !== undefined) return ofProfile
  if (named !== undefined) {
    const ofBoto = readBotoKeys(disk, env, named)
    if (ofBoto !== undefined) return found({ by: 'boto-file', profile: named }, ofBoto)
    throw new AppError('sign-in-missing', { connection, reason: describeMissing(named, profiles) })
  }
  // 3
  const { AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile, AWS_ROLE_ARN: roleArn, AWS_ROLE_SESSION_NAME: sessionName } = env
  if (tokenFile && roleArn) {
    const token = { tokenFile, roleArn, ...(sessionName ? { sessionName } : {}) }
    const region = env.AWS_REGION || env.AWS_DEFAULT_REGION
    return found({ by: 'web-token' }, await signInByWebToken(token, signInDeps, 'The role of AWS_ROLE_ARN', region))
  }
  // 4
  const ofBoto = readBotoKeys(disk, env, undefined)
  if (ofBoto !== undefined) return found({ by: 'boto-file' }, ofBoto)
  // 5
  if (namesContainer(env)) return found({ by: 'container' }, await signInByContainer(env, connection, io))
  const ofInstance = await signInByInstance(env, io)
  if (ofInstance !== undefined) return found({ by: 'machine' }, ofInstance)
  const reason = describeOdd(profiles)
  throw new AppError('sign-in-missing', { connection, ...(reason === undefined ? {} : { reason }) })
}

/** Names the profile and where it was looked for. */
function describeMissing(profile: string, profiles: AwsProfiles): string {
  const files = [profiles.credentialsFile, profiles.configFile].map(({ path }) => path).filter((path) => path !== '')
  const isThere = profiles.profile(profile) !== undefined
  const fact = `The profile “${profile}” ${isThere ? 'has no sign-in' : 'is not there'}`
  const where = files.length === 0 ? '.' : ` in ${files.join(' or ')}.`
  const odd = describeOdd(profiles)
  return `${fact}${where}${odd === undefined ? '' : ` ${odd}`}`
}

/** What in the AWS files could not be read. */
function describeOdd({ credentialsFile, configFile }: AwsProfiles): string | undefined {
  const odd = [credentialsFile, configFile].flatMap(({ path, state, oddLine }) => {
    if (state === 'unreadable') return [`${path} can’t be read.`]
    return oddLine === undefined ? [] : [`Line ${oddLine} of ${path} can’t be understood.`]
  })
  return odd.length === 0 ? undefined : odd.join(' ')
}
