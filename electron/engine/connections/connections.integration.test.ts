import { createServer } from 'node:net'
import { ListMultipartUploadsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { WireError } from '../../../shared/errors.ts'
import type { ConnectionReport, NewConnection } from '../../../shared/model/connection.ts'
import { startCountingProxy } from '../../../testkit/counting-proxy.ts'
import { describeWith } from '../../../testkit/describe-with.ts'
import { findFreePorts } from '../../../testkit/free-ports.ts'
import { fetchRclone, startRcloneServer } from '../../../testkit/rclone-server.ts'
import { fetchS3Server, publicBucket, type S3Server, startS3Server } from '../../../testkit/s3-server.ts'
import { createS3Client, type S3Keys, type S3Store } from '../../../testkit/s3-store.ts'
import { createTempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { createSystemClock } from '../system-clock.ts'
import { createConnections } from './connections.ts'
import { createMemorySecrets } from './secret-file.ts'

const io = { signal: AbortSignal.timeout(170_000) }

async function start() {
  const folder = await createTempFolder()
  const connections = createConnections({
    home: folder.path,
    disk: createNodeDisk(),
    secrets: createMemorySecrets(),
    clock: createSystemClock(),
    log: { write: () => {} },
    env: {},
    settings: { stallMs: 2_000 },
  })
  onTestFinished(async () => {
    connections.close()
    await folder.remove()
  })
  return connections
}

const candidateOf = (store: Pick<S3Store, 'endpoint'> & S3Keys, bucket: string): NewConnection => ({
  name: 'Team',
  location: {
    kind: 's3',
    bucket,
    root: 'p/',
    endpoint: store.endpoint,
    signIn: { kind: 'keys', accessKeyId: store.accessKeyId },
  },
  secretAccessKey: store.secretAccessKey,
})
const statesOf = (report: ConnectionReport) => report.checks.map(({ permission, state }) => `${permission} ${state}`)

/** What the report and a plain request each say. */
async function failuresOf(candidate: NewConnection): Promise<{ report: ConnectionReport; code: string }> {
  const connections = await start()
  const report = await connections.test({ candidate }, io)
  const { id } = await connections.add(candidate)
  const { store } = await connections.open(id)
  const code = await store.read('models/none', { ...io, maxBytes: 10 }).then(
    () => 'none',
    (error: WireError) => error.code,
  )
  expect(JSON.stringify(report)).not.toContain(candidate.secretAccessKey)
  return { report, code }
}

describeWith(await fetchS3Server(), 'connections on SeaweedFS', () => {
  let server: S3Server
  let bucket: string

  beforeAll(async () => {
    server = await startS3Server()
    bucket = await server.createBucket()
  })
  afterAll(async () => {
    await server?.stop()
  })

  const leftBehind = async () => {
    const client = createS3Client(server)
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }))
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
    client.destroy()
    return [...Contents.map(({ Key }) => Key), ...Uploads.map(({ Key }) => Key)]
  }

  test('everything is allowed to the owner, and nothing stays behind', async () => {
    const { report, code } = await failuresOf(candidateOf(server, bucket))
    expect(report.failure).toBeUndefined()
    expect(statesOf(report)).toEqual([
      'list allowed',
      'read allowed',
      'publish allowed',
      'record allowed',
      'uploads allowed',
      'conditional allowed',
      'cleanup allowed',
    ])
    expect(code).toBe('object-not-found')
    expect(await leftBehind()).toEqual([])
    const resources = (policy: string | undefined) =>
      JSON.parse(policy ?? '').Statement.map((each: { Sid: string; Resource: string | string[] }) =>
        [each.Sid, each.Resource].flat().join(' '),
      )
    const arn = `arn:aws:s3:::${bucket}`
    const reading = [`List ${arn}`, `Read ${arn}/p/models/* ${arn}/p/orbital/*`]
    expect(resources(report.readOnlyPolicy)).toEqual(reading)
    expect(resources(report.policy)).toEqual([
      ...reading,
      `Publish ${arn}/p/models/* ${arn}/p/orbital/*`,
      `Uploads ${arn}/p/models/* ${arn}/p/orbital/*`,
      `ListUploads ${arn}`,
      `CleanUp ${arn}/p/orbital/*`,
    ])
  })

  test('a reader may list and read', async () => {
    const { report, code } = await failuresOf(candidateOf({ ...server, ...server.readOnly }, bucket))
    expect(report.failure).toBeUndefined()
    expect(statesOf(report)).toEqual([
      'list allowed',
      'read allowed',
      'publish not-allowed',
      'record not-allowed',
      'uploads not-allowed',
      'conditional not-tested',
      'cleanup not-allowed',
    ])
    expect(code).toBe('object-not-found')
    const connections = await start()
    const { id } = await connections.add(candidateOf({ ...server, ...server.readOnly }, bucket))
    const { store } = await connections.open(id)
    await expect(store.put('models/a', Buffer.from('x'), io)).rejects.toMatchObject({ code: 'access-denied' })
  })

  test('where removing is refused, nothing is written, and the rest is known all the same', async () => {
    const proxy = await startCountingProxy(server.endpoint)
    onTestFinished(proxy.stop)
    const connections = await start()
    const testIt = async () => {
      const candidate = candidateOf({ ...server, endpoint: proxy.endpoint }, bucket)
      const report = await connections.test({ candidate }, io)
      expect(report.failure).toBeUndefined()
      expect(await leftBehind()).toEqual([])
      return statesOf(report)
    }
    const denied = { status: 403, body: '<Error><Code>AccessDenied</Code></Error>' }
    proxy.answer({ ...denied, match: { method: 'DELETE' } })
    expect(await testIt()).toEqual([
      'list allowed',
      'read allowed',
      'publish allowed',
      'record allowed',
      'uploads not-allowed',
      'conditional not-tested',
      'cleanup not-allowed',
    ])
    expect(proxy.requests.filter(({ method, status }) => method === 'PUT' && status === 200)).toEqual([])
    proxy.answer({ ...denied, match: { path: /uploads=|list-type/ } })
    expect(await testIt()).toEqual([
      'list not-allowed',
      'read allowed',
      'publish not-allowed',
      'record allowed',
      'uploads not-tested',
      'conditional allowed',
      'cleanup allowed',
    ])
    proxy.answer({ ...denied, match: { method: 'GET', path: /[?&]uploads/ } })
    expect(await testIt()).toContain('uploads not-allowed')
  })

  test('a public bucket is read without a sign-in, another one isn’t', async () => {
    await server.createBucket(publicBucket)
    const anonymous = (name: string): NewConnection => ({
      name,
      location: { kind: 's3', bucket: name, root: '', endpoint: server.endpoint, signIn: { kind: 'anonymous' } },
    })
    const connections = await start()
    const report = await connections.test({ candidate: anonymous(publicBucket) }, io)
    expect(report.failure).toBeUndefined()
    expect(statesOf(report)).toEqual([
      'list allowed',
      'read allowed',
      'publish not-allowed',
      'record not-allowed',
      'uploads not-allowed',
      'conditional not-tested',
      'cleanup not-allowed',
    ])
    const denied = await connections.test({ candidate: anonymous(bucket) }, io)
    expect(statesOf(denied).filter((each) => each.endsWith(' allowed'))).toEqual([])
  })

  interface WrongEntry {
    readonly name: string
    readonly keys?: Partial<S3Keys>
    readonly bucket?: string
    readonly expected: WireError['code']
  }
  const wrongEntries: readonly WrongEntry[] = [
    { name: 'unknown key id', keys: { accessKeyId: 'NOSUCHKEY' }, expected: 'sign-in-wrong' },
    { name: 'wrong secret', keys: { secretAccessKey: 'wrong-wrong' }, expected: 'sign-in-wrong' },
    { name: 'no such bucket', bucket: 'no-such-bucket', expected: 'bucket-not-found' },
  ]
  test.each(wrongEntries)('$name', async ({ keys, expected, ...entry }) => {
    const { report, code } = await failuresOf(candidateOf({ ...server, ...keys }, entry.bucket ?? bucket))
    expect(report.failure?.code).toBe(expected)
    expect(code).toBe(expected)
    expect(report.checks[0]).toMatchObject({ permission: 'list', state: 'failed' })
    expect(report.checks.slice(1).every(({ state }) => state === 'not-tested')).toBe(true)
  })

  test('a closed port is an unreachable network', async () => {
    const [port] = await findFreePorts(1)
    const { report, code } = await failuresOf(candidateOf({ ...server, endpoint: `http://127.0.0.1:${port}` }, bucket))
    expect(report.failure).toEqual({ code: 'network-unreachable', details: { endpoint: `127.0.0.1:${port}` } })
    expect(code).toBe('network-unreachable')
  })

  test('a port that says nothing is a stalled network', async () => {
    const silent = createServer()
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void silent.close())
    const { port } = silent.address() as { port: number }
    const connections = await start()
    const candidate = candidateOf({ ...server, endpoint: `http://127.0.0.1:${port}` }, bucket)
    const { failure } = await connections.test({ candidate }, io)
    expect(failure).toMatchObject({ code: 'network-interrupted', details: { reason: 'stalled' } })
  })
})

describeWith(await fetchRclone(), 'connections on rclone', () => {
  test('says that versions are not protected there', async () => {
    const server = await startRcloneServer()
    onTestFinished(server.stop)
    const bucket = await server.createBucket()
    const connections = await start()
    const report = await connections.test({ candidate: candidateOf(server, bucket) }, io)
    expect(report.failure).toBeUndefined()
    expect(statesOf(report)).toEqual([
      'list allowed',
      'read allowed',
      'publish allowed',
      'record allowed',
      'uploads allowed',
      'conditional not-allowed',
      'cleanup allowed',
    ])
    const wrong = await connections.test({ candidate: candidateOf({ ...server, secretAccessKey: 'no' }, bucket) }, io)
    expect(wrong.failure?.code).toBe('sign-in-wrong')
    const missing = await connections.test({ candidate: candidateOf(server, 'no-such-bucket') }, io)
    expect(missing.failure?.code).toBe('bucket-not-found')
  })
})
