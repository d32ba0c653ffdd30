import { expect, test } from 'vitest'
import { toWire } from '../../../shared/errors.ts'
import { isClockSkew, regionIn, type S3Question, toSignInError, toStoreError } from './s3-errors.ts'
import { StallError } from './stall-error.ts'

const base = { endpoint: 'store:9000', bucket: 'team', connection: 'Team', action: 'read a file' }
const bucket: S3Question = { ...base, about: { kind: 'bucket' } }
const object: S3Question = { ...base, about: { kind: 'object', key: 'k' } }
const reading: S3Question = { ...base, about: { kind: 'object', key: 'k', ifMatchRead: true } }
const upload: S3Question = { ...base, about: { kind: 'upload', key: 'k' } }

const answered = (status: number, name = '', headers: Record<string, string> = {}) =>
  Object.assign(new Error('secret text of the store'), {
    name,
    $metadata: { httpStatusCode: status },
    $response: { statusCode: status, headers },
  })
const coded = (code: string, more: object = {}) => Object.assign(new Error('text'), { code, ...more })

const cases: readonly (readonly [string, unknown, S3Question, object])[] = [
  ['closed port', coded('ECONNREFUSED'), object, { code: 'network-unreachable', details: { endpoint: 'store:9000' } }],
  [
    'both addresses closed',
    Object.assign(new AggregateError([coded('ECONNREFUSED')]), { name: 'AggregateError' }),
    object,
    { code: 'network-unreachable' },
  ],
  ['firewall', coded('EACCES', { syscall: 'connect' }), object, { code: 'network-unreachable' }],
  [
    'firewall, both addresses',
    Object.assign(new AggregateError([coded('EPERM', { syscall: 'connect' })]), { name: 'AggregateError' }),
    object,
    { code: 'network-unreachable' },
  ],
  ['file that may not be read', coded('EACCES', { syscall: 'open' }), object, { code: 'internal' }],
  ['reset by the network', coded('ENETRESET'), object, { code: 'network-interrupted', details: { reason: 'reset' } }],
  ['unknown host', coded('ENOTFOUND'), object, { code: 'network-unreachable' }],
  ['reset', coded('ECONNRESET'), object, { code: 'network-interrupted', details: { reason: 'reset' } }],
  ['timeout', coded('ETIMEDOUT'), object, { code: 'network-interrupted', details: { reason: 'timeout' } }],
  ['stall', new StallError(), object, { code: 'network-interrupted', details: { reason: 'stalled' } }],
  [
    'self-signed',
    Object.assign(coded('DEPTH_ZERO_SELF_SIGNED_CERT'), { cert: { issuer: { O: 'Acme', CN: 'x' } } }),
    object,
    { code: 'certificate-refused', details: { endpoint: 'store:9000', issuer: 'Acme' } },
  ],
  ['expired certificate', coded('CERT_HAS_EXPIRED'), object, { code: 'certificate-refused' }],
  ['http behind https', coded('EPROTO'), object, { code: 'store-answer' }],
  ['not http', coded('HPE_INVALID_CONSTANT'), object, { code: 'store-answer' }],
  ['abort', Object.assign(new Error('x'), { name: 'AbortError' }), object, { code: 'cancelled' }],
  [
    'unknown key',
    answered(403, 'InvalidAccessKeyId'),
    object,
    { code: 'sign-in-wrong', details: { connection: 'Team' } },
  ],
  ['wrong secret', answered(403, 'SignatureDoesNotMatch'), object, { code: 'sign-in-wrong' }],
  ['expired token', answered(400, 'ExpiredToken'), object, { code: 'sign-in-expired' }],
  [
    'no credentials',
    Object.assign(new Error('x'), { name: 'CredentialsProviderError' }),
    object,
    { code: 'sign-in-missing' },
  ],
  [
    'denied',
    answered(403, 'AccessDenied'),
    object,
    { code: 'access-denied', details: { action: 'read a file', what: 'k' } },
  ],
  ['denied, no body', answered(403, 'Unknown'), bucket, { code: 'access-denied', details: { what: 'team' } }],
  ['no bucket', answered(404, 'NoSuchBucket'), object, { code: 'bucket-not-found', details: { bucket: 'team' } }],
  ['no bucket, no body', answered(404), bucket, { code: 'bucket-not-found' }],
  ['no key', answered(404, 'NoSuchKey'), object, { code: 'object-not-found' }],
  ['no key, no body', answered(404, 'NotFound'), object, { code: 'object-not-found' }],
  ['no upload', answered(404, 'NoSuchUpload'), upload, { code: 'upload-not-found' }],
  ['condition', answered(412, 'PreconditionFailed'), object, { code: 'precondition-failed' }],
  ['condition of a read', answered(412), reading, { code: 'object-changed' }],
  ['conflict', answered(409, 'ConditionalRequestConflict'), object, { code: 'precondition-failed' }],
  ['another operation', answered(409, 'OperationAborted'), object, { code: 'store-busy' }],
  [
    'slow down',
    answered(503, 'SlowDown', { 'retry-after': '7' }),
    object,
    { code: 'store-busy', details: { status: 503, retryAfterMs: 7000 } },
  ],
  [
    'slow down until',
    answered(503, 'SlowDown', {
      date: 'Wed, 21 Oct 2026 07:28:00 GMT',
      'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT',
    }),
    object,
    { code: 'store-busy', details: { retryAfterMs: 30_000 } },
  ],
  ['error in a 200', answered(200, 'InternalError'), upload, { code: 'store-busy' }],
  ['gateway', answered(502), object, { code: 'store-busy', details: { status: 502 } }],
  ['bad part', answered(400, 'InvalidPart'), upload, { code: 'upload-refused' }],
  ['small part', answered(400, 'EntityTooSmall'), upload, { code: 'upload-refused' }],
  ['range', answered(416, 'InvalidRange'), reading, { code: 'object-changed' }],
  [
    'captive portal',
    answered(302, '', { 'content-type': 'text/html' }),
    bucket,
    { code: 'store-answer', details: { status: 302 } },
  ],
  [
    'page in place of a listing',
    answered(200, 'SyntaxError', { 'content-type': 'text/html; charset=utf-8' }),
    bucket,
    { code: 'store-answer' },
  ],
  ['moved', answered(301, 'PermanentRedirect'), object, { code: 'store-answer', details: { status: 301 } }],
  ['unknown request', answered(501, 'NotImplemented'), object, { code: 'store-answer', details: { status: 501 } }],
  ['wrong clock', answered(403, 'RequestTimeTooSkewed'), object, { code: 'store-answer' }],
  ['fault of ours', new TypeError('x is not a function'), object, { code: 'internal', details: { what: 'TypeError' } }],
]

test.each(cases)('%s', (_name, error, question, expected) => {
  const wire = toWire(toStoreError(error, question))
  expect(wire).toMatchObject(expected)
  expect(JSON.stringify(wire)).not.toContain('text')
})

test('reads the region that a refusal names, and nothing else', () => {
  expect(regionIn(answered(301, 'PermanentRedirect', { 'x-amz-bucket-region': 'eu-west-1' }))).toBe('eu-west-1')
  expect(regionIn(Object.assign(answered(400, 'AuthorizationHeaderMalformed'), { Region: 'garage' }))).toBe('garage')
  expect(regionIn(answered(400, 'AuthorizationHeaderMalformed', { 'x-amz-bucket-region': 'x y\n' }))).toBeUndefined()
  expect(regionIn(answered(404, 'NoSuchKey', { 'x-amz-bucket-region': 'eu-west-1' }))).toBeUndefined()
  expect(regionIn(coded('ECONNREFUSED'))).toBeUndefined()
})

test('tells a wrong clock and a missing sign-in', () => {
  expect(isClockSkew(answered(403, 'RequestTimeTooSkewed'))).toBe(true)
  expect(isClockSkew(answered(403, 'AccessDenied'))).toBe(false)
  expect(toSignInError(new Error('x'), 'Team').code).toBe('sign-in-missing')
})
