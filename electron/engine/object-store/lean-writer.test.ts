import { writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createAuthority } from '../../../testkit/certificates.ts'
import { createBytes } from '../../../testkit/package-builder.ts'
import { createTempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import type { NetworkSpec, PlainCredentials } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import { mayChangeOnItsWay } from './lean-address.ts'
import { createLeanWriter } from './lean-writer.ts'
import { createS3ObjectStore } from './s3-object-store.ts'

const clock = createSystemClock()
const io = { signal: AbortSignal.timeout(20_000) }
const keys: PlainCredentials = { kind: 'keys', accessKeyId: 'AKIA', secretAccessKey: 'secret' }
const bytes = createBytes(3_000_000, 1)

interface WriterOptions {
  readonly stallMs?: number
  /** Called whenever it is looked whether the store stands still. */
  readonly onLook?: () => void
  readonly credentials?: PlainCredentials
  readonly network?: NetworkSpec
}
const disk = createNodeDisk()

function writerOf(endpoint: string, { stallMs = 10_000, onLook, credentials = keys, network }: WriterOptions = {}) {
  const at = { kind: 's3', bucket: 'team', root: 'r/', endpoint, credentials, connections: 4 } as const
  const spec = network === undefined ? at : { ...at, network }
  let fallbacks = 0
  const sleep: typeof clock.sleep = (ms, options) => {
    onLook?.()
    return clock.sleep(ms, options)
  }
  const writer = createLeanWriter(spec, {
    clock: { ...clock, sleep },
    disk,
    stallMs,
    credentials: async () => credentials,
    async openFallback() {
      fallbacks += 1
      return createS3ObjectStore(spec, { clock, disk, log: { write: () => {} } })
    },
  })
  onTestFinished(() => writer.close())
  const send = (partNumber: number, more: Partial<Parameters<typeof writer.uploadPart>[4]> = {}) =>
    writer.uploadPart('a b', 'id/+1', partNumber, bytes, { ...io, ...more })
  return { send, fallbacks: () => fallbacks }
}

interface Seen {
  readonly request: IncomingMessage
  readonly body: Buffer
}
type Answer = (answer: ServerResponse, number: number, request: IncomingMessage) => void

/** A store that takes bodies whole before it answers; `refuse` may answer before it says Continue. */
async function serve(
  answerTo: Answer,
  options: WriterOptions & {
    readonly refuse?: (answer: ServerResponse, number: number) => boolean
  } = {},
) {
  const seen: Seen[] = []
  const sockets = new Set<Socket>()
  const expected: (string | undefined)[] = []
  const take = (request: IncomingMessage, answer: ServerResponse) => {
    sockets.add(request.socket)
    expected.push(request.headers.expect)
    if (options.refuse?.(answer, expected.length)) return
    if (request.headers.expect !== undefined) answer.writeContinue()
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      seen.push({ request, body: Buffer.concat(chunks) })
      answerTo(answer, seen.length, request)
    })
  }
  const server = createServer(take).on('checkContinue', take)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { ...writerOf(endpoint, options), seen, sockets, expected }
}
const takeIt: Answer = (answer, number) => answer.writeHead(200, { etag: `"${number}"`, 'content-length': 0 }).end()

async function serveSockets(handle: (socket: Socket) => void, options: WriterOptions = {}) {
  const sockets = new Set<Socket>()
  const server = createTcpServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    handle(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return writerOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, options)
}

describe('the lean writer', () => {
  test('sends parts as they are, signed, over one connection; only the first is asked for', async () => {
    const { send, seen, sockets, expected, fallbacks } = await serve(takeIt)
    const told: number[] = []
    for (const number of [1, 2, 3]) {
      const part = await send(number, { onSent: (sent) => told.push(sent) })
      expect(part).toEqual({ partNumber: number, etag: `"${number}"`, sizeBytes: bytes.length })
    }
    expect(seen.every(({ body }) => body.equals(bytes))).toBe(true)
    const [first] = seen
    expect(first?.request.url).toBe('/team/r/a%20b?partNumber=1&uploadId=id%2F%2B1')
    expect(first?.request.headers.authorization).toMatch(/Credential=AKIA\/\d{8}\/us-east-1\/s3\/aws4_request/)
    expect(first?.request.headers['x-amz-content-sha256']).toBe('UNSIGNED-PAYLOAD')
    expect(expected).toEqual(['100-continue', undefined, undefined])
    expect(told.slice(0, 2)).toEqual([262_144, 524_288])
    expect([told.at(-1), sockets.size, fallbacks()]).toEqual([bytes.length, 1, 0])
  })

  test('does not sign as a stranger', async () => {
    const { send, seen } = await serve(takeIt, { credentials: { kind: 'anonymous' } })
    await send(1)
    expect(seen[0]?.request.headers.authorization).toBeUndefined()
  })

  test('speaks TLS where the authority is known, and leaves it to the SDK where it is not', async () => {
    const folder = await createTempFolder()
    onTestFinished(folder.remove)
    const authority = createAuthority('Acme Models')
    const bodies: Buffer[] = []
    const server = createTlsServer(authority.issue(['127.0.0.1']), (request, answer) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => takeIt(answer, bodies.push(Buffer.concat(chunks)), request))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    const trustFile = join(folder.path, 'authority.pem')
    await writeFile(trustFile, authority.pem)
    const known = writerOf(endpoint, { network: { trustFiles: [trustFile], proxies: {} } })
    for (const number of [1, 2]) expect((await known.send(number)).etag).toBe(`"${number}"`)
    expect([bodies.every((body) => body.equals(bytes)), known.fallbacks()]).toEqual([true, 0])
    const unknown = writerOf(endpoint)
    await expect(unknown.send(1)).rejects.toMatchObject({ code: 'certificate-refused' })
    expect([bodies.length, unknown.fallbacks()]).toEqual([2, 1])
  })

  test('a body is hashed only where it could change on its way', () => {
    const asked = ['http://10.0.0.7:9000', 'http://store', 'http://127.0.0.1:9000', 'http://[::1]', 'https://store']
    expect(asked.filter((endpoint) => mayChangeOnItsWay({ endpoint }))).toEqual(asked.slice(0, 2))
    expect(mayChangeOnItsWay({})).toBe(false)
  })

  test('a kept connection that the store closed is replaced without a word', async () => {
    const { send, sockets, fallbacks } = await serve((answer, number, request) => {
      takeIt(answer, number, request)
      if (number === 1) answer.on('finish', () => request.socket.end())
    })
    await send(1)
    await send(2)
    expect([sockets.size, fallbacks()]).toEqual([2, 0])
  })

  test('a refusal costs no body, and is the SDK’s; after three all is', async () => {
    const { send, seen, expected, fallbacks } = await serve(takeIt, {
      refuse(answer, number) {
        const isOdd = number % 2 === 1 && number < 7
        if (isOdd) answer.writeHead(403, { 'content-length': 0 }).end()
        return isOdd
      },
    })
    for (const number of [1, 2, 3, 4]) await send(number)
    // Three were asked twice, and each part came once.
    expect([expected.length, seen.length, fallbacks()]).toEqual([7, 4, 1])
    const last = seen.at(-1)?.request.headers
    expect(last?.['user-agent']).toMatch(/aws-sdk/)
    // In case it was refused for that.
    expect(last?.['x-amz-content-sha256']).toMatch(/^[0-9a-f]{64}$/)
  })

  test('an upload that is gone is said so', async () => {
    const body = '<Error><Code>NoSuchUpload</Code></Error>'
    const { send } = await serve((answer) => answer.writeHead(404, { 'content-type': 'application/xml' }).end(body))
    await expect(send(1)).rejects.toMatchObject({ code: 'upload-not-found' })
  })

  test('a busy store is said at once, with what it asked for; the next part is asked for again', async () => {
    const { send, expected } = await serve((answer, number, request) => {
      if (number === 2) answer.writeHead(503, { 'retry-after': '7' }).end()
      else takeIt(answer, number, request)
    })
    await send(1)
    await expect(send(2)).rejects.toMatchObject({ code: 'store-busy', details: { status: 503, retryAfterMs: 7000 } })
    await send(2)
    expect(expected).toEqual(['100-continue', undefined, '100-continue'])
  })

  test('an answer in the middle of a body ends it', async () => {
    let isAnswered = () => {}
    const answered = new Promise<void>((resolve) => (isAnswered = resolve))
    const { send } = await serveSockets((socket) => {
      socket.write('HTTP/1.1 100 Continue\r\n\r\n')
      socket.once('data', () =>
        socket.write('HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n', () => {
          socket.resume()
          isAnswered()
        }),
      )
    })
    let pieces = 0
    const pace = async () => {
      pieces += 1
      await answered
      await turns()
    }
    await expect(send(1, { pace })).rejects.toMatchObject({ code: 'store-busy' })
    expect(pieces).toBe(1)
  })

  test('a store that never says Continue gets the body all the same', async () => {
    let received = 0
    const { send } = await serveSockets((socket) => {
      socket.on('data', (chunk) => {
        received += chunk.length
        if (received > bytes.length) socket.write('HTTP/1.1 200 OK\r\netag: "e"\r\ncontent-length: 0\r\n\r\n')
      })
    })
    expect((await send(1)).etag).toBe('"e"')
  })

  test('what came unasked on a kept connection is no answer to the next part', async () => {
    const { send, sockets } = await serve(takeIt)
    await send(1)
    const [socket] = sockets
    socket?.write('HTTP/1.1 200 OK\r\netag: "wrong"\r\ncontent-length: 0\r\n\r\n')
    await turns()
    expect((await send(2)).etag).toBe('"2"')
  })

  test('an abort ends the part and its connection', async () => {
    const stop = new AbortController()
    let closed: Promise<unknown> = Promise.resolve()
    const { send } = await serveSockets((socket) => {
      closed = new Promise((resolve) => void socket.once('close', resolve))
      socket.write('HTTP/1.1 100 Continue\r\n\r\n')
      socket.resume()
    })
    const onSent = () => stop.abort()
    await expect(send(1, { signal: stop.signal, onSent })).rejects.toMatchObject({ code: 'cancelled' })
    await closed
  })

  test('a store that takes nothing is an interrupted network; a part that is held back here is not', async () => {
    const silent = await serveSockets((socket) => socket.pause(), { stallMs: 150 })
    await expect(silent.send(1)).rejects.toMatchObject({
      code: 'network-interrupted',
      details: { reason: 'stalled' },
    })
    let looks = 0
    let looked = () => {}
    const onLook = () => {
      looks += 1
      looked()
    }
    const { send } = await serve(takeIt, { stallMs: 150, onLook })
    // Ten looks are the stall time: it would have been over twice.
    const pace = async () => {
      for (const last = looks + 20; looks < last; ) await new Promise<void>((resolve) => (looked = resolve))
    }
    expect((await createPaced(send, pace)).etag).toBe('"1"')
  })

  test('what is not HTTP, and nobody there, have their names', async () => {
    const { send } = await serveSockets((socket) => socket.resume().end('SSH-2.0-x\r\n\r\n'))
    await expect(send(1)).rejects.toMatchObject({ code: 'store-answer' })
    const server = createTcpServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await new Promise((resolve) => server.close(resolve))
    await expect(writerOf(endpoint).send(1)).rejects.toMatchObject({ code: 'network-unreachable' })
  })
})

/** Time for what was written to arrive. */
async function turns() {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => void setImmediate(resolve))
}

/** Only the first piece is held back. */
function createPaced(send: ReturnType<typeof writerOf>['send'], first: () => Promise<void>) {
  let pieces = 0
  const pace = async () => {
    pieces += 1
    if (pieces === 1) await first()
  }
  return send(1, { pace })
}
