import { AppError, type ErrorDetails } from '../../../shared/errors.ts'
import { isCertificateCode } from './certificate-codes.ts'
import { StallError } from './stall-error.ts'

/**
 * The only interpreter of what the SDK, the network and a store say: by error name, code and status, never by text.
 *
 * In this order: an abort; a network or TLS code; a credentials error; the store's error code (S3's names, which compatible stores
 * share); the status. What an error means can depend on what was asked: a 404 of a listing is the bucket, of a part the upload.
 */
export interface S3Question {
  /** Host and port, for messages. */
  readonly endpoint: string
  readonly bucket: string
  /** The connection's name, or the bucket, for messages about signing in. */
  readonly connection: string
  /** What was tried, in words: `list packages`. */
  readonly action: string
  readonly about:
    | { readonly kind: 'bucket' }
    | { readonly kind: 'object'; readonly key: string; readonly ifMatchRead?: boolean }
    | { readonly kind: 'upload'; readonly key: string }
}

interface Seen {
  readonly name: string
  readonly code: string
  /** The system refused to make a connection. */
  readonly isOfConnect: boolean
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

export function toStoreError(error: unknown, question: S3Question): AppError {
  if (error instanceof AppError) return error
  const seen = look(error)
  if (seen.name === 'AbortError') return new AppError('cancelled', {}, error)
  return (
    fromNetwork(error, seen, question) ??
    fromSignIn(error, seen, question.connection) ??
    fromStore(error, seen, question)
  )
}

/** What a provider of credentials throws: `sign-in-missing` or `sign-in-expired`, or what the network says. */
export function toSignInError(error: unknown, connection: string): AppError {
  if (error instanceof AppError) return error
  const seen = look(error)
  if (seen.name === 'AbortError') return new AppError('cancelled', {}, error)
  return fromSignIn(error, seen, connection) ?? new AppError('sign-in-missing', { connection }, error)
}

/** What is known about a service that gives sign-ins (roles, single sign-on) when one failed. */
export interface SignInQuestion {
  readonly connection: string
  /** Begins a sentence: `The role of the profile “work”`. */
  readonly source: string
  /** Signs in again, for a shell. */
  readonly command?: string
  /** Of the last request, where one was made. */
  readonly endpoint?: string
  readonly status?: number
  /** What the last request failed with, if it had no answer. */
  readonly networkError?: unknown
}

/**
 * Of a service that gives sign-ins: what the network says; `sign-in-expired` when what was shown to it has run out, `sign-in-wrong` when it doesn't
 * know the keys it was asked with, else `sign-in-failed`.
 */
export function toServiceError(error: unknown, question: SignInQuestion): AppError {
  if (error instanceof AppError) return error
  const { connection, source, command, endpoint = '', networkError } = question
  const seen = look(error)
  if (seen.name === 'AbortError') return new AppError('cancelled', {}, error)
  const status = seen.status > 0 ? seen.status : (question.status ?? 0)
  if (networkError instanceof AppError) return networkError
  const about: S3Question = { endpoint, bucket: '', connection, action: 'sign in', about: { kind: 'bucket' } }
  const network = networkError === undefined ? undefined : fromNetwork(networkError, look(networkError), about)
  if (network !== undefined) return network
  const isExpired = expiredSignIn.has(seen.name) || (status === 401 && command !== undefined)
  if (isExpired)
    return new AppError('sign-in-expired', { connection, ...(command === undefined ? {} : { command }) }, error)
  if (wrongSignIn.has(seen.name)) return new AppError('sign-in-wrong', { connection }, error)
  const failed = (reason: string) => new AppError('sign-in-failed', { connection, source, reason }, error)
  if (status === 403) return failed(`${endpoint} does not allow it.`)
  if (busyStatuses.has(status)) return new AppError('store-busy', { endpoint, status }, error)
  return failed(status > 0 ? `${endpoint} answered with ${status}.` : 'It gave no usable answer.')
}

/** The store did not accept the keys of a request, or may not have: others, or renewed ones, may do. */
export const isSignInRefused = (error: unknown): boolean => {
  const { name, status } = look(error)
  // Amazon's answer to a HEAD with an expired token, which has no body to say so.
  const isWordless = status === 400 && name === 'Unknown'
  return expiredSignIn.has(name) || wrongSignIn.has(name) || isWordless
}

/** The region that a refusal names, when the request went to (or was signed for) another one. */
export function regionIn(error: unknown): string | undefined {
  const { status, name, headers } = look(error)
  if (![301, 307, 400, 403].includes(status)) return undefined
  const named = headers['x-amz-bucket-region']
  if (named !== undefined) return isRegion(named) ? named : undefined
  if (name !== 'AuthorizationHeaderMalformed' || !isRecord(error)) return undefined
  return typeof error.Region === 'string' && isRegion(error.Region) ? error.Region : undefined
}

/** The store refused only because the clocks disagree; the SDK has learned the store's time from the answer, so once more is right. */
export const isClockSkew = (error: unknown): boolean =>
  ['RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture'].includes(look(error).name)

const isRegion = (text: string): boolean => /^[a-z0-9-]{1,64}$/i.test(text)
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

function look(error: unknown): Seen {
  if (!isRecord(error)) return { name: '', code: '', isOfConnect: false, status: 0, headers: {} }
  const first = Array.isArray(error.errors) && isRecord(error.errors[0]) ? error.errors[0] : {}
  const cause = isRecord(error.cause) ? error.cause : {}
  const code = [error.code, first.code, cause.code]
  const response = isRecord(error.$response) ? error.$response : {}
  const metadata = isRecord(error.$metadata) ? error.$metadata : {}
  const status = [response.statusCode, metadata.httpStatusCode].find((each) => typeof each === 'number')
  // S3's own code where the SDK has no class for it.
  const name = [error.Code, error.name].find((each) => typeof each === 'string' && each !== '')
  return {
    name: typeof name === 'string' ? name : '',
    code: code.find((each): each is string => typeof each === 'string') ?? '',
    isOfConnect: [error, first, cause].some(({ syscall }) => syscall === 'connect'),
    status: typeof status === 'number' ? status : 0,
    headers: isRecord(response.headers) ? (response.headers as Readonly<Record<string, string>>) : {},
  }
}

const unreachable = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'EAI_NONAME',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
])
/** What a firewall of this computer refuses; of files they mean something else. */
const forbidden = new Set(['EACCES', 'EPERM'])
const interrupted: Readonly<Record<string, ErrorDetails['network-interrupted']['reason']>> = {
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  ENETRESET: 'reset',
  EPIPE: 'reset',
  ERR_STREAM_PREMATURE_CLOSE: 'reset',
  ETIMEDOUT: 'timeout',
  ESOCKETTIMEDOUT: 'timeout',
  ORBITAL_STALLED: 'stalled',
}

function fromNetwork(error: unknown, seen: Seen, { endpoint }: S3Question): AppError | undefined {
  const { code, isOfConnect, status } = seen
  if (error instanceof StallError) return new AppError('network-interrupted', { endpoint, reason: 'stalled' }, error)
  if (code === '') return undefined
  if (unreachable.has(code) || (isOfConnect && forbidden.has(code)))
    return new AppError('network-unreachable', { endpoint }, error)
  const reason = interrupted[code]
  if (reason !== undefined) return new AppError('network-interrupted', { endpoint, reason }, error)
  if (isCertificateCode(code)) {
    const issuer = issuerOf(error)
    return new AppError('certificate-refused', { endpoint, ...(issuer === undefined ? {} : { issuer }) }, error)
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return new AppError('store-answer', { endpoint, status, what: 'It does not speak HTTPS as expected.' }, error)
  }
  if (code.startsWith('HPE_')) {
    return new AppError('store-answer', { endpoint, status, what: 'It does not speak HTTP.' }, error)
  }
  return undefined
}

function issuerOf(error: unknown): string | undefined {
  const certificate = isRecord(error) && isRecord(error.cert) ? error.cert : {}
  const issuer = isRecord(certificate.issuer) ? certificate.issuer : {}
  const name = [issuer.O, issuer.CN].find((each) => typeof each === 'string')
  return typeof name === 'string' ? name.slice(0, 100) : undefined
}

const wrongSignIn = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'AuthorizationHeaderMalformed',
  'InvalidToken',
  'InvalidSecurity',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'CredentialsNotSupported',
  'Unauthorized',
  'NotSignedUp',
])
const expiredSignIn = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'TokenRefreshRequired',
  'TokenProviderError',
  'UnauthorizedSSOTokenError',
])

function fromSignIn(error: unknown, { name, status }: Seen, connection: string): AppError | undefined {
  if (name === 'CredentialsProviderError') return new AppError('sign-in-missing', { connection }, error)
  if (expiredSignIn.has(name)) return new AppError('sign-in-expired', { connection }, error)
  if (wrongSignIn.has(name) || status === 401) return new AppError('sign-in-wrong', { connection }, error)
  return undefined
}

const refusedUpload: Readonly<Record<string, string>> = {
  InvalidPart: 'A part is missing at the store or differs.',
  InvalidPartOrder: 'The parts are not in order.',
  EntityTooSmall: 'A part is smaller than the store allows.',
  EntityTooLarge: 'It is larger than the store allows.',
  MaxMessageLengthExceeded: 'It is larger than the store allows.',
}
export const pageAnswered = 'A web page answered instead of a store. The network may want you to sign in first.'
const busyNames = new Set([
  'SlowDown',
  'Busy',
  'InternalError',
  'ServiceUnavailable',
  'TooManyRequests',
  'RequestLimitExceeded',
  'Throttling',
  'ThrottlingException',
  'RequestTimeout',
  'OperationAborted',
  'XMinioServerNotInitialized',
])
const busyStatuses = new Set([408, 425, 429, 500, 502, 503, 504, 509])

function fromStore(error: unknown, { name, status, headers }: Seen, question: S3Question): AppError {
  const { endpoint, about, bucket } = question
  const key = about.kind === 'bucket' ? '' : about.key
  const missingUpload = () => new AppError('upload-not-found', { key }, error)
  const answer = (what: string) => new AppError('store-answer', { endpoint, status, what }, error)

  // No bucket can have such a name.
  if (name === 'NoSuchBucket' || name === 'InvalidBucketName')
    return new AppError('bucket-not-found', { bucket }, error)
  if (name === 'NoSuchUpload') return missingUpload()
  const refusal = refusedUpload[name]
  if (refusal !== undefined) return new AppError('upload-refused', { key, reason: refusal }, error)
  const isConflict = name === 'PreconditionFailed' || name === 'ConditionalRequestConflict'
  if (isConflict || status === 412) {
    const wasRead = about.kind === 'object' && about.ifMatchRead === true
    return wasRead
      ? new AppError('object-changed', { key }, error)
      : new AppError('precondition-failed', { key }, error)
  }
  if (busyNames.has(name) || busyStatuses.has(status)) {
    const retryAfterMs = retryAfterOf(headers)
    return new AppError(
      'store-busy',
      { endpoint, status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
      error,
    )
  }
  // After the busy names: OperationAborted is a 409 too.
  if (status === 409 && about.kind !== 'bucket') return new AppError('precondition-failed', { key }, error)
  if (isClockSkew(error)) return answer('The clock of this computer is wrong by more than 15 minutes.')
  if (isPage(headers)) return answer(pageAnswered)
  if (status === 404 || name === 'NoSuchKey') {
    if (about.kind === 'bucket') return new AppError('bucket-not-found', { bucket }, error)
    return about.kind === 'upload' ? missingUpload() : new AppError('object-not-found', { key }, error)
  }
  if (status === 416 && about.kind === 'object') return new AppError('object-changed', { key }, error)
  if (status === 403) {
    return new AppError('access-denied', { action: question.action, what: key === '' ? bucket : key }, error)
  }
  if (status >= 300 && status < 400) return answer('The bucket is at another address.')
  if (status === 407) return answer('The proxy of this network wants a sign-in of its own.')
  if (status === 501) return answer('It does not know this kind of request.')
  if (status === 507) return answer('It has no room left.')
  // The SDK could not read it: that is no word of the store.
  const isCode = /^[A-Za-z]{3,64}$/.test(name) && !/^(?:Type|Range|Syntax|URI)?Error$/.test(name)
  if (status > 0) return answer(isCode ? name : 'Not an answer of a store.')
  return new AppError('internal', { what: name === '' ? 'store request' : name }, error)
}

/** What a store holds is never a web page: its answer comes from somebody in between. */
export const isPage = (headers: Seen['headers']): boolean => (headers['content-type'] ?? '').startsWith('text/html')

/** Seconds or an HTTP date; at most an hour is believed. */
function retryAfterOf(headers: Seen['headers']): number | undefined {
  const text = headers['retry-after']
  if (text === undefined) return undefined
  const seconds = /^\d{1,9}$/.test(text.trim())
    ? Number(text)
    : (Date.parse(text) - Date.parse(headers.date ?? '')) / 1000
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), 3600) * 1000 : undefined
}
