import { AppError } from '../../../shared/errors.ts'
import type { Io } from '../ports.ts'
import { untilAborted } from '../until-aborted.ts'
import type { Environment } from './environment.ts'
import type { Identity } from './identity.ts'
import { loadProviders } from './profile-sign-in.ts'

/** These services are on the machine itself or next to it: who doesn't answer in a second isn't there. */
const requestOptions = { timeout: 1_000, maxRetries: 0 }
/** For a service that answers and then says nothing more. */
const totalMs = 6_000

export const namesContainer = (env: Environment): boolean =>
  Boolean(env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI || env.AWS_CONTAINER_CREDENTIALS_FULL_URI)

/** The role that a container is given, at the address that its environment names; `sign-in-failed` when that gives none. */
export async function signInByContainer(env: Environment, connection: string, { signal }: Io): Promise<Identity> {
  const options = {
    awsContainerCredentialsRelativeUri: env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI,
    awsContainerCredentialsFullUri: env.AWS_CONTAINER_CREDENTIALS_FULL_URI,
    awsContainerAuthorizationToken: env.AWS_CONTAINER_AUTHORIZATION_TOKEN,
    awsContainerAuthorizationTokenFile: env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE,
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value))
  const { fromHttp } = await loadProviders()
  const reason = 'The service that the environment names gave none.'
  const failed = (cause?: unknown) =>
    new AppError('sign-in-failed', { connection, source: 'The role of this container', reason }, cause)
  const asked = (async () => fromHttp({ ...requestOptions, ...given })())()
  const found = await withinTotal(asked, signal).catch((error: unknown) => {
    if (signal.aborted) throw new AppError('cancelled', {}, signal.reason)
    throw failed(error)
  })
  return found
}

/** The role of an EC2 machine; undefined where there is none, which on any other computer is known within seconds. */
export async function signInByInstance(env: Environment, { signal }: Io): Promise<Identity | undefined> {
  if (env.AWS_EC2_METADATA_DISABLED?.toLowerCase() === 'true') return undefined
  const { fromInstanceMetadata } = await loadProviders()
  try {
    return await withinTotal(fromInstanceMetadata(requestOptions)(), signal)
  } catch (error) {
    if (signal.aborted) throw new AppError('cancelled', {}, error)
    return undefined
  }
}

const withinTotal = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  untilAborted(work, AbortSignal.any([signal, AbortSignal.timeout(totalMs)]))
