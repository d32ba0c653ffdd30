import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createBytes } from '../../../testkit/package-builder.ts'
import type { PlainCredentials } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import { createLeanReader } from './lean-reader.ts'
import { createS3ObjectStore } from './s3-object-store.ts'

const clock = createSystemClock()
const io = { signal: AbortSignal.timeout(20_000) }
const keys: PlainCredentials = { kind: 'keys', accessKeyId: 'AKIA', secretAccessKey: 'secret' }
const bytes = createBytes(3_000_000, 1)

function readerOf(endpoint: string, given: PlainCredentials | (() => PlainCredentials) = keys) {
  const ask = () => (typeof given === 'function' ? given() : given)
  const spec = { kind: 's3', bucket: 'team', root: 'r/', endpoint, credentials: ask(), connections: 4 } as const
  let fallbacks = 0
  const reader = createLeanReader(spec, {
    clock,
    credentials: async () => ask(),
    async openFallback() {
      fallbacks += 1
      return createS3ObjectStore(spec, { clock, log: { write: () => {} }, credentials: async () => ask() })
    },
  })
  onTestFinished(() => reader.close())
  return { reader, fallbacks: () => fallbacks }
}

type Handle = (request: IncomingMessage, answer: ServerResponse, number: number) => void
async function serve(handle: Handle, credentials: PlainCredentials | (() => PlainCredentials) = keys) {
  const requests: IncomingMessage[] = []
  const sockets = new Set<Socket>()
  const server = createServer((request, answer) => {
    requests.push(request)
    sockets.add(request.socket)
    handle(request, answer, requests.length)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { ...readerOf(endpoint, credentials), requests, sockets }
}

const rangeOf = (request: IncomingMessage) => {
  const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
  return { from: Number(match?.[1]), to: Number(match?.[2]) + 1 }
}
const answerRange: Handle = (request, answer) => {
  const { from, to } = rangeOf(request)
  const part = bytes.subarray(from, to)
  const extent = `bytes ${from}-${from + part.length - 1}/${bytes.length}`
  answer.writeHead(206, { etag: '"e"', 'content-length': part.length, 'content-range': extent }).end(part)
}
const read = async (
  reader: ReturnType<typeof readerOf>['reader'],
  startOffset: number,
  endOffset: number,
  more = {},
) => {
  const answer = await reader.open('a b', {
    ...io,
    range: { startOffset, endOffset },
    ifMatch: '"e"',
    once: true,
    ...more,
  })
  const chunks: Buffer[] = []
  // A chunk is valid until the next.
  for await (const chunk of answer.body) chunks.push(Buffer.from(chunk))
  return { answer, body: Buffer.concat(chunks) }
}

describe('the lean reader', () => {
  test('gives ranges as they are, signed, over one connection', async () => {
    const { reader, requests, sockets, fallbacks } = await serve(answerRange)
    for (const [from, to] of [
      [0, 1],
      [5, 2_999_999],
      [17, 70_017],
      [0, 3_000_000],
    ] as const) {
      const { answer, body } = await read(reader, from, to)
      expect(body.equals(bytes.subarray(from, to))).toBe(true)
      expect(answer).toMatchObject({ startOffset: from, sizeBytes: bytes.length, etag: '"e"' })
    }
    expect(requests[0]?.url).toBe('/team/r/a%20b')
    expect(requests[0]?.headers.authorization).toMatch(/Credential=AKIA\/\d{8}\/us-east-1\/s3\/aws4_request/)
    expect(requests[0]?.headers['if-match']).toBe('"e"')
    expect([sockets.size, fallbacks()]).toEqual([1, 0])
  })

  test('does not sign as a stranger', async () => {
    const { reader, requests } = await serve(answerRange, { kind: 'anonymous' })
    await read(reader, 0, 10)
    expect(requests[0]?.headers.authorization).toBeUndefined()
  })

  test('after a refusal it signs with what is given by then', async () => {
    let current = keys
    const { reader, requests, fallbacks } = await serve(
      (request, answer, number) => {
        if (!request.headers.authorization?.includes('AKIA/')) return answerRange(request, answer, number)
        current = { ...keys, accessKeyId: 'NEW' }
        return answer.writeHead(400, { 'content-length': 0 }).end()
      },
      () => current,
    )
    for (let n = 0; n < 6; n += 1) await read(reader, 0, 10)
    // The refused one, then through the SDK, then five as usual.
    expect([requests.length, fallbacks()]).toEqual([7, 1])
    expect(requests.filter(({ url }) => url?.includes('x-id'))).toHaveLength(1)
  })

  test('a reader that is slower than the store loses nothing', async () => {
    const { reader } = await serve(answerRange)
    const { body } = await reader.open('a', { ...io, range: { startOffset: 0, endOffset: bytes.length } })
    const chunks: Buffer[] = []
    for await (const chunk of body) {
      const before = Buffer.from(chunk)
      for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => void setImmediate(resolve))
      // Nothing is written over what is still in use.
      expect(before.equals(chunk)).toBe(true)
      chunks.push(before)
    }
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
  })

  test('a kept connection that the store closed is replaced without a word', async () => {
    const { reader, sockets, fallbacks } = await serve((request, answer, number) => {
      answerRange(request, answer, number)
      if (number === 1) answer.on('finish', () => request.socket.end())
    })
    await read(reader, 0, 10)
    expect((await read(reader, 10, 20)).body.equals(bytes.subarray(10, 20))).toBe(true)
    expect([sockets.size, fallbacks()]).toEqual([2, 0])
  })

  test.each([
    ['another region', 400],
    ['a redirect', 307],
    ['a refusal', 403],
  ])('%s is the SDK’s', async (_, status) => {
    const { reader, fallbacks } = await serve((request, answer, number) => {
      if (number === 1) answer.writeHead(status, { 'content-length': 0 }).end()
      else answerRange(request, answer, number)
    })
    expect((await read(reader, 0, 100)).body.equals(bytes.subarray(0, 100))).toBe(true)
    expect(fallbacks()).toBe(1)
  })

  test('a store that answers the whole object, in chunks, or for another range goes through the SDK for good', async () => {
    const { reader, requests } = await serve((_, answer) => {
      answer.writeHead(200, { etag: '"e"', 'content-length': bytes.length }).end(bytes)
    })
    for (let each = 0; each < 4; each += 1) expect((await read(reader, 5, 10)).answer.startOffset).toBe(0)
    // Three were asked twice.
    expect(requests).toHaveLength(7)
    const chunked = await serve((request, answer) => {
      const { from, to } = rangeOf(request)
      answer.writeHead(206, { etag: '"e"', 'content-range': `bytes ${from}-${to - 1}/${bytes.length}` })
      answer.write(bytes.subarray(from, to))
      answer.end()
    })
    expect((await read(chunked.reader, 5, 10)).body.equals(bytes.subarray(5, 10))).toBe(true)
    expect(chunked.fallbacks()).toBe(1)
    const wrong = await serve((_, answer) => {
      answer.writeHead(206, { etag: '"e"', 'content-length': 5, 'content-range': 'bytes 6-10/3000000' }).end('abcde')
    })
    await expect(read(wrong.reader, 5, 10)).rejects.toMatchObject({ code: 'store-answer' })
  })

  test('another etag is a changed object', async () => {
    const { reader } = await serve(answerRange)
    await expect(read(reader, 0, 10, { ifMatch: '"other"' })).rejects.toMatchObject({ code: 'object-changed' })
  })

  test('a busy store is said at once, with what it asked for, and not asked twice', async () => {
    const { reader, requests } = await serve((_, answer) => answer.writeHead(503, { 'retry-after': '7' }).end())
    await expect(read(reader, 0, 10)).rejects.toMatchObject({
      code: 'store-busy',
      details: { status: 503, retryAfterMs: 7000 },
    })
    expect(requests).toHaveLength(1)
  })

  test('a body that ends early is an interrupted network, and the connection is gone', async () => {
    const { reader, sockets } = await serve((request, answer, number) => {
      if (number > 1) return answerRange(request, answer, number)
      answer.writeHead(206, { etag: '"e"', 'content-length': 10, 'content-range': 'bytes 0-9/3000000' })
      answer.write('abc', () => answer.destroy())
    })
    await expect(read(reader, 0, 10)).rejects.toMatchObject({ code: 'network-interrupted' })
    await read(reader, 0, 10)
    expect(sockets.size).toBe(2)
  })

  test('leaving a body, or an abort in it, ends the connection', async () => {
    const closed: Promise<void>[] = []
    const { reader } = await serve((request, answer) => {
      closed.push(new Promise((resolve) => void request.socket.once('close', () => resolve())))
      answer.writeHead(206, { etag: '"e"', 'content-length': 3_000_000, 'content-range': 'bytes 0-2999999/3000000' })
      answer.write(bytes.subarray(0, 1000))
    })
    const range = { startOffset: 0, endOffset: bytes.length }
    for await (const _ of (await reader.open('a', { ...io, range })).body) break
    await closed[0]
    const stop = new AbortController()
    const { body } = await reader.open('a', { range, signal: stop.signal })
    await expect(
      (async () => {
        for await (const _ of body) stop.abort()
      })(),
    ).rejects.toMatchObject({ code: 'cancelled' })
    await closed[1]
  })

  test('what is not HTTP, and nobody there, have their names', async () => {
    const server = createTcpServer((socket) => socket.resume().end('SSH-2.0-x\r\n\r\n'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await expect(read(readerOf(endpoint).reader, 0, 10)).rejects.toMatchObject({ code: 'store-answer' })
    await new Promise((resolve) => server.close(resolve))
    await expect(read(readerOf(endpoint).reader, 0, 10)).rejects.toMatchObject({ code: 'network-unreachable' })
  })
})
