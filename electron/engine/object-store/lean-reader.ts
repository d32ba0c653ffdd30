import { createHash } from 'node:crypto'
import { AppError } from '../../../shared/errors.ts'
import type { ObjectBody, ObjectStore } from '../ports.ts'
import { untilAborted } from '../until-aborted.ts'
import { isUnknownIssuer } from './certificate-codes.ts'
import { createLeanPool, type LeanAnswer, type LeanPool } from './lean-connection.ts'
import { createLeanRoute, type LeanRouteDeps } from './lean-route.ts'
import { readBody } from './read-body.ts'
import { extentOf, quoted } from './s3-answers.ts'
import type { S3Spec } from './s3-client.ts'
import { toStoreError } from './s3-errors.ts'

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
export function createLeanReader(spec: S3Spec, deps: LeanRouteDeps): RangeReader {
  const route = createLeanRoute(spec, deps)
  const { endpoint } = route
  let pool: LeanPool | undefined

  const openFallback: ObjectStore['open'] = async (key, options) => (await route.fallback()).open(key, options)

  const open: ObjectStore['open'] = async (key, options) => {
    const { range, signal, ifMatch } = options
    // 1
    const address = route.address()
    if (address === undefined || range === undefined || range.startOffset >= range.endOffset)
      return openFallback(key, options)
    const question = route.question('read a file', { kind: 'object', key, ifMatchRead: true })
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
      const headers = await untilAborted(route.sign(address, { method: 'GET', path, headers: asked }), signal)
      pool ??= createLeanPool(route.target(address))
      answer = await pool.get({ path, headers }, { signal })
    } catch (error) {
      if (!isUnknownIssuer(error) || signal.aborted) throw toError(error)
      answer = 'unusual'
    }
    // 3
    const found = answer === 'unusual' ? undefined : bodyOf(answer, key, options, toError)
    if (found !== undefined) {
      route.wentWell()
      return found
    }
    if (answer !== 'unusual') {
      answer.drop()
      if ([400, 401, 403].includes(answer.status)) route.wasRefused()
      // 4
      if (answer.status === 429 || (answer.status >= 500 && answer.status !== 501))
        throw toError({ $response: { statusCode: answer.status, headers: answer.headers } })
    }
    // 5
    route.wasUnusual()
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
      route.close()
    },
  }
}

const emptyBodySha256 = createHash('sha256').digest('hex')
