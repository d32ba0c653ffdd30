import { createHash } from 'node:crypto'
import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { SignInSource } from '../../../shared/model/connection.ts'
import { toSignInError } from '../object-store/s3-errors.ts'
import { parseJson } from '../parse-json.ts'
import type { Clock, Disk, Io, NetworkSpec } from '../ports.ts'
import { type AwsProfiles, expandHome, homeOf, type ProfileValues } from './aws-profiles.ts'
import { runCredentialProcess } from './credential-process.ts'
import type { Environment } from './environment.ts'
import type { Identity } from './identity.ts'
import { askSignInService } from './sign-in-service.ts'

export interface SignInDeps {
  readonly disk: Disk
  readonly clock: Clock
  readonly env: Environment
  readonly network: NetworkSpec
  /** The connection's name, for errors. */
  readonly connection: string
  readonly profiles: AwsProfiles
  /** What the machine or container is given, for `credential_source`. */
  readonly fromMachine: (source: 'Ec2InstanceMetadata' | 'EcsContainer', io: Io) => Promise<Identity>
  readonly processTimeoutMs?: number
  /** Told which way of a profile gave the sign-in. A role's comes last, after that of the profile it is taken with. */
  readonly onFound?: (source: SignInSource) => void
}

/** Loaded when it is needed: it is large. */
export const loadProviders = () => import('@aws-sdk/credential-providers')

/**
 * The sign-in of a profile of the AWS files; undefined when neither file has it. In this order, as AWS's tools do:
 *  1. `role_arn` with `source_profile` or `credential_source`: that sign-in first, then the role by STS. A circle of profiles ends in an error.
 *  2. `role_arn` with `web_identity_token_file`: the role by the token.
 *  3. `aws_access_key_id` and `aws_secret_access_key`.
 *  4. `sso_session` or `sso_start_url`: by the token that `aws sso login` left in `~/.aws/sso/cache`.
 *  5. `credential_process`.
 *  6. anything else that the SDK knows.
 */
export async function signInByProfile(
  name: string,
  deps: SignInDeps,
  io: Io,
  before: readonly string[] = [],
): Promise<Identity | undefined> {
  const values = deps.profiles.profile(name)
  if (values === undefined) return undefined
  const source = `The profile “${name}”`
  const fail = (reason: string) => new AppError('sign-in-failed', { connection: deps.connection, source, reason })
  const found = (by: SignInSource['by'], identity: Identity): Identity => {
    deps.onFound?.({ by, profile: name })
    return identity
  }
  const isCircle = before.includes(name)
  // A profile may take a role with keys of its own.
  if (values.has('role_arn') && !(isCircle && before.at(-1) === name && values.has('aws_access_key_id'))) {
    if (isCircle) throw fail(`It is its own source: ${[...before, name].join(', ')}.`)
    // 1, 2
    return found('role', await assumeRole(name, values, deps, io, before))
  }
  // 3
  const [accessKeyId, secretAccessKey] = [values.get('aws_access_key_id'), values.get('aws_secret_access_key')]
  if (accessKeyId && secretAccessKey) {
    const sessionToken = values.get('aws_session_token') ?? values.get('aws_security_token')
    return found('profile', { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) })
  }
  if (accessKeyId || secretAccessKey) {
    throw fail(`It has no ${accessKeyId ? 'aws_secret_access_key' : 'aws_access_key_id'}.`)
  }
  // 4
  if (values.has('sso_session') || values.has('sso_start_url'))
    return found('single-sign-on', await signInBySso(name, values, deps))
  // 5
  const command = values.get('credential_process')
  if (command) {
    const about = { connection: deps.connection, source: `The credential_process of the profile “${name}”` }
    const timeout = deps.processTimeoutMs === undefined ? {} : { timeoutMs: deps.processTimeoutMs }
    return found('credential-process', await runCredentialProcess(command, about, { ...io, env: deps.env, ...timeout }))
  }
  if (!values.has('login_session')) return undefined
  // 6
  const { fromIni } = await loadProviders()
  const ofLogin = await askSignInService(
    deps,
    { connection: deps.connection, source, command: `aws login --profile ${name}` },
    (clientConfig) => fromIni({ ...filesOf(deps.profiles), profile: name, ignoreCache: true, clientConfig })(),
  )
  return found('login', ofLogin)
}

const filesOf = ({ credentialsFile, configFile }: AwsProfiles) => ({
  filepath: credentialsFile.path,
  configFilepath: configFile.path,
})

async function assumeRole(
  name: string,
  values: ProfileValues,
  deps: SignInDeps,
  io: Io,
  before: readonly string[],
): Promise<Identity> {
  const { connection } = deps
  const source = `The role of the profile “${name}”`
  const fail = (reason: string) => new AppError('sign-in-failed', { connection, source, reason })
  const roleArn = values.get('role_arn') ?? ''
  const sessionName = values.get('role_session_name')
  const tokenFile = values.get('web_identity_token_file')
  const sourceProfile = values.get('source_profile')
  const credentialSource = values.get('credential_source')
  const region = values.get('region') || deps.env.AWS_REGION || deps.env.AWS_DEFAULT_REGION
  if (tokenFile && !sourceProfile && !credentialSource) {
    const token = {
      tokenFile: expandHome(tokenFile, homeOf(deps.env)),
      roleArn,
      ...(sessionName ? { sessionName } : {}),
    }
    return signInByWebToken(token, deps, source, region)
  }
  if (values.has('mfa_serial')) {
    throw fail(
      'It asks for a one-time code, which can’t be typed here. Use a tool that keeps such a sign-in, or credential_process.',
    )
  }
  const given = await sourceOf()
  const { fromTemporaryCredentials } = await loadProviders()
  const seconds = Number(values.get('duration_seconds') ?? Number.NaN)
  const externalId = values.get('external_id')
  const params = {
    RoleArn: roleArn,
    RoleSessionName: sessionName || `orbital-${deps.clock.now()}`,
    ...(externalId ? { ExternalId: externalId } : {}),
    ...(Number.isInteger(seconds) ? { DurationSeconds: seconds } : {}),
  }
  return askSignInService(deps, { connection, source }, (clientConfig) =>
    fromTemporaryCredentials({
      masterCredentials: given,
      params,
      clientConfig: { ...clientConfig, region: region || 'us-east-1' },
    })(),
  )

  async function sourceOf(): Promise<Identity> {
    if (sourceProfile) {
      const found = await signInByProfile(sourceProfile, deps, io, [...before, name])
      if (found === undefined) throw fail(`There is no sign-in in its source_profile “${sourceProfile}”.`)
      return found
    }
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = deps.env
    switch (credentialSource) {
      case 'Environment':
        if (!accessKeyId || !secretAccessKey) throw fail('Its keys are not in the environment.')
        return { accessKeyId, secretAccessKey, ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}) }
      case 'Ec2InstanceMetadata':
      case 'EcsContainer':
        return deps.fromMachine(credentialSource, io)
      default:
        throw fail('It needs a source_profile, a credential_source or a web_identity_token_file.')
    }
  }
}

/** The role that a token in a file stands for (Kubernetes and others put it there). */
export async function signInByWebToken(
  token: { readonly tokenFile: string; readonly roleArn: string; readonly sessionName?: string },
  deps: Pick<SignInDeps, 'clock' | 'disk' | 'network' | 'connection'>,
  source: string,
  region: string | undefined,
): Promise<Identity> {
  const bytes = deps.disk.read(token.tokenFile, { maxBytes: 1_000_000 })
  if (bytes === undefined) throw new AppError('file-unreadable', { path: token.tokenFile })
  const { fromWebToken } = await loadProviders()
  return askSignInService(deps, { connection: deps.connection, source }, (clientConfig) =>
    fromWebToken({
      webIdentityToken: Buffer.from(bytes).toString('utf8').trim(),
      roleArn: token.roleArn,
      roleSessionName: token.sessionName ?? `orbital-${deps.clock.now()}`,
      clientConfig: { ...clientConfig, region: region || 'us-east-1' },
    })(),
  )
}

async function signInBySso(name: string, values: ProfileValues, deps: SignInDeps): Promise<Identity> {
  const { connection } = deps
  const about = {
    connection,
    source: `The single sign-on of the profile “${name}”`,
    command: `aws sso login${name === 'default' ? '' : ` --profile ${name}`}`,
  }
  const { command } = about
  const session = values.get('sso_session')
  const needed = {
    ...Object.fromEntries(session === undefined ? [] : (deps.profiles.ssoSession(session) ?? [])),
    ...Object.fromEntries(values),
  }
  const missing = ['sso_start_url', 'sso_region', 'sso_account_id', 'sso_role_name'].filter((each) => !needed[each])
  if (missing.length > 0) {
    throw new AppError('sign-in-failed', {
      connection,
      source: about.source,
      reason: `It lacks ${missing.join(', ')}.`,
    })
  }
  // The file's name is what AWS's tools made of it.
  const key = createHash('sha1')
    .update(session ?? needed.sso_start_url ?? '')
    .digest('hex')
  const cached = path.join(homeOf(deps.env) ?? '', '.aws', 'sso', 'cache', `${key}.json`)
  const bytes = path.isAbsolute(cached) ? deps.disk.read(cached, { maxBytes: 1_000_000 }) : undefined
  if (bytes === undefined) {
    throw new AppError('sign-in-missing', {
      connection,
      reason: `Nobody has signed in to the profile “${name}” yet.`,
      command,
    })
  }
  const token = parseJson(bytes) as { readonly expiresAt?: unknown; readonly refreshToken?: unknown } | undefined
  const expiresMs = Date.parse(String(token?.expiresAt))
  const isOver = !(expiresMs > deps.clock.now())
  if (isOver && typeof token?.refreshToken !== 'string') throw new AppError('sign-in-expired', { connection, command })
  const { fromSSO } = await loadProviders()
  return askSignInService(deps, about, (clientConfig) =>
    fromSSO({ ...filesOf(deps.profiles), profile: name, ignoreCache: true, clientConfig })(),
  ).catch((error: unknown) => {
    // The SDK tried to renew what was over, in vain.
    const isNetwork = error instanceof AppError && ['transient', 'never'].includes(error.retry)
    throw isOver && !isNetwork
      ? new AppError('sign-in-expired', { connection, command }, error)
      : toSignInError(error, connection)
  })
}
