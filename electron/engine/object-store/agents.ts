import http from 'node:http'
import https from 'node:https'
import tls from 'node:tls'
import { HttpProxyAgent } from 'http-proxy-agent'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { AppError } from '../../../shared/errors.ts'
import type { Disk, NetworkSpec } from '../ports.ts'
import { proxyFor } from './proxies.ts'
import { createTrust } from './trust.ts'

export interface AgentsOptions {
  /** The most sockets to one host. */
  readonly maxSockets: number
  /** Without it: no proxy, the runtime's own authorities, and those of the system. */
  readonly network?: NetworkSpec | undefined
  /** Reads the files of authorities. */
  readonly disk?: Disk | undefined
}
export interface Target {
  readonly isTls: boolean
  readonly hostname: string
  readonly port: number
}
/** What a request is made with. */
export interface Route {
  readonly isProxied: boolean
  readonly requestOptions: {
    readonly agent: http.Agent
    readonly secureContext?: tls.SecureContext
    /** Without it the proxy's agent guesses, and keeps its sockets under a name at which it doesn't find them again. */
    readonly secureEndpoint: boolean
  }
}

/** How long a proxy may take to connect. */
const proxyMs = 30_000

/**
 * The one place where agents, and so sockets, are made: for stores and for whoever gives sign-ins, in every thread. It knows the authorities that are
 * trusted and the proxies of the environment.
 */
export function createAgents({ maxSockets, network, disk }: AgentsOptions) {
  const agentOptions = { keepAlive: true, maxSockets, scheduling: 'lifo' } as const
  const trust = createTrust(network?.trustFiles ?? [], disk)
  const agents = new Map<string, http.Agent>()
  const agentOf = (key: string, make: () => http.Agent): http.Agent => {
    const agent = agents.get(key) ?? make()
    agents.set(key, agent)
    return agent
  }
  const destroy = () => {
    for (const agent of agents.values()) agent.destroy()
    agents.clear()
  }

  /** `usage` when the proxy of the environment can't be understood; what `createTrust` says of files. */
  const route = (target: Target): Route => {
    const { isTls } = target
    const proxy = proxyFor(target, network?.proxies ?? {})
    if (proxy === 'unusable') {
      const name = isTls ? 'HTTPS_PROXY' : 'HTTP_PROXY'
      throw new AppError('usage', { problem: `${name} is not the address of an HTTP proxy.` })
    }
    const secureContext = isTls || proxy?.protocol === 'https:' ? trust.context() : undefined
    const secure = secureContext === undefined ? {} : { secureContext }
    if (proxy !== undefined) {
      const agent = agentOf(`proxy ${isTls}`, () => {
        const options = { ...agentOptions, ...secure }
        return limitConnect(isTls ? new HttpsProxyAgent(proxy, options) : new HttpProxyAgent(proxy, options))
      })
      return { isProxied: true, requestOptions: { agent, ...secure, secureEndpoint: isTls } }
    }
    const agent = isTls
      ? agentOf('https', () => new https.Agent(agentOptions))
      : agentOf('http', () => new http.Agent(agentOptions))
    return { isProxied: false, requestOptions: { agent, ...secure, secureEndpoint: isTls } }
  }
  return {
    route,
    /** Trusts the system's authorities too; false when that changes nothing. Requests must be made anew. */
    trustSystem(): boolean {
      if (!trust.widen()) return false
      destroy()
      return true
    },
    destroy,
  }
}

/** A proxy that takes the connection and says nothing would hold a request for ever: no other timer runs before there is a socket. */
function limitConnect<Agent extends HttpsProxyAgent<string> | HttpProxyAgent<string>>(agent: Agent): Agent {
  const connect = agent.connect.bind(agent) as (...args: unknown[]) => Promise<never>
  agent.connect = ((...args: unknown[]) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<never>((_, reject) => {
      const error = Object.assign(new Error('the proxy is silent'), { code: 'ETIMEDOUT' })
      timer = setTimeout(() => reject(error), proxyMs)
    })
    return Promise.race([connect(...args), late]).finally(() => clearTimeout(timer))
  }) as never
  return agent
}

/**
 * Who issued the certificate that a server shows, for a message about one that isn't trusted: the runtime does not tell. A connection of its own, on
 * which nothing is sent; undefined when that fails.
 */
export function lookUpIssuer({ hostname, port }: Target): Promise<string | undefined> {
  return new Promise((resolve) => {
    const host = hostname.replace(/^\[|\]$/g, '')
    // Looked at and closed: no request goes over it, so nothing is trusted here.
    const socket = tls.connect({ host, port, servername: nameOf(host), rejectUnauthorized: false })
    const finish = (issuer: string | undefined) => {
      socket.destroy()
      resolve(issuer)
    }
    socket.setTimeout(5_000, () => finish(undefined))
    socket.once('error', () => finish(undefined))
    socket.once('secureConnect', () => {
      const { issuer } = socket.getPeerCertificate()
      const found = [issuer?.O, issuer?.CN].flat().find((each) => typeof each === 'string' && each !== '')
      finish(found?.slice(0, 100))
    })
  })
}

const nameOf = (host: string): string => (/^[\d.]+$|:/.test(host) ? '' : host)
