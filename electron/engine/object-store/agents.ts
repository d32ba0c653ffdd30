import type { Agent } from 'node:http'
import https from 'node:https'
import tls from 'node:tls'
import { AppError } from '../../../shared/errors.ts'
import type { Disk, NetworkSpec } from '../ports.ts'
import { http } from './builtin-http.ts'
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
    readonly agent: Agent
    readonly secureContext?: tls.SecureContext
    /** Without it the proxy's agent guesses, and keeps its sockets under a name at which it doesn't find them again. */
    readonly secureEndpoint: boolean
  }
}

/**
 * The one place where agents, and so sockets, are made: for stores and for whoever gives sign-ins, in every thread. It knows the authorities that are
 * trusted and the proxies of the environment.
 */
export function createAgents({ maxSockets, network, disk }: AgentsOptions) {
  const agentOptions = { keepAlive: true, maxSockets, scheduling: 'lifo' } as const
  const trust = createTrust(network?.trustFiles ?? [], disk)
  const agents = new Map<string, Agent>()
  /** An agent makes sockets for waiting requests as it made earlier ones, with the list of authorities of then: a new list, new agents. */
  let generation = 0
  const agentOf = (kind: string, make: () => Agent): Agent => {
    const key = `${kind} ${generation}`
    const agent = agents.get(key) ?? make()
    agents.set(key, agent)
    return agent
  }
  /** `usage` when the proxy of the environment can't be understood; what `createTrust` says of files. */
  const route = async (target: Target): Promise<Route> => {
    const { isTls } = target
    const proxy = proxyFor(target, network?.proxies ?? {})
    if (proxy === 'unusable') {
      const name = isTls ? 'HTTPS_PROXY' : 'HTTP_PROXY'
      throw new AppError('usage', { problem: `${name} is not the address of an HTTP proxy.` })
    }
    // Loaded when it is needed: most have no proxy. Before the list of authorities is looked at, which may change meanwhile.
    const proxyAgents = proxy === undefined ? undefined : await import('./proxy-agents.ts')
    const secureContext = isTls || proxy?.protocol === 'https:' ? trust.context() : undefined
    const secure = secureContext === undefined ? {} : { secureContext }
    if (proxy !== undefined && proxyAgents !== undefined) {
      const options = { ...agentOptions, ...secure, isTls }
      const agent = agentOf(`proxy ${isTls}`, () => proxyAgents.createProxyAgent(proxy, options))
      return { isProxied: true, requestOptions: { agent, ...secure, secureEndpoint: isTls } }
    }
    const agent = isTls
      ? agentOf('https', () => new https.Agent(agentOptions))
      : agentOf('http', () => new http.Agent(agentOptions))
    return { isProxied: false, requestOptions: { agent, ...secure, secureEndpoint: isTls } }
  }
  return {
    route,
    /** After a request by `route` met an unknown authority: trusts the system's too. False when there are no more than it was made with. */
    trustSystem({ requestOptions }: Route): boolean {
      // Another request may have been first.
      if (!trust.widen()) return trust.context() !== requestOptions.secureContext
      generation += 1
      return true
    },
    destroy() {
      for (const agent of agents.values()) agent.destroy()
      agents.clear()
    },
  }
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
