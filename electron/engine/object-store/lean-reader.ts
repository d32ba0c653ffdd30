import { createHash } from 'node:crypto'
import { AppError } from '../../../shared/errors.ts'
import type { Clock, Disk, Io, ObjectBody, ObjectStore, PlainCredentials } from '../ports.ts'
import { untilAborted } from '../until-aborted.ts'
import { isUnknownIssuer } from './certificate-codes.ts'
import { addressOf } from './lean-address.ts'
import { createLeanPool, type LeanAnswer, type LeanPool } from './lean-connection.ts'
import { createLeanSigner } from './lean-signer.ts'
import { proxyFor } from './proxies.ts'
import { readBody } from './read-body.ts'
import { extentOf, quoted } from './s3-answers.ts'
import type { S3Spec } from './s3-client.ts'
import { type S3Question, toStoreError } from './s3-errors.ts'
import { createTrust } from './trust.ts'

/** What the workers of an install need of a store. A chunk of a body is valid until the next one is asked for. */
export type RangeReader = Pick<ObjectStore, 'endpoint' | 'open' | 'close'>

/**
 * Ranges of objects over sockets of its own, at a fraction of the SDK's cost a byte (docs/adr/0011-lean-data-path.md).
 *  1. Only what is plain: a range, a store whose address is known, no proxy. Anything else is the SDK's.
 *  2. The request is signed here, and sent over a kept connection.
 *  3. 206 with exactly the asked range, its length and the asked etag: the body is handed out.
 *  4. 429 and 5xx: `store-busy`, as the SDK's path says it. The network's errors: the same codes, too.
 *  5. Every other answer (redirects, refusals, another region, skewed clocks, a whole object, an unknown coding), and a certificate
 *     that the given authorities don't vouch for: the same request goes through
 *     the SDK, which knows what to do. After three of these in a row all do.
 */
export function createLeanReader(
  spec: S3Spec,
  deps: {
    readonly clock: Clock
    readonly connectionName?: string
    credentials(io: Io): Promise<PlainCredentials>
    /** Reads the files of authorities. */
    readonly disk?: Disk
    /** Made when it is first needed: loading the SDK takes longer than many an install. */
    openFallback(): Promise<ObjectStore>
  },
): RangeReader {
  const endpoint = spec.endpoint === undefined ? 's3.amazonaws.com' : new URL(spec.endpoint).host
  const address = addressOf(spec)
  const isProxied =
    address !== undefined && proxyFor({ ...address, hostname: address.host }, spec.network?.proxies ?? {}) !== undefined
  const trust = createTrust(spec.network?.trustFiles ?? [], deps.disk)
  const signer = createLeanSigner(spec, deps)
  let pool: LeanPool | undefined
  let fallback: Promise<ObjectStore> | undefined
  let oddAnswers = 0

  const openFallback: ObjectStore['open'] = async (key, options) => {
    fallback ??= deps.openFallback()
    return (await fallback).open(key, options)
  }

  const open: ObjectStore['open'] = async (key, options) => {
    const { range, signal, ifMatch } = options
    // 1
    if (range === undefined || range.startOffset >= range.endOffset) return openFallback(key, options)
    if (address === undefined || isProxied || oddAnswers >= mostOddAnswers) return openFallback(key, options)
    const question: S3Question = {
      endpoint,
      bucket: spec.bucket,
      connection: deps.connectionName ?? spec.bucket,
      action: 'read a file',
      about: { kind: 'object', key, ifMatchRead: true },
    }
    const toError = (error: unknown) =>
      signal.aborted ? new AppError('cancelled', {}, signal.reason) : toStoreError(error, question)
    let answer: LeanAnswer | 'unusual'
    try {
      // 2
      const path = address.pathOf(spec.root + key)
      const asked = {
        range: `bytes=${range.startOffset}-${range.endOffset - 1}`,
        ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
        'x-amz-content-sha256': emptyBodySha256,
      }
      const headers = await untilAborted(signer.sign(address, { method: 'GET', path, headers: asked }), signal)
      pool ??= createLeanPool({ ...address, secureContext: address.isTls ? trust.context() : undefined })
      answer = await pool.get({ path, headers }, { signal })
    } catch (error) {
      if (!isUnknownIssuer(error) || signal.aborted) throw toError(error)
      answer = 'unusual'
    }
    // 3
    const found = answer === 'unusual' ? undefined : bodyOf(answer, key, options, toError)
    if (found !== undefined) {
      oddAnswers = 0
      return found
    }
    if (answer !== 'unusual') {
      answer.drop()
      // It may be signed with what has run out; the engine has others once the SDK's request has been refused, too.
      if ([400, 401, 403].includes(answer.status)) signer.forget()
      // 4
      if (answer.status === 429 || (answer.status >= 500 && answer.status !== 501))
        throw toError({ $response: { statusCode: answer.status, headers: answer.headers } })
    }
    // 5
    oddAnswers += 1
    return openFallback(key, options)
  }

  const bodyOf = (
    answer: LeanAnswer,
    key: string,
    { range, ifMatch, signal }: Parameters<ObjectStore['open']>[1],
    toError: (error: unknown) => AppError,
  ): ObjectBody | undefined => {
    const { status, headers, lengthBytes } = answer
    const etag = quoted(headers.etag)
    if (status !== 206 || lengthBytes === undefined || etag === '' || (ifMatch !== undefined && etag !== ifMatch))
      return undefined
    const contentRange = headers['content-range'] ?? ''
    const extent = extentOf({ ContentRange: contentRange, ContentLength: lengthBytes }, status, range)
    if (extent === undefined) return undefined
    const timeOf = (text: string | undefined, otherwise: number) => {
      const ms = Date.parse(text ?? '')
      return Number.isNaN(ms) ? otherwise : ms
    }
    const storeNowMs = timeOf(headers.date, deps.clock.now())
    const body = readBody(answer.body, { expectedBytes: lengthBytes, endpoint, signal, toError })
    return {
      key,
      sizeBytes: extent.sizeBytes,
      etag,
      modifiedMs: timeOf(headers['last-modified'], storeNowMs),
      metadata: {},
      storeNowMs,
      startOffset: extent.startOffset,
      body,
    }
  }

  return {
    endpoint,
    open,
    close() {
      pool?.close()
      fallback?.then(
        (store) => store.close(),
        () => {},
      )
    },
  }
}

const mostOddAnswers = 3
const emptyBodySha256 = createHash('sha256').digest('hex')
