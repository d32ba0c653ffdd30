import { createHash } from 'node:crypto'
import { AppError } from '../../../shared/errors.ts'
import type { ObjectStore } from '../ports.ts'
import { untilAborted } from '../until-aborted.ts'
import { isUnknownIssuer } from './certificate-codes.ts'
import { mayChangeOnItsWay, percentEncode } from './lean-address.ts'
import { createLeanPutPool, type LeanPutAnswer, type LeanPutPool } from './lean-put.ts'
import { createLeanRoute, type LeanRouteDeps } from './lean-route.ts'
import type { S3Spec } from './s3-client.ts'
import { toStoreError } from './s3-errors.ts'

export type PartWriter = Pick<ObjectStore, 'uploadPart' | 'close'>

/**
 * Parts of uploads over sockets of its own, at a fraction of the SDK's cost a byte. One call is one request.
 *  1. Only where the store's address is known and no proxy stands before it. Anything else is the SDK's.
 *  2. The request is signed here. The signature holds the body's sha256 only where bytes could change on their way.
 *  3. Until a part was taken, and again after anything went wrong, the store is asked before the body is sent, so that a refusal reaches us whole.
 *  4. 200 with an etag: the part is there.
 *  5. 429 and 5xx: `store-busy`, as the SDK's path says it. The network's errors: the same codes, too.
 *  6. Every other answer (redirects, refusals, another region, skewed clocks, an upload that is gone), and a certificate that the given authorities
 *     don't vouch for: the part goes through the SDK, which knows what to do. After three of these in a row all do.
 */
export function createLeanWriter(
  spec: S3Spec,
  deps: LeanRouteDeps & {
    /** 30 s. */
    readonly stallMs?: number
  },
): PartWriter {
  const route = createLeanRoute(spec, deps)
  const hashesBodies = mayChangeOnItsWay(spec)
  const { clock, stallMs = 30_000 } = deps
  let pool: LeanPutPool | undefined
  let asksFirst = true

  const uploadPart: ObjectStore['uploadPart'] = async (key, uploadId, partNumber, bytes, io) => {
    const { signal } = io
    const bySdk = async () => (await route.fallback()).uploadPart(key, uploadId, partNumber, bytes, io)
    // 1
    const address = route.address()
    if (address === undefined) return bySdk()
    const question = route.question('send a part', { kind: 'upload', key })
    const toError = (error: unknown) => {
      asksFirst = true
      return signal.aborted ? new AppError('cancelled', {}, signal.reason) : toStoreError(error, question)
    }
    let answer: LeanPutAnswer | 'unusual'
    try {
      // 2
      const path = address.pathOf(spec.root + key)
      const query = { partNumber: String(partNumber), uploadId }
      const hash = hashesBodies ? createHash('sha256').update(bytes).digest('hex') : 'UNSIGNED-PAYLOAD'
      const asked = { 'content-length': String(bytes.length), 'x-amz-content-sha256': hash }
      const headers = await untilAborted(route.sign(address, { method: 'PUT', path, query, headers: asked }), signal)
      pool ??= createLeanPutPool(route.target(address), { clock, stallMs })
      const target = `${path}?partNumber=${partNumber}&uploadId=${percentEncode(uploadId)}`
      answer = await pool.put({ path: target, headers, body: bytes, asksFirst }, io)
    } catch (error) {
      if (!isUnknownIssuer(error) || signal.aborted) throw toError(error)
      answer = 'unusual'
    }
    if (answer !== 'unusual') {
      // 4
      const { status, headers } = answer
      if (status === 200 && headers.etag !== undefined && headers.etag !== '') {
        route.wentWell()
        asksFirst = false
        return { partNumber, etag: headers.etag, sizeBytes: bytes.length }
      }
      if ([400, 401, 403].includes(status)) route.wasRefused()
      // 5
      if (status === 429 || (status >= 500 && status !== 501))
        throw toError({ $response: { statusCode: status, headers } })
    }
    // 6
    asksFirst = true
    route.wasUnusual()
    return bySdk()
  }

  return {
    uploadPart,
    close() {
      pool?.close()
      route.close()
    },
  }
}
