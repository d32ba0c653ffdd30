import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import tls from 'node:tls'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createAuthority } from '../../../testkit/certificates.ts'
import { createTempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { createSystemClock } from '../system-clock.ts'
import { createHttpHandler } from './http-handler.ts'

/** The runtime reads the system's list once a process: this file has one test that needs another one. */
test('an authority that the computer’s administrator added is trusted without being named', async ({ skip }) => {
  if (process.platform !== 'linux' || !('getCACertificates' in tls))
    skip('this runtime does not read the system’s list')
  const authority = createAuthority('Acme Admin')
  const folder = await createTempFolder()
  onTestFinished(folder.remove)
  const file = path.join(folder.path, 'system.pem')
  await writeFile(file, authority.pem)
  vi.stubEnv('SSL_CERT_FILE', file)
  let requests = 0
  const server = createServer(authority.issue(['127.0.0.1']), (_, answer) => {
    requests += 1
    answer.end('x')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const handler = createHttpHandler({
    connections: 2,
    stallMs: 5_000,
    clock: createSystemClock(),
    disk: createNodeDisk(),
  })
  onTestFinished(() => {
    handler.destroy()
    server.closeAllConnections()
    server.close()
  })
  const request = {
    protocol: 'https:',
    hostname: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    method: 'GET',
    path: '/',
    headers: {},
  }
  // At once, so that all meet the unknown authority before one has asked the system.
  const answers = await Promise.all([1, 2, 3, 4].map(() => handler.handle(request)))
  for (const { response } of answers) {
    response.body.resume()
    expect(response.statusCode).toBe(200)
  }
  expect(requests).toBe(4)
})
