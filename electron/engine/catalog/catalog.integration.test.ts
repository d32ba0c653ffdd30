import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CountingProxy, startCountingProxy } from '../../../testkit/counting-proxy.ts'
import { describeWith } from '../../../testkit/describe-with.ts'
import { openTestConnection, openTestStore } from '../../../testkit/publish-rig.ts'
import { silentLog } from '../../../testkit/rig-task.ts'
import { fetchS3Server, type S3Server, startS3Server } from '../../../testkit/s3-server.ts'
import type { S3Keys } from '../../../testkit/s3-store.ts'
import { numberedVersions, putSmallVersions } from '../../../testkit/small-versions.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import type { ObjectStore, StoreSpec } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import { type Catalog, createCatalog } from './catalog.ts'
import { catalogKey } from './catalog-object.ts'

/** Requests grow with the pages of 1,000 objects alone: two objects a version. */
const count = 2000
const pages = (count * 2) / 1000
const io = { signal: AbortSignal.timeout(170_000) }

describeWith(await fetchS3Server(), 'the catalog of a bucket', () => {
  let server: S3Server
  let proxy: CountingProxy
  let temp: TempFolder
  let bucket: string
  let admin: ObjectStore
  let homes = 0

  const specOf = ({ accessKeyId, secretAccessKey }: S3Keys, endpoint: string): StoreSpec => ({
    kind: 's3',
    bucket,
    root: 'team/',
    endpoint,
    region: 'us-east-1',
    credentials: { kind: 'keys', accessKeyId, secretAccessKey },
    connections: 8,
  })
  const newHome = (offMs = 0): Catalog => {
    const clock = createSystemClock()
    return createCatalog({
      disk: createNodeDisk(),
      clock: { ...clock, now: () => clock.now() + offMs },
      log: silentLog,
      announcer: { change: () => {}, sample: () => {} },
      folder: join(temp.path, `home-${homes++}`),
    })
  }
  const list = async (catalog: Catalog, keys: S3Keys = server) => {
    proxy.clear()
    const spec = specOf(keys, proxy.endpoint)
    const store = openTestStore(spec)
    const page = await catalog.list(openTestConnection(spec, store), { ...io, refresh: true })
    const asked = proxy.requests.map(({ method, path, status }) => `${method} ${kindOf(path)} ${status}`)
    await catalog.close(30_000)
    store.close()
    return { ...page, asked: countEach(asked), written: proxy.count({ method: 'PUT' }).requests }
  }
  const kindOf = (path: string): string => {
    const { pathname, searchParams } = new URL(path, 'http://store')
    const prefix = searchParams.get('prefix')
    if (prefix !== null) return `LIST ${prefix}`
    return pathname.endsWith('/meta.json') ? 'meta.json' : pathname.slice(pathname.indexOf('team/'))
  }
  const countEach = (asked: readonly string[]): Record<string, number> => {
    const counts: Record<string, number> = {}
    for (const each of asked) counts[each] = (counts[each] ?? 0) + 1
    return counts
  }

  beforeAll(async () => {
    server = await startS3Server()
    temp = await createTempFolder()
    bucket = await server.createBucket()
    proxy = await startCountingProxy(server.endpoint)
    admin = openTestStore(specOf(server, server.endpoint))
    await putSmallVersions(admin, numberedVersions(count, { description: 'One of many' }), io)
  })
  afterAll(async () => {
    admin?.close()
    await proxy?.stop()
    await server?.stop()
    await temp?.remove()
  })

  const lists = { 'GET LIST team/models/ 200': pages, 'GET LIST team/orbital/withdrawn/ 200': 1 }
  const object = `GET team/${catalogKey} 200`

  test('who may only read lists all of it, one by one, and writes nothing that stays', async () => {
    const { packages, asked } = await list(newHome(), server.readOnly)
    expect(packages).toHaveLength(count)
    expect(asked).toEqual({ ...lists, [`GET team/${catalogKey} 404`]: 1, 'GET meta.json 200': count })
    await expect(admin.head(catalogKey, io)).rejects.toMatchObject({ code: 'object-not-found' })
  })

  test('the first who may write leaves the catalog for all others', async () => {
    const first = await list(newHome())
    expect([first.packages.length, first.written]).toEqual([count, 1])
    for (const keys of [server, server.readOnly]) {
      const { packages, asked } = await list(newHome(), keys)
      expect(packages).toEqual(first.packages)
      expect(asked).toEqual({ ...lists, [object]: 1 })
    }
  })

  test.each([0, -3_600_000, 3_600_000])('a refresh reads what changed; clocks %d ms apart', async (offMs) => {
    const home = newHome(offMs)
    await list(home)
    expect((await list(home)).asked).toEqual(lists)
    const changed = { name: 'package_000123', version: '1.0.0', more: { title: `Changed ${offMs}` } }
    await putSmallVersions(admin, [changed], io)
    const { asked, packages } = await list(home)
    expect(asked).toEqual({ ...lists, 'GET meta.json 200': 1 })
    expect(packages.find(({ name }) => name === changed.name)?.title).toBe(changed.more.title)
  })

  test('what vanished goes, what was withdrawn is hidden', async () => {
    const home = newHome()
    await list(home)
    await admin.delete('models/package_000001-1.0.0/meta.json', io)
    await admin.put('orbital/withdrawn/package_000002-1.0.0.json', Buffer.from('{}'), io)
    for (const catalog of [home, newHome()]) {
      const { packages } = await list(catalog)
      expect(packages.slice(0, 2).map(({ name }) => name)).toEqual(['package_000000', 'package_000003'])
    }
  })

  test('a garbled catalog object costs the requests that it saved, and is replaced', async () => {
    await admin.put(catalogKey, Buffer.from('not a catalog'), io)
    const { asked, written, packages } = await list(newHome())
    expect([asked[object], asked['GET meta.json 200'], packages.length, written]).toEqual([1, count - 2, count - 2, 1])
    expect((await list(newHome())).asked).toEqual({ ...lists, [object]: 1 })
  })
})
