import { writeFile } from 'node:fs/promises'
import { createServer as createHttpServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect, type createServer as createTcpServer } from 'node:net'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createAuthority, type ServerCertificate } from '../../../testkit/certificates.ts'
import { createTempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import type { NetworkSpec } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import { createS3ObjectStore } from './s3-object-store.ts'

const io = { signal: AbortSignal.timeout(60_000) }
const authority = createAuthority('Acme Models')

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    if ('closeAllConnections' in server) server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** A store over TLS that answers every GET with `x`. */
async function serveTls(certificate: ServerCertificate = authority.issue(['127.0.0.1'])) {
  const requests: IncomingMessage[] = []
  const port = await listen(
    createTlsServer(certificate, (request, answer) => {
      requests.push(request)
      answer.writeHead(200, { etag: '"e"', 'content-length': 1 }).end('x')
    }),
  )
  return { requests, port }
}

async function trustFile(text: string): Promise<string> {
  const folder = await createTempFolder()
  onTestFinished(folder.remove)
  const file = path.join(folder.path, 'authority.pem')
  await writeFile(file, text)
  return file
}

function storeAt(endpoint: string, network: Partial<NetworkSpec> = {}, addressing?: 'path' | 'host') {
  const store = createS3ObjectStore(
    {
      kind: 's3',
      bucket: 'team',
      root: '',
      endpoint,
      ...(addressing === undefined ? {} : { addressing }),
      network: { trustFiles: [], proxies: {}, ...network },
      credentials: { kind: 'keys', accessKeyId: 'AKIA', secretAccessKey: 'secret' },
      connections: 2,
    },
    { clock: createSystemClock(), log: { write: () => {} }, disk: createNodeDisk(), stallMs: 3_000 },
  )
  onTestFinished(store.close)
  return { read: async () => Buffer.from((await store.read('a', { ...io, maxBytes: 9 })).bytes).toString() }
}

describe('certificates', () => {
  test('of an authority in a file are trusted, beside others in that file', async () => {
    const { port, requests } = await serveTls()
    const file = await trustFile(`Our own\n${createAuthority('Other').pem}\n${authority.pem}`)
    const { read } = storeAt(`https://127.0.0.1:${port}`, { trustFiles: [file] })
    expect(await read()).toBe('x')
    expect(await read()).toBe('x')
    expect(requests).toHaveLength(2)
  })

  test('of an unknown authority are refused, which is named; nothing is sent', async () => {
    const { port, requests } = await serveTls()
    const expected = {
      code: 'certificate-refused',
      details: { endpoint: `127.0.0.1:${port}`, issuer: 'Acme Models' },
    }
    await expect(storeAt(`https://127.0.0.1:${port}`).read()).rejects.toMatchObject(expected)
    const others = await trustFile(createAuthority('Other').pem)
    await expect(storeAt(`https://127.0.0.1:${port}`, { trustFiles: [others] }).read()).rejects.toMatchObject(expected)
    expect(requests).toHaveLength(0)
  })

  test('of another host, and those that have ended, are refused', async () => {
    const file = await trustFile(authority.pem)
    for (const certificate of [authority.issue(['store.example']), authority.issue(['127.0.0.1'], { expired: true })]) {
      const { port, requests } = await serveTls(certificate)
      await expect(storeAt(`https://127.0.0.1:${port}`, { trustFiles: [file] }).read()).rejects.toMatchObject({
        code: 'certificate-refused',
        details: { issuer: 'Acme Models' },
      })
      expect(requests).toHaveLength(0)
    }
  })

  test('a file that is missing or holds none is named', async () => {
    const { port } = await serveTls()
    const noPem = await trustFile('not a certificate')
    const broken = await trustFile(authority.pem.replace(/\n[A-Za-z0-9+/]{20}/, '\nAAAAAAAAAAAAAAAAAAAA'))
    const read = (file: string) => storeAt(`https://127.0.0.1:${port}`, { trustFiles: [file] }).read()
    await expect(read(noPem)).rejects.toMatchObject({
      code: 'usage',
      details: { problem: expect.stringContaining(noPem) },
    })
    await expect(read(broken)).rejects.toMatchObject({ code: 'usage' })
    await expect(read('/nowhere/ca.pem')).rejects.toMatchObject({
      code: 'file-unreadable',
      details: { path: '/nowhere/ca.pem' },
    })
  })
})

/** A proxy that forwards to this computer, whatever host is named. */
async function startProxy(targetPort: number, answerConnect = 'HTTP/1.1 200 OK\r\n\r\n') {
  const seen: string[] = []
  const server = createHttpServer((request, answer) => {
    seen.push(`${request.method} ${request.url}`)
    const { pathname, search } = new URL(request.url ?? '')
    const { method, headers } = request
    request.pipe(
      httpRequest(
        { host: '127.0.0.1', port: targetPort, path: pathname + search, method: method ?? 'GET', headers },
        (given) => {
          answer.writeHead(given.statusCode ?? 0, given.headers)
          given.pipe(answer)
        },
      ),
    )
  })
  server.on('connect', (request, socket) => {
    seen.push(`CONNECT ${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim())
    socket.write(answerConnect)
    if (!answerConnect.includes(' 200 ')) return void socket.end()
    const upstream = connect(targetPort, '127.0.0.1')
    upstream.on('error', () => socket.destroy())
    socket.on('error', () => upstream.destroy())
    upstream.pipe(socket).pipe(upstream)
  })
  return { seen, url: `http://me:pass-word@127.0.0.1:${await listen(server)}` }
}

describe('proxies', () => {
  test('tunnel TLS, with their own sign-in, and check the certificate of the store', async () => {
    const { port, requests } = await serveTls(authority.issue(['store.example']))
    const proxy = await startProxy(port)
    const trustFiles = [await trustFile(authority.pem)]
    const { read } = storeAt(`https://store.example:${port}`, { trustFiles, proxies: { https: proxy.url } })
    expect(await read()).toBe('x')
    expect(await read()).toBe('x')
    const sign = `Basic ${Buffer.from('me:pass-word').toString('base64')}`
    expect(proxy.seen).toEqual([`CONNECT store.example:${port} ${sign}`])
    expect(requests[0]?.headers['proxy-authorization']).toBeUndefined()
    const untrusting = storeAt(`https://store.example:${port}`, { proxies: { https: proxy.url } })
    await expect(untrusting.read()).rejects.toMatchObject({ code: 'certificate-refused' })
  })

  test('carry plain HTTP, to the bucket by path or by host', async () => {
    const hosts: (string | undefined)[] = []
    const port = await listen(
      createHttpServer((request, answer) => {
        hosts.push(request.headers.host)
        answer.writeHead(200, { etag: '"e"', 'content-length': 1 }).end('x')
      }),
    )
    const proxy = await startProxy(port)
    expect(await storeAt('http://store.example:99', { proxies: { http: proxy.url } }).read()).toBe('x')
    expect(await storeAt('http://store.example:99', { proxies: { http: proxy.url } }, 'host').read()).toBe('x')
    expect(hosts).toEqual(['store.example:99', 'team.store.example:99'])
    expect(proxy.seen).toEqual([
      'GET http://store.example:99/team/a?x-id=GetObject',
      'GET http://team.store.example:99/a?x-id=GetObject',
    ])
  })

  test('that refuse, or are none, are told apart from the store', async () => {
    const proxy = await startProxy(9, 'HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n')
    await expect(storeAt('https://store.example', { proxies: { https: proxy.url } }).read()).rejects.toMatchObject({
      code: 'store-answer',
      details: { status: 407, what: expect.stringContaining('proxy') },
    })
    for (const https of ['socks5://proxy.example:1080', 'http://[', ':::']) {
      const failure = await storeAt('https://store.example', { proxies: { https } })
        .read()
        .catch((error) => error)
      expect(failure).toMatchObject({ code: 'usage', details: { problem: expect.stringContaining('HTTPS_PROXY') } })
    }
  })
})
