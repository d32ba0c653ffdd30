import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import type { Clock, CredentialsIo, Disk, Io, Log, PlainCredentials, StoreSpec } from '../ports.ts'
import { version } from '../version.ts'
import { createHttpHandler } from './http-handler.ts'
import { toSignInError } from './s3-errors.ts'

export type S3Spec = Extract<StoreSpec, { readonly kind: 's3' }>

export interface S3Deps {
  readonly clock: Clock
  readonly log: Log
  /** Asked again when what it gave expires, or was refused; the spec's own credentials where it is missing. */
  readonly credentials?: (io: CredentialsIo) => Promise<PlainCredentials>
  /** Reads the files of certificate authorities that the spec names. */
  readonly disk?: Disk
  /** The connection's name for messages; the bucket where it is missing. */
  readonly connectionName?: string
  /** 30 s. */
  readonly stallMs?: number
}

/** The region of requests before the store has named another one. */
const firstRegion = 'us-east-1'

/**
 * The SDK's client for one bucket. `current()` is set up for the region known by now; `learnRegion` changes it for all later requests.
 * Nothing is read from the machine's AWS files or environment here: what counts is in the spec.
 */
export function createS3Client(spec: S3Spec, deps: S3Deps) {
  const requestHandler = createHttpHandler({
    connections: spec.connections,
    stallMs: deps.stallMs ?? 30_000,
    clock: deps.clock,
    network: spec.network,
    disk: deps.disk,
  })
  const connection = deps.connectionName ?? spec.bucket
  const askCredentials = deps.credentials ?? (async () => spec.credentials)

  let used: PlainCredentials | undefined
  const identity = async () => {
    const never = new AbortController()
    const given = await askCredentials({ signal: never.signal }).catch((error: unknown) => {
      throw toSignInError(error, connection)
    })
    used = given
    if (given.kind === 'anonymous') return { accessKeyId: '', secretAccessKey: '' }
    const { accessKeyId, secretAccessKey, sessionToken, expiresAtMs } = given
    return {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      ...(expiresAtMs === undefined ? {} : { expiration: new Date(expiresAtMs) }),
    }
  }

  const connect = (region: string): S3Client => {
    const config: S3ClientConfig & { readonly ignoreConfiguredEndpointUrls: true } = {
      region,
      // Amazon's addresses come from the region, path style is what all compatible stores understand.
      ...(spec.endpoint === undefined ? {} : { endpoint: spec.endpoint }),
      forcePathStyle: spec.addressing === undefined ? spec.endpoint !== undefined : spec.addressing === 'path',
      credentials: identity,
      ...(spec.credentials.kind === 'anonymous' ? { signer: { sign: async (request) => request } } : {}),
      requestHandler: requestHandler as unknown as NonNullable<S3ClientConfig['requestHandler']>,
      // The defaults add checksums that some compatible stores answer wrongly, to ranges above all.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      followRegionRedirects: true,
      // Retries are with-retry's.
      maxAttempts: 1,
      retryMode: 'standard',
      // A part that is refused is not sent in vain.
      expectContinueHeader: 1024 * 1024,
      defaultsMode: 'standard',
      ignoreConfiguredEndpointUrls: true,
      useDualstackEndpoint: false,
      useFipsEndpoint: false,
      useArnRegion: false,
      disableS3ExpressSessionAuth: false,
      authSchemePreference: [],
      sigv4aSigningRegionSet: [],
      userAgentAppId: async () => undefined,
      customUserAgent: [['orbital', version]],
    }
    return new S3Client(config)
  }

  quietVersionWarning(deps.log)
  let region = spec.region ?? firstRegion
  let isKnown = spec.region !== undefined
  let client = connect(region)
  let renewing: Promise<boolean> | undefined
  const fetchOthers = async (signal: AbortSignal): Promise<boolean> => {
    const before = used
    const given = await askCredentials({ signal, renew: true })
    if (JSON.stringify(given) === JSON.stringify(before)) return false
    deps.log.write('info', 'store.sign-in', { bucket: spec.bucket, renewed: true })
    // A client keeps what it was given; a new one asks again.
    client = connect(region)
    return true
  }
  return {
    connection,
    current: () => client,
    /** Undefined while requests go to the first one on trial. */
    region: () => (isKnown ? region : undefined),
    /** False when it is the one in use already. */
    learnRegion(named: string): boolean {
      isKnown = true
      if (named === region) return false
      deps.log.write('info', 'store.region', { bucket: spec.bucket, from: region, to: named })
      region = named
      client = connect(region)
      return true
    },
    /**
     * After the store refused the sign-in of a request that was made with `refused`: true when there is another one by now, so that the request is
     * worth another try.
     */
    async renewSignIn(refused: S3Client, { signal }: Io): Promise<boolean> {
      if (client !== refused) return true
      renewing ??= fetchOthers(signal).finally(() => {
        renewing = undefined
      })
      return renewing
    },
    close: () => requestHandler.destroy(),
  }
}

/** The SDK writes to stderr when it finds an old Node (the one inside an older Electron): that belongs in the log. */
function quietVersionWarning(log: Log): void {
  const name = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'
  if (process.env[name] !== undefined) return
  process.env[name] = 'true'
  log.write('debug', 'store.runtime', { node: process.version })
}
