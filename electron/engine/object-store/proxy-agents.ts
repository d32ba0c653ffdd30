import type http from 'node:http'
import type tls from 'node:tls'
import { HttpProxyAgent } from 'http-proxy-agent'
import { HttpsProxyAgent } from 'https-proxy-agent'

/** How long a proxy may take to connect. */
const proxyMs = 30_000

/** An agent whose sockets go by a proxy: through a tunnel for TLS, else by telling it the whole address. */
export function createProxyAgent(
  proxy: URL,
  options: http.AgentOptions & { readonly isTls: boolean; readonly secureContext?: tls.SecureContext },
): http.Agent {
  const { isTls, ...rest } = options
  return limitConnect(isTls ? new HttpsProxyAgent(proxy, rest) : new HttpProxyAgent(proxy, rest))
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
