import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { CredentialsIo, PlainCredentials } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import { extentOf } from './s3-answers.ts'
import { createS3ObjectStore } from './s3-object-store.ts'
import { withRetry } from './with-retry.ts'

const io = { signal: AbortSignal.timeout(60_000) }
const clock = createSystemClock()
const log = { write: () => {} }
const keys: PlainCredentials = { kind: 'keys', accessKeyId: 'AKIA', secretAccessKey: 'secret' }

type Handle = (request: IncomingMessage, answer: ServerResponse, number: number) => void

/** A store that says what the test wants, on a real socket. */
async function serve(
  handle: Handle,
  options: {
    credentials?: PlainCredentials
    asked?: (io: CredentialsIo) => Promise<PlainCredentials>
    stallMs?: number
  } = {},
) {
  const requests: IncomingMessage[] = []
  const server = createServer((request, answer) => {
    requests.push(request)
    handle(request, answer, requests.length)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const store = createS3ObjectStore(
    { kind: 's3', bucket: 'team', root: 'r/', endpoint, credentials: options.credentials ?? keys, connections: 4 },
    {
      clock,
      log,
      ...(options.asked === undefined ? {} : { credentials: options.asked }),
      ...(options.stallMs === undefined ? {} : { stallMs: options.stallMs }),
    },
  )
  onTestFinished(() => {
    store.close()
    server.closeAllConnections()
    server.close()
  })
  return { store, requests, endpoint }
}

const object = (answer: ServerResponse, body: string | Buffer, extra: Record<string, string> = {}, status = 200) =>
  answer.writeHead(status, { etag: '"e"', 'content-length': Buffer.byteLength(body), ...extra }).end(body)
const refuse = (answer: ServerResponse, status: number, code: string, extra = '') =>
  answer
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>m</Message>${extra}</Error>`)
const collect = async (body: AsyncIterable<Uint8Array>) => {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe('S3 store', () => {
  test('asks below its root, by path, once', async () => {
    const { store, requests } = await serve((_, answer) => refuse(answer, 503, 'SlowDown'))
    await expect(store.read('models/ä b', { ...io, maxBytes: 9 })).rejects.toMatchObject({ code: 'store-busy' })
    expect(requests.map(({ url }) => url)).toEqual(['/team/r/models/%C3%A4%20b?x-id=GetObject'])
    expect(requests[0]?.headers.authorization).toContain('AKIA')
  })

  test('does not sign as a stranger', async () => {
    const { store, requests } = await serve((_, answer) => object(answer, 'x'), { credentials: { kind: 'anonymous' } })
    await store.read('a', { ...io, maxBytes: 9 })
    expect(requests[0]?.headers.authorization).toBeUndefined()
  })

  test('a clock that is wrong, another region and a sign-in that ended at once are mended one after the other', async () => {
    let asked = 0
    const { store, requests } = await serve(
      (request, answer, number) => {
        const { authorization = '' } = request.headers
        if (number === 1) refuse(answer, 403, 'RequestTimeTooSkewed')
        else if (!authorization.includes('/garage/'))
          refuse(answer, 400, 'AuthorizationHeaderMalformed', '<Region>garage</Region>')
        else if (authorization.includes('OLD'))
          refuse(answer.setHeader('x-amz-bucket-region', 'garage'), 400, 'ExpiredToken')
        else object(answer, 'x')
      },
      {
        asked: async ({ renew = false }) => {
          asked += 1
          return { ...keys, accessKeyId: renew || asked > 2 ? 'NEW' : 'OLD' }
        },
      },
    )
    const { bytes } = await store.read('a', { ...io, maxBytes: 9 })
    expect(Buffer.from(bytes).toString()).toBe('x')
    expect(requests).toHaveLength(4)
  })

  test('follows the region that a store names, and remembers it', async () => {
    const regions: (string | undefined)[] = []
    const { store } = await serve((request, answer) => {
      const region = /\/\d{8}\/([^/]+)\/s3/.exec(request.headers.authorization ?? '')?.[1]
      regions.push(region)
      if (region === 'garage') object(answer, 'x')
      else refuse(answer, 400, 'AuthorizationHeaderMalformed', '<Region>garage</Region>')
    })
    // Two at once: one of them learns it, both ask again.
    await Promise.all(['a', 'b'].map((key) => store.read(key, { ...io, maxBytes: 9 })))
    await store.read('c', { ...io, maxBytes: 9 })
    expect(regions).toEqual(['us-east-1', 'us-east-1', 'garage', 'garage', 'garage'])
  })

  test('asks again with the store’s time when the clocks disagree', async () => {
    const dates: (string | string[] | undefined)[] = []
    const { store } = await serve((request, answer, number) => {
      dates.push(request.headers['x-amz-date'])
      answer.setHeader('date', 'Tue, 01 Jan 2030 00:00:00 GMT')
      if (number === 1) refuse(answer, 403, 'RequestTimeTooSkewed')
      else object(answer, 'x')
    })
    const { storeNowMs } = await store.read('a', { ...io, maxBytes: 9 })
    expect(dates[1]).toMatch(/^2030010[1]T0000/)
    expect(storeNowMs).toBe(Date.UTC(2030, 0, 1))
  })

  test('a page of a captive portal is neither a file nor an empty bucket', async () => {
    const { store } = await serve((_, answer) =>
      answer.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in'),
    )
    const list = async () => {
      for await (const _ of store.list('models/', io));
    }
    await expect(list()).rejects.toMatchObject({ code: 'store-answer' })
    await expect(store.head('a', io)).rejects.toMatchObject({ code: 'store-answer' })
    await expect(store.read('a', { ...io, maxBytes: 9 })).rejects.toMatchObject({ code: 'store-answer' })
    await expect(store.put('a', Buffer.from('x'), io)).rejects.toMatchObject({ code: 'store-answer' })
    await expect(store.createUpload('a', io)).rejects.toMatchObject({ code: 'store-answer' })
  })

  test('an error within a 200 does not complete an upload', async () => {
    const { store } = await serve((_, answer) => refuse(answer, 200, 'InternalError'))
    const parts = [{ partNumber: 1, etag: '"a"', sizeBytes: 1 }]
    await expect(store.completeUpload('a', 'u', parts, io)).rejects.toMatchObject({ code: 'store-busy' })
  })

  test('a body that ends early is an interrupted network', async () => {
    const { store } = await serve((_, answer) => {
      answer.writeHead(200, { etag: '"e"', 'content-length': 10 }).write('abc', () => answer.destroy())
    })
    const { body } = await store.open('a', io)
    await expect(collect(body)).rejects.toMatchObject({ code: 'network-interrupted' })
  })

  test('a store that never answers, or stops in the middle, is stalled', async () => {
    const silent = await serve(() => {}, { stallMs: 200 })
    const expected = { code: 'network-interrupted', details: { reason: 'stalled' } }
    await expect(silent.store.head('a', io)).rejects.toMatchObject(expected)
    const halting = await serve(
      (_, answer) => void answer.writeHead(200, { etag: '"e"', 'content-length': 10 }).write('abc'),
      { stallMs: 200 },
    )
    await expect(collect((await halting.store.open('a', io)).body)).rejects.toMatchObject(expected)
    // One that does not take what is sent.
    const deaf = await serve((request) => void request.pause(), { stallMs: 200 })
    await expect(deaf.store.put('a', Buffer.alloc(32 * 1024 * 1024), io)).rejects.toMatchObject(expected)
  })

  test('a reader that takes its time is no stall', async () => {
    const { store } = await serve((_, answer) => object(answer, Buffer.alloc(4 * 1024 * 1024)), { stallMs: 100 })
    let bytes = 0
    for await (const chunk of (await store.open('a', io)).body) {
      if (bytes === 0) await clock.sleep(400, io)
      bytes += chunk.length
    }
    expect(bytes).toBe(4 * 1024 * 1024)
  })

  test('a part that is refused is not sent in vain, and one that is taken whole', async () => {
    let receivedBytes = 0
    const { store } = await serve((request, answer) => {
      request.on('data', (chunk: Buffer) => {
        receivedBytes += chunk.length
      })
      request.on('end', () => object(answer, ''))
    })
    const refusing = createServer()
    refusing.on('checkContinue', (_, answer: ServerResponse) => refuse(answer, 404, 'NoSuchUpload'))
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      refusing.closeAllConnections()
      refusing.close()
    })
    const endpoint = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`
    const other = createS3ObjectStore(
      { kind: 's3', bucket: 'team', root: '', endpoint, credentials: keys, connections: 2 },
      { clock, log },
    )
    onTestFinished(other.close)
    const part = Buffer.alloc(8 * 1024 * 1024)
    await expect(other.uploadPart('a', 'u', 1, part, io)).rejects.toMatchObject({ code: 'upload-not-found' })
    await store.uploadPart('a', 'u', 1, part, io)
    expect(receivedBytes).toBe(part.length)
  })

  test('a part goes only as fast as it may, which is no stall', async () => {
    let cameBytes = 0
    const { store } = await serve(
      (request, answer) => {
        if (request.url?.includes('silent')) return
        request.on('data', (chunk: Buffer) => (cameBytes += chunk.length))
        request.on('end', () => object(answer, ''))
      },
      { stallMs: 300 },
    )
    let allowedBytes = 0
    const pace = async (bytes: number) => {
      // Whatever came was allowed before; the third piece waits until another request is given up as stalled.
      expect(cameBytes).toBeLessThanOrEqual(allowedBytes)
      if (allowedBytes === 512 * 1024)
        await expect(store.head('silent', io)).rejects.toMatchObject({ code: 'network-interrupted' })
      allowedBytes += bytes
    }
    const bytes = Buffer.alloc(700_000)
    await store.uploadPart('k', 'u', 1, bytes, { ...io, pace })
    expect([cameBytes, allowedBytes]).toEqual([700_000, 700_000])
  })

  test('a part is copied from a range of another object as long as that has its etag', async () => {
    const { store, requests } = await serve((request, answer) =>
      request.headers['x-amz-copy-source-if-match'] === '"e"'
        ? answer
            .writeHead(200, { 'content-type': 'application/xml' })
            .end('<?xml version="1.0"?><CopyPartResult><ETag>&quot;c-2&quot;</ETag></CopyPartResult>')
        : refuse(answer, 412, 'PreconditionFailed'),
    )
    const source = { key: 'models/ä b+1/archive.gz', etag: '"e"', startOffset: 10, endOffset: 30 }
    const part = await store.copyPart?.('k', 'u', 7, source, io)
    expect(part).toEqual({ partNumber: 7, etag: '"c-2"', sizeBytes: 20 })
    expect(requests[0]?.headers).toMatchObject({
      'x-amz-copy-source': 'team/r/models/%C3%A4%20b%2B1/archive.gz',
      'x-amz-copy-source-range': 'bytes=10-29',
    })
    await expect(store.copyPart?.('k', 'u', 7, { ...source, etag: '"old"' }, io)).rejects.toMatchObject({
      code: 'precondition-failed',
    })
  })

  test('an abort ends a request at once', async () => {
    const { store } = await serve(() => {})
    const stop = new AbortController()
    const asking = store.head('a', { signal: stop.signal })
    setImmediate(() => stop.abort())
    await expect(asking).rejects.toMatchObject({ code: 'cancelled' })
  })

  test('asks for credentials again when they expire', async () => {
    let asked = 0
    const server = await serve((_, answer) => object(answer, 'x'))
    const store = createS3ObjectStore(
      { kind: 's3', bucket: 'team', root: '', endpoint: server.endpoint, credentials: keys, connections: 2 },
      {
        clock,
        log,
        credentials: async () => {
          asked += 1
          return {
            kind: 'keys',
            accessKeyId: `K${asked}`,
            secretAccessKey: 's',
            expiresAtMs: Date.now() + (asked === 1 ? 1_000 : 3_600_000),
          }
        },
      },
    )
    onTestFinished(store.close)
    for (let round = 0; round < 3; round += 1) await store.read('a', { ...io, maxBytes: 9 })
    const used = server.requests.map(({ headers }) => /Credential=(K\d)/.exec(headers.authorization ?? '')?.[1])
    expect(used.at(-1)).toBe('K2')
    expect(asked).toBe(2)
  })
})

describe('a sign-in that the store does not take any more', () => {
  /** Takes the second key only; `given` hands out what `keys` says, one after the other when asked to renew. */
  const start = async (keyIds: readonly string[], code = 'ExpiredToken') => {
    const asked: boolean[] = []
    let at = 0
    const server = await serve((request, answer) =>
      request.headers.authorization?.includes('Credential=NEW/')
        ? object(answer, 'x')
        : refuse(answer, code === 'ExpiredToken' ? 400 : 403, code),
    )
    const store = createS3ObjectStore(
      { kind: 's3', bucket: 'team', root: '', endpoint: server.endpoint, credentials: keys, connections: 8 },
      {
        clock,
        log,
        credentials: async ({ renew = false }) => {
          asked.push(renew)
          if (renew) at += 1
          return { kind: 'keys', accessKeyId: keyIds[Math.min(at, keyIds.length - 1)] ?? '', secretAccessKey: 's' }
        },
      },
    )
    onTestFinished(store.close)
    return {
      head: () => store.head('a', io),
      read: () => store.read('a', { ...io, maxBytes: 9 }),
      asked,
      requests: server.requests,
    }
  }

  test.each(['ExpiredToken', 'InvalidAccessKeyId'])('%s: fetched anew, once for all, and asked again', async (code) => {
    const { read, asked, requests } = await start(['OLD', 'NEW'], code)
    await Promise.all([read(), read(), read(), read()])
    expect(requests).toHaveLength(8)
    expect(asked.filter((renew) => renew)).toHaveLength(1)
    await read()
    expect(requests).toHaveLength(9)
  })

  test('an answer to HEAD has no words to say so', async () => {
    const { head, asked } = await start(['OLD', 'NEW'])
    expect(await head()).toMatchObject({ etag: '"e"' })
    expect(asked.filter((renew) => renew)).toHaveLength(1)
  })

  test('there is no other, or another is refused too', async () => {
    const same = await start(['OLD'])
    await expect(same.read()).rejects.toMatchObject({ code: 'sign-in-expired' })
    expect(same.requests).toHaveLength(1)
    const other = await start(['OLD', 'OTHER'])
    await expect(other.read()).rejects.toMatchObject({ code: 'sign-in-expired' })
    expect(other.requests).toHaveLength(2)
  })
})

test('which bytes an answer holds', () => {
  const range = { startOffset: 5, endOffset: 10 }
  const of = (status: number, ContentRange?: string, ContentLength?: number) =>
    extentOf(
      {
        ...(ContentRange === undefined ? {} : { ContentRange }),
        ...(ContentLength === undefined ? {} : { ContentLength }),
      },
      status,
      range,
    )
  const asked = { startOffset: 5, lengthBytes: 5, sizeBytes: 100 }
  expect(of(206, 'bytes 5-9/100', 5)).toEqual(asked)
  expect(of(200, 'bytes 5-9/100', 5)).toEqual(asked)
  expect(of(206, 'bytes 5-7/8', 3)).toEqual({ startOffset: 5, lengthBytes: 3, sizeBytes: 8 })
  expect(of(200, undefined, 100)).toEqual({ startOffset: 0, lengthBytes: 100, sizeBytes: 100 })
  expect(of(200, 'bytes 5-9/100', 100)).toEqual({ startOffset: 0, lengthBytes: 100, sizeBytes: 100 })
  for (const wrong of ['bytes 0-4/100', 'bytes 5-8/100', 'bytes 5-9/*', undefined])
    expect(of(206, wrong, 5)).toBeUndefined()
  expect(of(206, 'bytes 5-9/100', 4)).toBeUndefined()
})

describe('with retries', () => {
  const retrying = async (handle: Handle) => {
    const { store, requests } = await serve(handle)
    const notices: number[] = []
    const retried = withRetry(store, { clock, log, random: () => 0, onRetry: ({ attempt }) => notices.push(attempt) })
    return { store: retried, requests, notices }
  }

  test('a body that breaks off goes on where it stopped, bound to what it was', async () => {
    const text = 'abcdefghijklmnopqrstuvwxyz'
    const { store, requests, notices } = await retrying((request, answer, number) => {
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? 'bytes=0-')?.[1])
      const rest = text.slice(from)
      const range = from === 0 ? {} : { 'content-range': `bytes ${from}-25/26` }
      answer.writeHead(from === 0 ? 200 : 206, { etag: '"e"', 'content-length': rest.length, ...range })
      if (number < 3) answer.write(rest.slice(0, 10), () => answer.destroy())
      else answer.end(rest)
    })
    const { body, sizeBytes } = await store.open('a', io)
    expect(await collect(body)).toBe(text)
    expect(sizeBytes).toBe(26)
    expect(requests.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=10-25', 'bytes=20-25'])
    expect(requests.map(({ headers }) => headers['if-match'])).toEqual([undefined, '"e"', '"e"'])
    // Bytes came each time.
    expect(notices).toEqual([1, 1])
  })

  test('a store that ignores ranges starts over, its reader sees one stream', async () => {
    const { store } = await retrying((_, answer, number) => {
      answer.writeHead(200, { etag: '"e"', 'content-length': 6 })
      if (number === 1) answer.write('abc', () => answer.destroy())
      else answer.end('abcdef')
    })
    expect(await collect((await store.open('a', io)).body)).toBe('abcdef')
  })

  test('an object that changed meanwhile is not continued', async () => {
    const { store } = await retrying((_, answer, number) => {
      answer.writeHead(200, { etag: `"${number}"`, 'content-length': 6 })
      if (number === 1) answer.write('abc', () => answer.destroy())
      else answer.end('ABCDEF')
    })
    await expect(collect((await store.open('a', io)).body)).rejects.toMatchObject({ code: 'object-changed' })
  })

  test('once means once', async () => {
    const { store, requests } = await retrying((_, answer) => refuse(answer, 503, 'SlowDown'))
    await expect(store.open('a', { ...io, once: true })).rejects.toMatchObject({ code: 'store-busy' })
    expect(requests).toHaveLength(1)
  })

  test('an unclear answer to a conditional write is the caller’s; one that surely did nothing is tried again', async () => {
    const condition = { ifNoneMatch: '*' } as const
    const unclear = await retrying((_, answer) => refuse(answer, 500, 'InternalError'))
    await expect(unclear.store.put('a', Buffer.from('x'), { ...io, condition })).rejects.toMatchObject({
      code: 'store-busy',
    })
    await expect(unclear.store.completeUpload('a', 'u', [], io)).rejects.toMatchObject({ code: 'store-busy' })
    expect(unclear.requests).toHaveLength(2)
    const lost = await retrying((_, answer) => answer.destroy())
    await expect(lost.store.put('a', Buffer.from('x'), { ...io, condition })).rejects.toMatchObject({
      code: 'network-interrupted',
    })
    expect(lost.requests).toHaveLength(1)
    const turnedAway = await retrying((_, answer, number) =>
      number < 3 ? refuse(answer, 503, 'SlowDown') : object(answer, ''),
    )
    await turnedAway.store.put('a', Buffer.from('x'), { ...io, condition })
    expect(turnedAway.requests).toHaveLength(3)
  })

  test('small requests are given up after a few tries', async () => {
    const { store, requests, notices } = await retrying((_, answer) => refuse(answer, 503, 'SlowDown'))
    await expect(store.head('a', io)).rejects.toMatchObject({ code: 'store-busy' })
    expect(requests).toHaveLength(6)
    expect(notices).toEqual([1, 2, 3, 4, 5])
  })

  test('a listing that breaks off begins anew, whatever order the store lists in', async () => {
    const page = (names: readonly string[], next?: string) =>
      `<ListBucketResult><Name>team</Name><IsTruncated>${next !== undefined}</IsTruncated>${
        next === undefined ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`
      }${names.map((name) => `<Contents><Key>r/${name}</Key><Size>1</Size><ETag>"e"</ETag></Contents>`).join('')}</ListBucketResult>`
    const { store } = await retrying((request, answer, number) => {
      if (number === 2) return refuse(answer, 503, 'SlowDown')
      const isSecond = request.url?.includes('continuation-token')
      return answer
        .writeHead(200, { 'content-type': 'application/xml' })
        .end(isSecond ? page(['a']) : page(['b', 'c'], 't'))
    })
    const keysSeen: string[] = []
    for await (const each of store.list('', io)) keysSeen.push(...each.map(({ key }) => key))
    expect(keysSeen).toEqual(['b', 'c', 'b', 'c', 'a'])
  })
})

test('a list that does not end is no list', async () => {
  const { store } = await serve((_, answer) => {
    answer.writeHead(200, { 'content-type': 'application/xml' })
    const piece = Buffer.alloc(1024 * 1024, 'x')
    const more = () => {
      while (!answer.destroyed && answer.write(piece));
      answer.once('drain', more)
    }
    more()
  })
  const pages = async () => {
    for await (const _ of store.list('models/', io)) break
  }
  await expect(pages()).rejects.toMatchObject({
    code: 'store-answer',
    details: { what: 'Its list of files does not end.' },
  })
})
