import { createHash, createHmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import type { Clock, Io, PlainCredentials } from '../ports.ts'
import type { LeanAddress } from './lean-address.ts'
import type { S3Spec } from './s3-client.ts'

/** SHA-256 as the signer wants it. */
class Sha256 {
  private readonly hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret))
  }
  update(data: string | ArrayBuffer | ArrayBufferView) {
    this.hash.update(bytesOf(data))
  }
  async digest(): Promise<Uint8Array> {
    return this.hash.digest()
  }
  reset() {}
}
const bytesOf = (data: string | ArrayBuffer | ArrayBufferView): string | Uint8Array => {
  if (typeof data === 'string') return data
  return data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

/** Credentials that expire are asked for again so long before. */
const renewBeforeMs = 300_000

/** What is signed. Paths and queries as they are sent; names of headers in small letters. */
export interface LeanQuestion {
  readonly method: 'GET' | 'PUT'
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  /** Without `host`. */
  readonly headers: Readonly<Record<string, string>>
}
export interface LeanSigner {
  sign(address: LeanAddress, question: LeanQuestion): Promise<Readonly<Record<string, string>>>
  /** The next request asks for credentials anew. */
  forget(): void
}

/** Gives all headers of a request, signed by the SDK's own signer; unsigned for strangers. */
export function createLeanSigner(
  { region }: S3Spec,
  deps: { readonly clock: Clock; credentials(io: Io): Promise<PlainCredentials> },
): LeanSigner {
  let current: Promise<PlainCredentials> | undefined
  const credentials = async () => {
    const found = await (current ?? ask())
    const isOld =
      found.kind === 'keys' && found.expiresAtMs !== undefined && found.expiresAtMs - renewBeforeMs < deps.clock.now()
    return isOld ? ask() : found
  }
  const ask = () => {
    const asked = deps.credentials({ signal: new AbortController().signal })
    current = asked
    asked.catch(() => {
      if (current === asked) current = undefined
    })
    return asked
  }
  const sign: LeanSigner['sign'] = async (address, { method, path, query, headers: more }) => {
    const { isTls, host, port, hostHeader } = address
    const headers = { host: hostHeader, ...more }
    const found = await credentials()
    if (found.kind === 'anonymous') return headers
    const signer = new SignatureV4({
      service: 's3',
      region: region ?? 'us-east-1',
      credentials: found,
      sha256: Sha256,
      uriEscapePath: false,
      applyChecksum: false,
    })
    const request = {
      method,
      protocol: isTls ? 'https:' : 'http:',
      hostname: host,
      port,
      path,
      headers,
      ...(query === undefined ? {} : { query: { ...query } }),
    }
    const signed = await signer.sign(request, { signingDate: new Date(deps.clock.now()) })
    return signed.headers
  }
  return {
    sign,
    forget() {
      current = undefined
    },
  }
}
