import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Transfer } from '../../shared/model/transfer.ts'
import { type CountingProxy, startCountingProxy } from '../../testkit/counting-proxy.ts'
import { describeWith } from '../../testkit/describe-with.ts'
import { buildPackageFolder } from '../../testkit/package-builder.ts'
import { fetchS3Server, type S3Server, startS3Server } from '../../testkit/s3-server.ts'
import { createTempFolder, type TempFolder } from '../../testkit/temp-folder.ts'
import { bucketEnvironment, startTestEngine, type TestEngine } from '../../testkit/test-engine.ts'

const MB = 1_000_000

describeWith(await fetchS3Server(), 'progress over a store whose bytes are counted', () => {
  let store: S3Server
  let proxy: CountingProxy
  let folder: TempFolder
  let engine: TestEngine
  const files = [
    { path: 'weights-1.bin', sizeBytes: 18 * MB },
    { path: 'weights-2.bin', sizeBytes: 9 * MB },
    { path: 'config.json', sizeBytes: 3000 },
  ]
  const totalBytes = 27 * MB + 3000

  beforeAll(async () => {
    folder = await createTempFolder()
    store = await startS3Server()
    proxy = await startCountingProxy(store.endpoint)
    const bucket = await store.createBucket()
    engine = await startTestEngine(path.join(folder.path, 'home'), {
      env: bucketEnvironment({ ...store, endpoint: proxy.endpoint }, bucket),
    })
    await buildPackageFolder(path.join(folder.path, 'source'), { files })
  })
  afterEach(() => proxy.throttle(undefined))
  afterAll(async () => {
    await engine?.stop()
    await proxy?.stop()
    await store?.stop()
    await folder?.remove()
  })

  /** Follows a transfer to its end: each sample beside what the proxy had counted when it was announced. */
  const follow = async (id: string, counted: () => number) => {
    const seen: { readonly settled: number; readonly received: number; readonly counted: number }[] = []
    const unwatch = engine.watchSamples(({ transferId, progress }) => {
      if (transferId !== id) return
      seen.push({ settled: progress.settledBytes, received: progress.receivedBytes, counted: counted() })
    })
    const transfer: Transfer = await engine.api.transfers.wait({ id })
    unwatch()
    return { transfer, seen }
  }
  const distinct = (values: readonly number[]) => new Set(values.filter((value) => value > 0)).size

  const expectTrue = ({ transfer, seen }: Awaited<ReturnType<typeof follow>>) => {
    expect(transfer.state).toEqual({ kind: 'done' })
    expect(transfer.progress).toMatchObject({ settledBytes: totalBytes, receivedBytes: totalBytes, totalBytes })
    expect(distinct(seen.map(({ received }) => received)), 'rising values').toBeGreaterThanOrEqual(5)
    for (const [index, { settled, received, counted }] of seen.entries()) {
      expect(settled).toBeLessThanOrEqual(received)
      expect(settled, 'no more than the store sent or took').toBeLessThanOrEqual(counted)
      // What was sent may still lie in the system's socket buffers.
      if (transfer.kind === 'install') expect(received).toBeLessThanOrEqual(counted)
      expect(settled).toBeGreaterThanOrEqual(seen[index - 1]?.settled ?? 0)
      expect(received).toBeGreaterThanOrEqual(seen[index - 1]?.received ?? 0)
    }
  }

  test('publishing: confirmed ≤ sent ≤ what the store took', async () => {
    proxy.throttle(12 * MB)
    const { planId } = await engine.api.publish.plan({
      path: path.join(folder.path, 'source'),
      fields: { name: 'measured', version: '1.0.0' },
    })
    proxy.clear()
    const { transferId } = await engine.api.publish.start({ planId })
    expectTrue(await follow(transferId, () => proxy.count({ method: 'PUT' }).receivedBytes))
  })

  test('installing: verified ≤ received ≤ what the store sent, through a cut connection too', async () => {
    const plan = await engine.api.install.plan({ source: { ref: { name: 'measured', version: '1.0.0' } } })
    proxy.clear()
    proxy.throttle(8 * MB)
    const { transferId } = await engine.api.install.start({ planId: plan.planId })
    const archive = { method: 'GET', path: /archive\.gz/ }
    const cut = proxy.untilSent(archive, 9 * MB).then(() => proxy.cutNow(archive))
    const followed = await follow(transferId, () => proxy.count(archive).sentBytes)
    await cut
    expectTrue(followed)
    const { sentBytes } = proxy.count(archive)
    expect(followed.transfer.wireBytes).toBeLessThanOrEqual(sentBytes)
    expect(
      proxy.requests.some(({ end }) => end === 'cut'),
      'a connection was cut',
    ).toBe(true)
    // What came before the cut is kept: only what was on its way is asked for again.
    expect(sentBytes - plan.downloadBytes).toBeLessThan(4 * MB)
  })

  test('a pause in the middle and a new engine: what came is not fetched again', async () => {
    await engine.api.installed.remove({ ref: { name: 'measured', version: '1.0.0' } })
    await engine.api.trash.empty({})
    await engine.api.settings.set({ changes: { connectionsPerTransfer: 1 } })
    const plan = await engine.api.install.plan({ source: { ref: { name: 'measured', version: '1.0.0' } } })
    proxy.clear()
    proxy.throttle(6 * MB)
    const { transferId } = await engine.api.install.start({ planId: plan.planId })
    await expect
      .poll(() => engine.samples.findLast((each) => each.transferId === transferId)?.progress.settledBytes ?? 0, {
        timeout: 20_000,
      })
      .toBeGreaterThan(6 * MB)
    await engine.api.transfers.pause({ id: transferId })
    expect(await engine.api.transfers.wait({ id: transferId })).toMatchObject({
      state: { kind: 'paused', reason: 'by-person' },
    })
    await engine.stop()
    proxy.throttle(undefined)
    const bucket = (await engine.api.connections.list({})).find(({ id }) => id === 'env')
    engine = await startTestEngine(path.join(folder.path, 'home'), {
      env: bucketEnvironment(
        { ...store, endpoint: proxy.endpoint },
        bucket?.location.kind === 's3' ? bucket.location.bucket : '',
      ),
    })
    await engine.api.transfers.resume({ id: transferId })
    expect((await engine.api.transfers.wait({ id: transferId })).state).toEqual({ kind: 'done' })
    const { sentBytes } = proxy.count({ method: 'GET', path: /archive\.gz/ })
    const { connectionsPerTransfer } = await engine.api.settings.get({})
    expect(sentBytes - plan.downloadBytes, 'at most one range of 8 MiB per connection again').toBeLessThanOrEqual(
      connectionsPerTransfer * 8 * 1024 * 1024,
    )
  })
})
