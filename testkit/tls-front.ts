import { request as forward } from 'node:http'
import { createServer } from 'node:https'
import type { ServerCertificate } from './certificates.ts'
import { portOf } from './free-ports.ts'

/** HTTPS in front of a store that speaks HTTP; requests go on as they came. */
export async function startTlsFront(
  target: string,
  certificate: ServerCertificate,
): Promise<{ readonly endpoint: string; readonly requests: readonly string[]; stop(): Promise<void> }> {
  const { hostname, port } = new URL(target)
  const requests: string[] = []
  const server = createServer(certificate, (incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming
    requests.push(`${method} ${url}`)
    const upstream = forward({ hostname, port, method, path: url, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    upstream.on('error', () => outgoing.destroy())
    incoming.pipe(upstream)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `https://127.0.0.1:${portOf(server)}`,
    requests,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
