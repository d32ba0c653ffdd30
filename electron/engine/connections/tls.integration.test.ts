import { randomFillSync } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { errorTextOf } from '../../../shared/text/errors.ts'
import { createAuthority } from '../../../testkit/certificates.ts'
import { describeWith } from '../../../testkit/describe-with.ts'
import { fetchS3Server, type S3Server, startS3Server } from '../../../testkit/s3-server.ts'
import { createTempFolder } from '../../../testkit/temp-folder.ts'
import { bucketEnvironment, startTestEngine } from '../../../testkit/test-engine.ts'
import { startTlsFront } from '../../../testkit/tls-front.ts'

describeWith(await fetchS3Server(), 'a store with a certificate of its company’s own authority', () => {
  const authority = createAuthority('Acme Models')
  let server: S3Server
  let front: Awaited<ReturnType<typeof startTlsFront>>
  beforeAll(async () => {
    server = await startS3Server()
    front = await startTlsFront(server.endpoint, authority.issue(['127.0.0.1']))
  })
  afterAll(async () => {
    await front?.stop()
    await server?.stop()
  })

  async function prepare() {
    const folder = await createTempFolder()
    onTestFinished(folder.remove)
    const authorityFile = path.join(folder.path, 'authority.pem')
    await writeFile(authorityFile, authority.pem)
    const model = path.join(folder.path, 'model')
    await mkdir(model)
    const bytes = randomFillSync(Buffer.alloc(40 * 1024 * 1024))
    await writeFile(path.join(model, 'weights.bin'), bytes)
    const bucket = await server.createBucket()
    const start = async (env: Record<string, string>) => {
      const engine = await startTestEngine(path.join(folder.path, `home-${Math.random()}`), { env })
      onTestFinished(engine.stop)
      return engine
    }
    return { authorityFile, model, bytes, bucket, start }
  }
  const ref = { name: 'weights', version: '1.0.0' }

  test('is trusted by a file of the connection, in every thread', async () => {
    const { authorityFile, model, bytes, bucket, start } = await prepare()
    const { api, publish, install } = await start({})
    const { accessKeyId, secretAccessKey } = server
    const location = {
      kind: 's3' as const,
      bucket,
      root: 'deep/root',
      endpoint: front.endpoint,
      signIn: { kind: 'keys' as const, accessKeyId },
    }
    const { failure } = await api.connections.test({ candidate: { name: 'T', location, secretAccessKey } })
    expect(failure).toMatchObject({ code: 'certificate-refused', details: { issuer: 'Acme Models' } })
    expect(failure === undefined ? '' : errorTextOf(failure as never).happened).toContain('issued by Acme Models')
    expect(front.requests).toEqual([])
    const candidate = { name: 'T', location: { ...location, certificateFile: authorityFile }, secretAccessKey }
    const report = await api.connections.test({ candidate })
    expect(report.failure).toBeUndefined()
    const { id } = await api.connections.add(candidate)
    expect((await publish(model, ref, id)).state).toEqual({ kind: 'done' })
    expect((await install(ref, id)).state).toEqual({ kind: 'done' })
    const { path: file } = await api.installed.path({ spec: 'weights==1.0.0', file: 'weights.bin' })
    expect((await readFile(file)).equals(bytes)).toBe(true)
    expect(front.requests.every((each) => each.includes(`/${bucket}`))).toBe(true)
    expect(front.requests.join('\n')).toContain(`/${bucket}/deep/root/models/weights-1.0.0/archive.gz`)
  })

  test('is trusted by AWS_CA_BUNDLE, as other tools do', async () => {
    const { authorityFile, bucket, start } = await prepare()
    const env = { ...bucketEnvironment({ ...server, endpoint: front.endpoint }, bucket) }
    const without = await start(env)
    await expect(without.api.catalog.list({ refresh: true })).rejects.toMatchObject({ code: 'certificate-refused' })
    const { api } = await start({ ...env, AWS_CA_BUNDLE: authorityFile })
    expect(await api.catalog.list({ refresh: true })).toMatchObject({ packages: [] })
    const broken = await start({ ...env, AWS_CA_BUNDLE: '/nowhere/ca.pem' })
    await expect(broken.api.catalog.list({ refresh: true })).rejects.toMatchObject({ code: 'file-unreadable' })
  })
})
