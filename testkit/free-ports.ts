import { createServer, type Server } from 'node:net'

/** Finds that many different free ports on the loopback address. All are held until all are found, then let go together. */
export async function findFreePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listen))
  const ports = servers.map(portOf)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

/**
 * Starts a server on free ports. Until it holds them, any other process may be given one: a start that fails because an address is in use is tried
 * twice more, on others.
 */
export async function startOnFreePorts<T>(count: number, start: (ports: readonly number[]) => Promise<T>): Promise<T> {
  for (let triesLeft = 2; ; triesLeft -= 1) {
    try {
      return await start(await findFreePorts(count))
    } catch (error) {
      if (triesLeft === 0 || !/address already in use/i.test(String(error))) throw error
    }
  }
}

/** The port that a listening TCP or HTTP server got. */
export function portOf(server: Pick<Server, 'address'>): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port')
  return address.port
}

function listen(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
}
