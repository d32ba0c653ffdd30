import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CountingProxy, startCountingProxy } from '../../../testkit/counting-proxy.ts'
import { openTestConnection, openTestStore } from '../../../testkit/publish-rig.ts'
import { silentLog } from '../../../testkit/rig-task.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import type { StoreSpec } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import { type Catalog, createCatalog } from './catalog.ts'
import { catalogKey } from './catalog-object.ts'

/**
 * What a bucket of 10,000 versions takes, to the request. The server answers as S3 does, a thousand keys a page, from arithmetic: storing 20,000
 * objects would take minutes, and only the requests count here.
 */
const count = 10_000
const io = { signal: AbortSignal.timeout(150_000) }
let server: ReturnType<typeof spawn>
let proxy: CountingProxy
let temp: TempFolder
let homes = 0

const newHome = (clock = createSystemClock()): Catalog =>
  createCatalog({
    disk: createNodeDisk(),
    clock,
    log: silentLog,
    announcer: { change: () => {}, sample: () => {} },
    folder: join(temp.path, `home-${homes++}`),
  })
const connect = () => {
  const spec: StoreSpec = {
    kind: 's3',
    bucket: 'bench',
    root: '',
    endpoint: proxy.endpoint,
    region: 'us-east-1',
    credentials: { kind: 'anonymous' },
    connections: 8,
  }
  return openTestConnection(spec, openTestStore(spec))
}
async function list(catalog: Catalog) {
  proxy.clear()
  const { packages } = await catalog.list(connect(), { ...io, refresh: true })
  const asked: Record<string, number> = {}
  for (const { method, path } of proxy.requests) {
    const { pathname, searchParams } = new URL(path, 'http://store')
    const prefix = searchParams.get('prefix')
    const what = `${method} ${prefix === null ? pathname.slice('/bench/'.length) : `LIST ${prefix}`}`
    asked[what] = (asked[what] ?? 0) + 1
  }
  return { packages, asked }
}

beforeAll(async () => {
  temp = await createTempFolder()
  const script = resolve(import.meta.dirname, '../../../bench/listing-server.ts')
  server = spawn(process.execPath, [script, String(count)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const port = await new Promise<string>((done) => server.stdout?.once('data', (line) => done(String(line).trim())))
  proxy = await startCountingProxy(`http://127.0.0.1:${port}`)
})
afterAll(async () => {
  await proxy?.stop()
  server?.kill()
  await temp?.remove()
})

test('a first listing takes 20 LIST and the catalog, a refresh 20 LIST and what changed', async () => {
  expect(await newHome().rebuild(connect(), io)).toMatchObject({ versions: count })
  const home = newHome()
  const first = await list(home)
  expect(first.packages).toHaveLength(count)
  expect(first.asked).toEqual({ 'GET LIST models/': 20, [`GET ${catalogKey}`]: 1 })
  await fetch(`${proxy.endpoint}/bench/change`, { method: 'POST', body: '4711' })
  const { packages, asked } = await list(home)
  expect(asked).toEqual({ 'GET LIST models/': 20, 'GET models/package_004711-1.0.0/meta.json': 1 })
  expect(packages[4711]?.title).toContain('changed')
})

test('what is withdrawn is looked up once an hour, and stays hidden between', async () => {
  let laterMs = 0
  const clock = createSystemClock()
  const home = newHome({ ...clock, now: () => clock.now() + laterMs })
  expect((await list(home)).packages).toHaveLength(count)
  await fetch(`${proxy.endpoint}/bench/orbital/withdrawn/package_000005-1.0.0.json`, { method: 'PUT', body: '{}' })
  const withdrawn = 'GET LIST orbital/withdrawn/'
  for (const [afterMs, lookUps, listed] of [
    [60_000, undefined, count],
    [3_700_000, 1, count - 1],
    [3_800_000, undefined, count - 1],
    // A clock that was set back is no reason to trust what is remembered.
    [-86_400_000, 1, count - 1],
  ] as const) {
    laterMs = afterMs
    const { packages, asked } = await list(home)
    expect([asked[withdrawn], packages.length], `after ${afterMs} ms`).toEqual([lookUps, listed])
  }
})
