import { spawn } from 'node:child_process'
import { resolve } from 'node:path'

export interface ListingServer {
  readonly endpoint: string
  stop(): void
}

/** `listing-server.ts` in a process of its own, with so many packages and one more of so many versions. */
export async function startListingServer(packages: number, versions = 0): Promise<ListingServer> {
  const script = resolve(import.meta.dirname, 'listing-server.ts')
  const child = spawn(process.execPath, [script, String(packages), String(versions)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const port = await new Promise<string>((done, fail) => {
    child.stdout.setEncoding('utf8').once('data', (line: string) => done(line.trim()))
    child.once('exit', () => fail(new Error('the server ended')))
  })
  return { endpoint: `http://127.0.0.1:${port}`, stop: () => child.kill() }
}
