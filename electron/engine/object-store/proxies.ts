import { BlockList, isIP } from 'node:net'
import type { NetworkSpec } from '../ports.ts'

/** The proxies of an environment: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in small letters first, as curl has it. */
export function readProxies(env: Readonly<Record<string, string | undefined>>): NetworkSpec['proxies'] {
  const value = (name: string) => env[name.toLowerCase()] || env[name] || undefined
  const [http, https] = [value('HTTP_PROXY') ?? value('ALL_PROXY'), value('HTTPS_PROXY') ?? value('ALL_PROXY')]
  const exceptions = value('NO_PROXY')
  return {
    ...(http === undefined ? {} : { http }),
    ...(https === undefined ? {} : { https }),
    ...(exceptions === undefined ? {} : { exceptions }),
  }
}

/**
 * The proxy for an address; undefined where it is reached directly: this computer itself, always, and what `NO_PROXY` names (`*`, a host with all
 * below it, either with a port, a network of addresses like `10.0.0.0/8`, commas between). An address that is no proxy's is `'unusable'`.
 */
export function proxyFor(
  target: { readonly isTls: boolean; readonly hostname: string; readonly port: number },
  proxies: NetworkSpec['proxies'],
): URL | 'unusable' | undefined {
  const named = target.isTls ? proxies.https : proxies.http
  const hostname = target.hostname.toLowerCase().replace(/^\[|\]$/g, '')
  if (named === undefined || isThisComputer(hostname)) return undefined
  const isExcepted = (proxies.exceptions ?? '').split(/[\s,]+/).some((rule) => excepts(rule, hostname, target.port))
  if (isExcepted) return undefined
  const text = named.includes('://') ? named : `http://${named}`
  if (!URL.canParse(text)) return 'unusable'
  const url = new URL(text)
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : 'unusable'
}

/** Lower case, without brackets. */
export const isThisComputer = (hostname: string): boolean =>
  hostname === 'localhost' ||
  hostname.endsWith('.localhost') ||
  (isIP(hostname) === 4 && hostname.startsWith('127.')) ||
  hostname === '::1'

function excepts(rule: string, hostname: string, port: number): boolean {
  if (rule === '') return false
  if (rule === '*') return true
  const subnet = /^\[?([\da-f.:]+)\]?\/(\d{1,3})$/i.exec(rule)
  if (subnet !== null) return isInSubnet(hostname, subnet[1] ?? '', Number(subnet[2]))
  const withPort = /^(.+):(\d+)$/.exec(rule)
  const isPort = withPort !== null && isIP(rule) === 0
  if (isPort && Number(withPort[2]) !== port) return false
  const host = (isPort ? (withPort[1] ?? '') : rule)
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/^\*?\./, '')
  return hostname === host || hostname.endsWith(`.${host}`)
}

function isInSubnet(hostname: string, network: string, prefixBits: number): boolean {
  const family = isIP(network)
  if (family === 0 || isIP(hostname) !== family || prefixBits > (family === 4 ? 32 : 128)) return false
  const type = family === 4 ? 'ipv4' : 'ipv6'
  const addresses = new BlockList()
  addresses.addSubnet(network, prefixBits, type)
  return addresses.check(hostname, type)
}
