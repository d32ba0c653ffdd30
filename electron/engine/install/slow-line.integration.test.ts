/** Installs of which one connection trickles while all others are done: 100 bytes a second of what would take a day. */
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { describeWith } from '../../../testkit/describe-with.ts'
import { type FaultyProxy, type FaultyRequest, startFaultyProxy } from '../../../testkit/faulty-proxy.ts'
import { requests } from '../../../testkit/install-faults.ts'
import {
  buildPackage,
  createInstallRig,
  type InstallRig,
  type PutPackage,
  readTree,
} from '../../../testkit/install-rig.ts'
import { createBytes } from '../../../testkit/package-builder.ts'
import { openTestStore } from '../../../testkit/publish-rig.ts'
import { fetchS3Server, type S3Server, startS3Server } from '../../../testkit/s3-server.ts'
import { bucketSpec } from '../../../testkit/s3-store.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import type { ObjectStore, StoreSpec } from '../ports.ts'
import { changeLimit } from '../transfers/rate-limit.ts'
import { segmentBytes } from './install-limits.ts'
import { sha256Of } from './install-source.ts'

const MiB = 1024 * 1024
const io = { signal: new AbortController().signal }
const many: PutPackage = {
  ref: { name: 'many', version: '1.0.0' },
  files: Object.fromEntries([1, 2, 3, 4, 5].map((each) => [`${each}.bin`, createBytes(5 * MiB, each)])),
}
const split: PutPackage = {
  ref: { name: 'split', version: '1.0.0' },
  files: { 'weights.bin': createBytes(40 * MiB, 1), 'README.md': Buffer.from('# Split\n') },
}
const stream: PutPackage = {
  ref: { name: 'stream', version: '1.0.0' },
  files: { 'weights.bin': createBytes(36 * MiB, 2), 'README.md': Buffer.from('# Stream\n') },
  old: true,
}
const trickling = {
  match: (request: FaultyRequest) => {
    const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(String(request.headers.range)) ?? []
    return requests.range(request) && Number(end) - Number(start) > 2 * MiB
  },
  skip: 2,
  times: 1,
  deed: async (ask: () => Promise<{ status: number; headers: Record<string, string>; body: Buffer }>) => ({
    kind: 'answer' as const,
    ...(await ask()),
    stop: { afterBytes: MiB, how: 'trickle' as const },
  }),
}

describeWith(await fetchS3Server(), 'an install with a connection that trickles', () => {
  let server: S3Server
  let proxy: FaultyProxy
  let store: ObjectStore
  let spec: StoreSpec
  let folder: TempFolder
  let libraryPath: string
  let rig: InstallRig
  const archiveBytes = new Map<string, number>()

  beforeAll(async () => {
    server = await startS3Server()
    proxy = await startFaultyProxy(server.endpoint)
    spec = bucketSpec(server, await server.createBucket(), { endpoint: proxy.endpoint, connections: 4 })
    store = openTestStore({ ...spec, endpoint: server.endpoint } as StoreSpec)
    await using scratch = await createTempFolder()
    for (const each of [many, split, stream]) {
      const { archive, metaBytes } = buildPackage(scratch.path, each)
      await store.put(`models/${each.ref.name}-1.0.0/archive.gz`, archive, io)
      await store.put(`models/${each.ref.name}-1.0.0/meta.json`, metaBytes, io)
      archiveBytes.set(each.ref.name, archive.length)
    }
  })
  afterAll(async () => {
    store?.close()
    await proxy?.stop()
    await server?.stop()
  })
  beforeEach(async () => {
    folder = await createTempFolder()
    libraryPath = path.join(folder.path, 'library')
    rig = createInstallRig({ libraryPath, spec, connections: 4 })
    proxy.set(trickling)
  })
  afterEach(async () => {
    rig.connection.store.close()
    await folder.remove()
  })
  const ranges = () =>
    proxy.requests.filter(requests.range).map(({ headers }) => {
      const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(String(headers.range)) ?? []
      return { start: Number(start), end: Number(end), ifMatch: headers['if-match'] }
    })

  test.each([many, split, stream])('asks for its rest beside it ($ref.name)', async ({ ref, files }) => {
    const task = rig.createTask(await rig.request(ref))
    await rig.run(task)
    const { 'meta.json': _, ...found } = readTree(path.join(libraryPath, `${ref.name}-1.0.0`))
    const sums = (of: Readonly<Record<string, Uint8Array>>) =>
      Object.fromEntries(Object.entries(of).map(([name, bytes]) => [name, sha256Of(bytes)]))
    expect(sums(found)).toEqual(sums(files))
    const asked = ranges()
    const again = asked.flatMap(({ start, end }) =>
      asked.filter((each) => each.end === end && each.start > start).map((each) => each.start - start),
    )
    // From where it was, the first MiB and a few hundred bytes.
    expect(again).toHaveLength(1)
    expect(again[0]).toBeGreaterThanOrEqual(MiB)
    expect(again[0]).toBeLessThan(MiB + 10_000)
    for (const { ifMatch } of asked) expect(ifMatch).toBe(asked[0]?.ifMatch)
    expect(asked[0]?.ifMatch).toBeDefined()
    const bytes = archiveBytes.get(ref.name) ?? 0
    expect(task.meter.wireBytes()).toBeGreaterThanOrEqual(bytes)
    expect(task.meter.wireBytes()).toBeLessThan(bytes + segmentBytes)
    expect(task.meter.read().settledBytes).toBe(task.meter.read().totalBytes)
    expect(task.phases.map(({ kind }) => kind)).not.toContain('reconnecting')
  })

  test('leaves it alone where a limit of speed is set', async () => {
    const task = rig.createTask(await rig.request(many.ref))
    changeLimit(task.limit, 1e9)
    const run = rig.run(task)
    // Looked at below; it must not be a stray rejection until then.
    run.catch(() => {})
    await proxy.untilHit()
    // Nothing is to happen. Without the limit it is asked for again after six seconds: five of trickling, and the next look.
    await new Promise((resolve) => setTimeout(resolve, 9_000))
    task.abort()
    await expect(run).rejects.toMatchObject({ code: 'cancelled' })
    expect(new Set(ranges().map(({ end }) => end)).size).toBe(ranges().length)
  })
})
