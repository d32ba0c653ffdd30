import { readdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { PackageRef } from '../../../shared/model/package.ts'
import { type CountingProxy, startCountingProxy } from '../../../testkit/counting-proxy.ts'
import { describeWith } from '../../../testkit/describe-with.ts'
import {
  buildPackage,
  createInstallRig,
  type InstallRig,
  type PutPackage,
  readTree,
} from '../../../testkit/install-rig.ts'
import { createBytes } from '../../../testkit/package-builder.ts'
import { silentLog } from '../../../testkit/rig-task.ts'
import { runInstallChild } from '../../../testkit/run-child.ts'
import { fetchS3Server, type S3Server, startS3Server } from '../../../testkit/s3-server.ts'
import { bucketSpec } from '../../../testkit/s3-store.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { createStore } from '../object-store/create-store.ts'
import type { StoreSpec } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import { counterIndex } from '../transfers/transfer-runner.ts'
import { segmentBytes } from './install-limits.ts'
import { sha256Of } from './install-source.ts'

const MiB = 1024 * 1024
const split: PutPackage = {
  ref: { name: 'split', version: '1.0.0' },
  files: { 'weights.bin': createBytes(40 * MiB, 1), 'README.md': Buffer.from('# Split\n') },
}
const stream: PutPackage = {
  ref: { name: 'stream', version: '1.0.0' },
  files: { 'weights.bin': createBytes(36 * MiB, 2), 'README.md': Buffer.from('# Stream\n') },
  old: true,
}
const connections = 2
const archives = { method: 'GET', path: /archive\.gz/ }

describeWith(await fetchS3Server(), 'an install from an S3 store', () => {
  let server: S3Server
  let proxy: CountingProxy
  let folder: TempFolder
  let spec: StoreSpec
  let libraryPath: string
  let rig: InstallRig
  const archiveBytes = new Map<string, number>()

  /** Past the proxy. */
  const openStore = () =>
    createStore({ ...spec, endpoint: server.endpoint } as StoreSpec, {
      disk: createNodeDisk(),
      clock: createSystemClock(),
      log: silentLog,
    })
  const put = async (which: PutPackage) => {
    const store = openStore()
    await using scratch = await createTempFolder()
    const { archive, metaBytes } = buildPackage(scratch.path, which)
    const io = { signal: AbortSignal.timeout(60_000) }
    await store.put(`models/${which.ref.name}-1.0.0/archive.gz`, archive, io)
    await store.put(`models/${which.ref.name}-1.0.0/meta.json`, metaBytes, io)
    archiveBytes.set(which.ref.name, archive.length)
    store.close()
  }
  beforeAll(async () => {
    server = await startS3Server()
    proxy = await startCountingProxy(server.endpoint)
    spec = bucketSpec(server, await server.createBucket(), { endpoint: proxy.endpoint, connections })
    await put(split)
    await put(stream)
  })
  afterAll(async () => {
    await proxy?.stop()
    await server?.stop()
  })
  beforeEach(async () => {
    folder = await createTempFolder()
    libraryPath = path.join(folder.path, 'library')
    rig = createInstallRig({ libraryPath, spec, connections, deps: { stallMs: 1000, quietMs: 200 } })
    proxy.clear()
  })
  afterEach(async () => {
    proxy.throttle(undefined)
    proxy.resume()
    rig.connection.store.close()
    await folder.remove()
  })
  const expectFiles = ({ ref, files }: PutPackage) => {
    const { 'meta.json': _, ...found } = readTree(path.join(libraryPath, `${ref.name}-1.0.0`))
    const sums = (of: Readonly<Record<string, Uint8Array>>) =>
      Object.fromEntries(Object.entries(of).map(([name, bytes]) => [name, sha256Of(bytes)]))
    expect(sums(found)).toEqual(sums(files))
  }
  const sizeOf = (ref: PackageRef) => archiveBytes.get(ref.name) ?? 0
  const sent = (bytes: number) => proxy.untilSent(archives, bytes)

  test.each([split, stream])(
    'that was killed fetches at most one range per connection again ($ref.name)',
    async (which) => {
      const { ref } = which
      proxy.throttle(30 * MiB)
      const killed = await runInstallChild(
        { libraryPath, spec, connections, resumes: false, work: { kind: 'install', ref } },
        { onReady: (kill) => void sent(25 * MiB).then(kill) },
      )
      expect(killed.wasKilled).toBe(true)
      proxy.throttle(undefined)
      expect(rig.library.list()).toEqual([])
      await (await rig.library.recover({ signal: AbortSignal.timeout(60_000) })).deleted
      const [id = ''] = readdirSync(rig.library.places.journals)
      const before = proxy.count(archives).sentBytes
      const task = rig.openTask(id)
      await rig.run(task)
      const { sentBytes } = proxy.count(archives)
      expect(before).toBeLessThan(sizeOf(ref))
      expect(sentBytes).toBeLessThanOrEqual(sizeOf(ref) + connections * segmentBytes)
      expect(task.meter.wireBytes()).toBeLessThanOrEqual(sentBytes - before)
      // What was hashed again is no speed: that is what was fetched now.
      const keptBytes = Number(new BigInt64Array(task.meter.counters.shared)[counterIndex.kept])
      expect(keptBytes).toBeGreaterThan(0)
      expect(task.meter.read().totalBytes - keptBytes).toBeLessThanOrEqual(sentBytes - before)
      expect(task.meter.read().settledBytes).toBe(task.meter.read().totalBytes)
      expectFiles(which)
    },
  )

  test.each([split, stream])('whose connections are cut asks only for the rest ($ref.name)', async (which) => {
    proxy.throttle(30 * MiB)
    for (const afterBytes of [1, 3 * MiB, 5 * MiB]) proxy.cutNext({ match: archives, afterBytes, times: 2 })
    const task = rig.createTask(await rig.request(which.ref))
    await rig.run(task)
    const starts = new Map<number, number[]>()
    for (const { method, path: key, range } of proxy.requests) {
      const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? []
      if (method !== 'GET' || !key.includes('archive.gz') || start === undefined) continue
      starts.set(Number(end), [...(starts.get(Number(end)) ?? []), Number(start)])
    }
    const again = [...starts.values()].filter((each) => each.length > 1)
    expect(again.length).toBeGreaterThan(0)
    for (const each of again) expect(each).toEqual([...each].sort((x, y) => x - y))
    expect(again.some((each) => (each.at(-1) ?? 0) - (each[0] ?? 0) > MiB)).toBe(true)
    expectFiles(which)
  })

  test('whose store is gone for a while says so, and goes on when it is back', async () => {
    proxy.throttle(20 * MiB)
    const task = rig.createTask(await rig.request(split.ref))
    const run = rig.run(task)
    await sent(4 * MiB)
    proxy.refuse(true)
    await task.entered('reconnecting')
    proxy.refuse(false)
    proxy.throttle(undefined)
    await run
    expectFiles(split)
  })

  test('that stands still says so, and goes on with new connections', async () => {
    const task = rig.createTask(await rig.request(split.ref))
    proxy.throttle(20 * MiB)
    const run = rig.run(task)
    await sent(4 * MiB)
    proxy.stall(archives)
    await task.entered('reconnecting')
    proxy.resume()
    proxy.throttle(undefined)
    await run
    const kinds = task.phases.map(({ kind }) => kind)
    expect(kinds.indexOf('stalled')).toBeLessThan(kinds.indexOf('reconnecting'))
    expect(kinds.indexOf('stalled')).toBeGreaterThan(0)
    expectFiles(split)
  })

  test('whose archive is replaced on the way ends with object-changed, and starts over when it is tried again', async () => {
    const store = openStore()
    const key = 'models/split-1.0.0/archive.gz'
    const io = { signal: AbortSignal.timeout(60_000) }
    const { bytes } = await store.read(key, { maxBytes: 100 * MiB, ...io })
    // The same length, other bytes: another ETag.
    const other = Buffer.from(bytes)
    other[other.length - 5] = (other[other.length - 5] ?? 0) ^ 1
    const task = rig.createTask(await rig.request(split.ref))
    proxy.throttle(10 * MiB)
    const run = rig.run(task)
    run.catch(() => {})
    await sent(4 * MiB)
    await store.put(key, other, io)
    proxy.throttle(undefined)
    await expect(run).rejects.toMatchObject({ code: 'object-changed' })
    expect(rig.library.list()).toEqual([])
    await store.put(key, bytes, io)
    store.close()
    await rig.run(rig.openTask(task.id))
    expectFiles(split)
  })

  test('shows progress that rises, and is never more than the store sent', async () => {
    proxy.throttle(30 * MiB)
    const task = rig.createTask(await rig.request(split.ref))
    const samples: { readonly settled: number; readonly received: number }[] = []
    const timer = setInterval(() => {
      const { settledBytes, receivedBytes } = task.meter.read()
      const { sentBytes } = proxy.count(archives)
      expect(settledBytes).toBeLessThanOrEqual(receivedBytes)
      expect(receivedBytes).toBeLessThanOrEqual(sentBytes)
      samples.push({ settled: settledBytes, received: receivedBytes })
    }, 50)
    await rig.run(task)
    clearInterval(timer)
    expect(new Set(samples.map(({ received }) => received)).size).toBeGreaterThanOrEqual(5)
    expect(samples.map(({ received }) => received)).toEqual(
      samples.map(({ received }) => received).sort((a, b) => a - b),
    )
    expectFiles(split)
  })
})
