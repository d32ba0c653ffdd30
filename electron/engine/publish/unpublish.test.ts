import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildPackageFolder } from '../../../testkit/package-builder.ts'
import { silentLog } from '../../../testkit/rig-task.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { startTestEngine, type TestEngine } from '../../../testkit/test-engine.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { createStore } from '../object-store/create-store.ts'
import type { OpenConnection } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import { unpublishSteps, unpublishVersion } from './unpublish.ts'

const io = { signal: new AbortController().signal }
const ref = { name: 'model', version: '1.0.0' }
const withdrawal = { by: 'Ana', when: '2026-01-02T03:04:05.000Z', why: 'wrong weights' }

let folder: TempFolder
let engine: TestEngine
let registry: string
let connection: OpenConnection
const at = (key: string) => path.join(registry, key)

beforeAll(async () => {
  folder = await createTempFolder()
  await buildPackageFolder(path.join(folder.path, 'source'), {
    manifest: ref,
    files: [{ path: 'data.bin', sizeBytes: 1000 }],
  })
  registry = path.join(folder.path, 'home/registry')
})
beforeEach(async () => {
  await engine?.stop()
  rmSync(path.join(folder.path, 'home'), { recursive: true, force: true })
  engine = await startTestEngine(path.join(folder.path, 'home'))
  const spec = { kind: 'folder', path: registry, root: '' } as const
  const store = createStore(spec, { disk: createNodeDisk(), clock: createSystemClock(), log: silentLog })
  connection = { id: 'local', name: 'Local', place: registry, store, spec: async () => spec }
})
afterAll(async () => {
  await engine.stop()
  await folder.remove()
})

const publish = () => engine.publish(path.join(folder.path, 'source'))

test('a version that is taken back is hidden, its number reserved, its files gone', async () => {
  await publish()
  expect(await engine.api.catalog.unpublish({ ref, why: 'wrong weights' })).toEqual({
    ref,
    connectionId: 'local',
    alreadyWithdrawn: false,
  })
  expect(JSON.parse(readFileSync(at('orbital/withdrawn/model-1.0.0.json'), 'utf8'))).toEqual({
    by: 'tester',
    when: expect.stringMatching(/^\d{4}-/),
    why: 'wrong weights',
  })
  expect(existsSync(at('models/model-1.0.0/meta.json'))).toBe(false)
  expect(existsSync(at('models/model-1.0.0/archive.gz'))).toBe(false)
  expect((await engine.api.catalog.list({})).packages).toEqual([])
  expect(engine.changes.map(({ kind }) => kind)).toContain('catalog.changed')
  expect((await publish()).state).toMatchObject({
    kind: 'failed',
    error: { code: 'version-published', details: { reason: 'withdrawn', publishedBy: 'tester' } },
  })
})

test('a second time is fine, and keeps the first reason', async () => {
  await publish()
  await engine.api.catalog.unpublish({ ref, why: 'first' })
  expect(await engine.api.catalog.unpublish({ ref, why: 'second' })).toMatchObject({ alreadyWithdrawn: true })
  expect(readFileSync(at('orbital/withdrawn/model-1.0.0.json'), 'utf8')).toContain('"first"')
})

test('what never was there can’t be reserved', async () => {
  await expect(engine.api.catalog.unpublish({ ref })).rejects.toMatchObject({ code: 'package-not-found' })
  expect(existsSync(at('orbital/withdrawn/model-1.0.0.json'))).toBe(false)
})

test('a half of an upload by an old tool can be taken back', async () => {
  mkdirSync(at('models/model-1.0.0'), { recursive: true })
  writeFileSync(at('models/model-1.0.0/archive.gz'), 'half')
  await engine.api.catalog.unpublish({ ref })
  expect(existsSync(at('models/model-1.0.0/archive.gz'))).toBe(false)
})

test.each(unpublishSteps)(
  'ended after “%s”: hidden as soon as it is withdrawn, and the same call completes it',
  async (killed) => {
    await publish()
    const step = (name: string) => {
      if (name === killed) throw new Error('killed')
    }
    await expect(unpublishVersion({ log: silentLog, step }, connection, ref, withdrawal, io)).rejects.toThrow('killed')
    const { packages, unreadable } = await engine.api.catalog.list({ refresh: true })
    const isHidden = killed !== 'look'
    expect(packages.map(({ name }) => name)).toEqual(isHidden ? [] : ['model'])
    expect(unreadable).toEqual([])
    if (isHidden) {
      await expect(engine.api.catalog.version({ ref })).rejects.toMatchObject({ code: 'package-not-found' })
      await expect(engine.api.install.plan({ source: { ref } })).rejects.toMatchObject({ code: 'package-not-found' })
      expect((await publish()).state).toMatchObject({ kind: 'failed', error: { code: 'version-published' } })
    }
    const again = await unpublishVersion({ log: silentLog }, connection, ref, { ...withdrawal, by: 'Bo' }, io)
    expect(again).toEqual({ alreadyWithdrawn: isHidden })
    expect(existsSync(at('models/model-1.0.0/meta.json'))).toBe(false)
    expect(existsSync(at('models/model-1.0.0/archive.gz'))).toBe(false)
    const { by } = JSON.parse(readFileSync(at('orbital/withdrawn/model-1.0.0.json'), 'utf8'))
    expect(by).toBe(isHidden ? 'Ana' : 'Bo')
  },
)
