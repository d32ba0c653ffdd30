import type { Clock, Disk, Io, ObjectStore, PlainCredentials } from '../ports.ts'
import { addressOf, type LeanAddress } from './lean-address.ts'
import type { LeanTarget } from './lean-connection.ts'
import { createLeanSigner, type LeanSigner } from './lean-signer.ts'
import { proxyFor } from './proxies.ts'
import type { S3Spec } from './s3-client.ts'
import type { S3Question } from './s3-errors.ts'
import { createTrust } from './trust.ts'

export interface LeanRouteDeps {
  readonly clock: Clock
  readonly connectionName?: string
  credentials(io: Io): Promise<PlainCredentials>
  /** Reads the files of authorities. */
  readonly disk?: Disk
  /** Made when it is first needed: loading the SDK takes longer than many a transfer. */
  openFallback(): Promise<ObjectStore>
}

/** The way to a store over sockets of our own, and the SDK's beside it: what the lean reader and the lean writer share. */
export interface LeanRoute {
  readonly endpoint: string
  sign: LeanSigner['sign']
  /** Undefined where only the SDK knows the way: an odd address, a proxy before it, or three unusual answers in a row. */
  address(): LeanAddress | undefined
  /** Where connections go. */
  target(address: LeanAddress): LeanTarget
  question(action: string, about: S3Question['about']): S3Question
  /** The SDK's way. */
  fallback(): Promise<ObjectStore>
  wentWell(): void
  /** An answer that the SDK is to deal with. */
  wasUnusual(): void
  /** It may be signed with what has run out; the engine has others once the SDK's request has been refused, too. */
  wasRefused(): void
  close(): void
}

const mostOddAnswers = 3

export function createLeanRoute(spec: S3Spec, deps: LeanRouteDeps): LeanRoute {
  const endpoint = spec.endpoint === undefined ? 's3.amazonaws.com' : new URL(spec.endpoint).host
  const address = addressOf(spec)
  const isProxied =
    address !== undefined && proxyFor({ ...address, hostname: address.host }, spec.network?.proxies ?? {}) !== undefined
  const trust = createTrust(spec.network?.trustFiles ?? [], deps.disk)
  const signer = createLeanSigner(spec, deps)
  let fallback: Promise<ObjectStore> | undefined
  let oddAnswers = 0
  return {
    endpoint,
    sign: signer.sign,
    address: () => (isProxied || oddAnswers >= mostOddAnswers ? undefined : address),
    target: (found) => ({ ...found, secureContext: found.isTls ? trust.context() : undefined }),
    question: (action, about) => ({
      endpoint,
      bucket: spec.bucket,
      connection: deps.connectionName ?? spec.bucket,
      action,
      about,
    }),
    fallback() {
      fallback ??= deps.openFallback()
      return fallback
    },
    wentWell() {
      oddAnswers = 0
    },
    wasUnusual() {
      oddAnswers += 1
    },
    wasRefused: signer.forget,
    close() {
      // One that could not be opened has nothing to close; who asked for it has its error.
      fallback?.then(
        (store) => store.close(),
        () => {},
      )
    },
  }
}
