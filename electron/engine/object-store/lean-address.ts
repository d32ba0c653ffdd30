import { isThisComputer } from './proxies.ts'
import type { S3Spec } from './s3-client.ts'

/** Where the objects of a bucket are asked for. */
export interface LeanAddress {
  readonly isTls: boolean
  readonly host: string
  readonly port: number
  readonly hostHeader: string
  pathOf(key: string): string
}

/** Only regions of Amazon's main partition, whose addresses follow one rule. */
const plainRegion =
  /^(?:af|ap|ca|eu|il|me|mx|sa|us)-(?:north|south|east|west|central|northeast|southeast|northwest|southwest)-\d$/
/** Names that are part of a host name as they are, and not of a special kind. */
const plainBucket = /^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/

/** Where a bucket is asked; undefined where that takes more than a rule. Path style at a given endpoint, Amazon's host names else. */
export function addressOf({ endpoint, bucket, region, addressing }: S3Spec): LeanAddress | undefined {
  // The other way round than is usual.
  if (addressing === (endpoint === undefined ? 'path' : 'host')) return undefined
  if (endpoint === undefined) {
    if (region === undefined || !plainRegion.test(region) || !plainBucket.test(bucket)) return undefined
    const host = `${bucket}.s3.${region}.amazonaws.com`
    return { isTls: true, host, port: 443, hostHeader: host, pathOf: (key) => `/${encodeKey(key)}` }
  }
  const { protocol, hostname, port, host, pathname, search, username } = new URL(endpoint)
  if (!['http:', 'https:'].includes(protocol) || search !== '' || username !== '') return undefined
  const isTls = protocol === 'https:'
  const base = `${pathname.replace(/\/$/, '')}/${encodeKey(bucket)}/`
  return {
    isTls,
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (isTls ? 443 : 80) : Number(port),
    hostHeader: host,
    pathOf: (key) => base + encodeKey(key),
  }
}

const encodeKey = (key: string): string => key.split('/').map(percentEncode).join('/')

/** As signatures have it. */
export const percentEncode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)

/**
 * Whether what is sent can change on its way: not over TLS, and not where it never leaves this computer. Where it can, the signature has to
 * hold the body's hash.
 */
export function mayChangeOnItsWay({ endpoint }: Pick<S3Spec, 'endpoint'>): boolean {
  if (endpoint === undefined) return false
  const { protocol, hostname } = new URL(endpoint)
  return protocol === 'http:' && !isThisComputer(hostname.replace(/^\[|\]$/g, ''))
}
