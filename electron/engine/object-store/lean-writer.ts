import { createHash } from 'node:crypto'
import { AppError } from '../../../shared/errors.ts'
import type { Clock, Disk, Io, ObjectStore, PlainCredentials } from '../ports.ts'
import { untilAborted } from '../until-aborted.ts'
import { isUnknownIssuer } from './certificate-codes.ts'
import { addressOf, mayChangeOnItsWay, percentEncode } from './lean-address.ts'
import { createLeanPutPool, type LeanPutAnswer, type LeanPutPool } from './lean-put.ts'
import { createLeanSigner } from './lean-signer.ts'
import { proxyFor } from './proxies.ts'
import type { S3Spec } from './s3-client.ts'
import { type S3Question, toStoreError } from './s3-errors.ts'
import { createTrust } from './trust.ts'

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
  deps: {
    readonly clock: Clock
    readonly connectionName?: string
    credentials(io: Io): Promise<PlainCredentials>
    /** Reads the files of authorities. */
    readonly disk?: Disk
    /** 30 s. */
    readonly stallMs?: number
    /** Made when it is first needed: loading the SDK takes longer than many a publish. */
    openFallback(): Promise<ObjectStore>
  },
): PartWriter {
  const endpoint = spec.endpoint === undefined ? 's3.amazonaws.com' : new URL(spec.endpoint).host
  const address = addressOf(spec)
  const isProxied =
    address !== undefined && proxyFor({ ...address, hostname: address.host }, spec.network?.proxies ?? {}) !== undefined
  const trust = createTrust(spec.network?.trustFiles ?? [], deps.disk)
  const signer = createLeanSigner(spec, deps)
  const hashesBodies = mayChangeOnItsWay(spec)
  const { clock, stallMs = 30_000 } = deps
  let pool: LeanPutPool | undefined
  let fallback: Promise<ObjectStore> | undefined
  let oddAnswers = 0
  let asksFirst = true

  const uploadPart: ObjectStore['uploadPart'] = async (key, uploadId, partNumber, bytes, io) => {
    const { signal } = io
    const bySdk = async () => {
      fallback ??= deps.openFallback()
      return (await fallback).uploadPart(key, uploadId, partNumber, bytes, io)
    }
    // 1
    if (address === undefined || isProxied || oddAnswers >= mostOddAnswers) return bySdk()
    const question: S3Question = {
      endpoint,
      bucket: spec.bucket,
      connection: deps.connectionName ?? spec.bucket,
      action: 'send a part',
      about: { kind: 'upload', key },
    }
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
      const headers = await untilAborted(signer.sign(address, { method: 'PUT', path, query, headers: asked }), signal)
      pool ??= createLeanPutPool(
        { ...address, secureContext: address.isTls ? trust.context() : undefined },
        { clock, stallMs },
      )
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
        oddAnswers = 0
        asksFirst = false
        return { partNumber, etag: headers.etag, sizeBytes: bytes.length }
      }
      // It may be signed with what has run out; the engine has others once the SDK's request has been refused, too.
      if ([400, 401, 403].includes(status)) signer.forget()
      // 5
      if (status === 429 || (status >= 500 && status !== 501))
        throw toError({ $response: { statusCode: status, headers } })
    }
    // 6
    asksFirst = true
    oddAnswers += 1
    return bySdk()
  }

  return {
    uploadPart,
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
