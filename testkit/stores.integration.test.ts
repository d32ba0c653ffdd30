import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CountingProxy, startCountingProxy } from './counting-proxy.ts'
import { describeWith } from './describe-with.ts'
import { fetchRclone, startRcloneServer } from './rclone-server.ts'
import { fetchS3Server, type S3Server, startS3Server } from './s3-server.ts'
import { createS3Client, type S3Store } from './s3-store.ts'

const body = Buffer.alloc(300_000, 'orbit')

async function get(client: S3Client, bucket: string, range?: string) {
  const answer = await client.send(
    new GetObjectCommand({ Bucket: bucket, Key: 'models/a-1.0.0/archive.gz', Range: range }),
  )
  return { status: answer.$metadata.httpStatusCode, bytes: await answer.Body?.transformToByteArray() }
}

function put(client: S3Client, bucket: string, condition?: '*') {
  return client.send(
    new PutObjectCommand({ Bucket: bucket, Key: 'models/a-1.0.0/archive.gz', Body: body, IfNoneMatch: condition }),
  )
}

interface FilledStore<S> {
  readonly server: S
  readonly client: S3Client
  readonly bucket: string
}

/** For the tests of one block: a server with a bucket that holds the archive. */
function useFilledStore<S extends S3Store>(start: () => Promise<S>, use: (filled: FilledStore<S>) => void): void {
  let server: S | undefined
  let client: S3Client | undefined
  beforeAll(async () => {
    server = await start()
    client = createS3Client(server)
    const bucket = await server.createBucket()
    use({ server, client, bucket })
    await put(client, bucket)
  })
  afterAll(async () => {
    client?.destroy()
    await server?.stop()
  })
}

describeWith(await fetchS3Server(), 'SeaweedFS', () => {
  let server: S3Server
  let client: S3Client
  let bucket: string
  useFilledStore(startS3Server, (filled) => {
    ;({ server, client, bucket } = filled)
  })

  test('gives back what was put, whole and by range', async () => {
    expect((await get(client, bucket)).bytes).toEqual(new Uint8Array(body))
    const ranged = await get(client, bucket, 'bytes=5-9')
    expect(ranged.status).toBe(206)
    expect(Buffer.from(ranged.bytes ?? []).toString()).toBe('orbit')
  })

  test('keeps a key that is there from a conditional put', async () => {
    await expect(put(client, bucket, '*')).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } })
  })

  test('refuses a write by the read-only identity', async () => {
    const reader = createS3Client({ ...server, ...server.readOnly })
    expect((await get(reader, bucket)).status).toBe(200)
    await expect(put(reader, bucket)).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } })
    reader.destroy()
  })

  test('refuses a bucket that was not made', async () => {
    await expect(put(client, 'no-such-bucket')).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } })
  })

  describeWith({}, 'behind the counting proxy', () => {
    let proxy: CountingProxy
    let proxied: S3Client

    beforeAll(async () => {
      proxy = await startCountingProxy(server.endpoint)
      proxied = createS3Client({ ...server, endpoint: proxy.endpoint })
    })
    afterAll(async () => {
      proxied?.destroy()
      await proxy?.stop()
    })

    test('counts body bytes of signed requests in both directions', async () => {
      proxy.clear()
      await put(proxied, bucket)
      await get(proxied, bucket, 'bytes=100-1099')
      expect(proxy.count({ method: 'PUT' })).toMatchObject({ requests: 1, receivedBytes: body.length })
      expect(proxy.count({ method: 'GET' })).toEqual({ requests: 1, sentBytes: 1000, receivedBytes: 0 })
      expect(proxy.requests.at(-1)).toMatchObject({ range: 'bytes=100-1099', status: 206, end: 'done' })
    })

    test('passes a big body on at once, though its sender waits to be told to continue', async () => {
      const startMs = performance.now()
      const big = Buffer.alloc(8_000_000)
      await proxied.send(new PutObjectCommand({ Bucket: bucket, Key: 'big', Body: big }))
      // The SDK waits 6 s for an answer to its Expect header before it sends its body all the same.
      expect(performance.now() - startMs).toBeLessThan(5_000)
    })

    test('cuts an answer after a number of bytes, once', async () => {
      proxy.clear()
      proxy.cutNext({ match: { method: 'GET' }, afterBytes: 70_000 })
      await expect(get(proxied, bucket)).rejects.toThrow()
      expect(proxy.requests).toMatchObject([{ sentBytes: 70_000, end: 'cut' }])
      expect((await get(proxied, bucket)).bytes?.length).toBe(body.length)
    })

    test('throttles', async () => {
      proxy.throttle(600_000)
      const startMs = performance.now()
      await get(proxied, bucket)
      expect(performance.now() - startMs).toBeGreaterThan(400)
      proxy.throttle(undefined)
    })

    test('stalls until it is told to resume', async () => {
      proxy.clear()
      proxy.stall({ method: 'GET' })
      const answer = get(proxied, bucket)
      await expect.poll(() => proxy.requests[0]?.status).toBe(200)
      expect(proxy.count().sentBytes).toBe(0)
      proxy.resume()
      expect((await answer).bytes?.length).toBe(body.length)
    })

    test('refuses connections and takes them again', async () => {
      proxy.refuse(true)
      await expect(get(proxied, bucket)).rejects.toMatchObject({ code: 'ECONNRESET' })
      proxy.refuse(false)
      expect((await get(proxied, bucket)).status).toBe(200)
    })

    test('answers with a fault of its own', async () => {
      proxy.answer({ status: 503, times: 1, body: '<Error><Code>SlowDown</Code></Error>' })
      await expect(get(proxied, bucket)).rejects.toMatchObject({ name: 'SlowDown' })
      expect((await get(proxied, bucket)).status).toBe(200)
    })
  })

  test('is gone after stop', async () => {
    const own = await startS3Server()
    await own.stop()
    await expect(fetch(own.endpoint)).rejects.toThrow()
  })
})

describeWith(await fetchRclone(), 'rclone serve s3', () => {
  let server: S3Store
  let client: S3Client
  let bucket: string
  useFilledStore(startRcloneServer, (filled) => {
    ;({ server, client, bucket } = filled)
  })

  test('gives back what was put, but answers 200 to a range', async () => {
    expect((await get(client, bucket)).bytes).toEqual(new Uint8Array(body))
    const ranged = await get(client, bucket, 'bytes=5-9')
    expect(ranged.status).toBe(200)
    expect(Buffer.from(ranged.bytes ?? []).toString()).toBe('orbit')
  })

  test('ignores the condition of a put', async () => {
    expect((await put(client, bucket, '*')).$metadata.httpStatusCode).toBe(200)
  })

  test('asks for the key', async () => {
    const stranger = createS3Client({ ...server, secretAccessKey: 'wrong' })
    await expect(get(stranger, bucket)).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } })
    stranger.destroy()
  })
})
