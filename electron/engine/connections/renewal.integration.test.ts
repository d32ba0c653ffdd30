import { randomFillSync } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type CountingProxy, startCountingProxy } from '../../../testkit/counting-proxy.ts'
import { describeWith } from '../../../testkit/describe-with.ts'
import { type ExpiringKeys, startExpiringKeys } from '../../../testkit/expiring-keys.ts'
import { fetchS3Server, type S3Server, startS3Server } from '../../../testkit/s3-server.ts'
import { createTempFolder } from '../../../testkit/temp-folder.ts'
import { startTestEngine } from '../../../testkit/test-engine.ts'

const sizeBytes = 64 * 1024 * 1024
/** Each way takes some five seconds: several lives of a key. */
const bytesPerSecond = 12 * 1024 * 1024
const lifeMs = 1_600

describeWith(await fetchS3Server(), 'a sign-in that is renewed while a transfer runs', () => {
  let server: S3Server
  let slow: CountingProxy
  beforeAll(async () => {
    server = await startS3Server({ moreKeys: 100 })
    slow = await startCountingProxy(server.endpoint)
    slow.throttle(bytesPerSecond)
  })
  afterAll(async () => {
    await slow?.stop()
    await server?.stop()
  })

  /** Publishes from one home and installs into another, with keys that end every few seconds. */
  async function transfer(keys: Pick<Parameters<typeof startExpiringKeys>[0], 'keys' | 'saysWhen'>) {
    const folder = await createTempFolder()
    onTestFinished(folder.remove)
    const expiring: ExpiringKeys = await startExpiringKeys({
      ...keys,
      folder: folder.path,
      target: slow.endpoint,
      lifeMs,
    })
    onTestFinished(expiring.stop)
    const model = path.join(folder.path, 'model')
    await mkdir(model)
    const bytes = randomFillSync(Buffer.alloc(sizeBytes))
    await writeFile(path.join(model, 'weights.bin'), bytes)
    const settings = path.join(folder.path, 'aws-config')
    await writeFile(settings, `[profile short]\ncredential_process = ${expiring.command}\n`)
    const env = {
      HOME: folder.path,
      PATH: process.env.PATH ?? '',
      BUCKET: await server.createBucket(),
      AWS_ENDPOINT_URL_S3: expiring.endpoint,
      AWS_CONFIG_FILE: settings,
      AWS_PROFILE: 'short',
    }
    const startedMs = Date.now()
    const callsOf = (lives: number) => Math.floor((Date.now() - startedMs) / lifeMs / lives)
    const publisher = await startTestEngine(path.join(folder.path, 'publisher'), { env })
    const published = await publisher.publish(model, { name: 'weights', version: '1.0.0' })
    expect(published.state).toEqual({ kind: 'done' })
    await publisher.stop()
    const callsOfPublish = expiring.calls()
    const installer = await startTestEngine(path.join(folder.path, 'installer'), { env })
    const installed = await installer.install({ name: 'weights', version: '1.0.0' })
    expect(installed.state).toEqual({ kind: 'done' })
    const { path: file } = await installer.api.installed.path({ spec: 'weights==1.0.0', file: 'weights.bin' })
    expect((await readFile(file)).equals(bytes)).toBe(true)
    await installer.stop()
    const logged = [...publisher.logged, ...installer.logged].join('\n')
    for (const { secretAccessKey } of keys.keys) expect(logged).not.toContain(secretAccessKey)
    return { expiring, callsOfPublish, callsOf }
  }

  test('ahead of time, where it says when it ends: the store refuses nothing', async () => {
    const { expiring, callsOfPublish, callsOf } = await transfer({ keys: server.moreKeys.slice(0, 50), saysWhen: true })
    expect(expiring.refused).toEqual([])
    expect(callsOfPublish).toBeGreaterThanOrEqual(2)
    expect(expiring.calls() - callsOfPublish).toBeGreaterThanOrEqual(2)
    // One fetch for all lines: no more than one for three quarters of a life, and the first of each engine.
    expect(expiring.calls()).toBeLessThanOrEqual(callsOf(0.75) + 3)
    expect(expiring.passed.length).toBeGreaterThan(expiring.calls())
  })

  test('when the store refuses it, where nobody could know', async () => {
    const { expiring, callsOfPublish } = await transfer({ keys: server.moreKeys.slice(50), saysWhen: false })
    expect(expiring.refused.length).toBeGreaterThan(0)
    expect(callsOfPublish).toBeGreaterThanOrEqual(2)
    // Each refusal led to at most one fetch.
    expect(expiring.calls()).toBeLessThanOrEqual(expiring.refused.length + 2)
  })
})
