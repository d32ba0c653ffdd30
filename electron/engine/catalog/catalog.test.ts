import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { openTestConnection, openTestStore } from '../../../testkit/publish-rig.ts'
import { silentLog } from '../../../testkit/rig-task.ts'
import { createTempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import type { ObjectStore, OpenConnection } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import { type Catalog, createCatalog } from './catalog.ts'
import { packKept } from './kept-entries.ts'

const io = { signal: AbortSignal.timeout(20_000) }
let root: string
const makeCatalog = (): Catalog =>
  createCatalog({
    disk: createNodeDisk(),
    clock: createSystemClock(),
    log: silentLog,
    announcer: { change: () => {}, sample: () => {} },
    folder: path.join(root, 'catalog'),
  })
beforeEach(async () => {
  const folder = await createTempFolder()
  onTestFinished(folder.remove)
  root = folder.path
})

/** A store in a folder that has one (unreadable) version of each name. */
function connectionWith(bucket: string, names: readonly string[], change = (store: ObjectStore) => store) {
  for (const name of names) {
    const version = path.join(root, bucket, 'models', `${name}-1.0.0`)
    mkdirSync(version, { recursive: true })
    writeFileSync(path.join(version, 'meta.json'), '{')
    writeFileSync(path.join(version, 'archive.gz'), '')
  }
  const spec = { kind: 'folder', path: path.join(root, bucket), root: '' } as const
  return openTestConnection(spec, change(openTestStore(spec)))
}
const identsOf = async (catalog: Catalog, connection: OpenConnection, refresh = false) =>
  (await catalog.list(connection, { ...io, refresh })).unreadable.map(({ ident }) => ident)

/** Listings wait until they are let go. */
function gated(store: ObjectStore) {
  const waiting: (() => void)[] = []
  const signals: AbortSignal[] = []
  return {
    waiting,
    signals,
    store: {
      ...store,
      async *list(prefix: string, options: { readonly signal: AbortSignal }) {
        signals.push(options.signal)
        const pages = []
        for await (const page of store.list(prefix, options)) pages.push(page)
        if (prefix === 'models/') await new Promise<void>((resolve) => waiting.push(resolve))
        yield* pages
      },
    },
  }
}

test('an id that is of another bucket now shows nothing of the one before, in this run or the next', async () => {
  const catalog = makeCatalog()
  expect(await identsOf(catalog, connectionWith('one', ['a']))).toEqual(['a-1.0.0'])
  expect(await identsOf(catalog, connectionWith('two', ['b']))).toEqual(['b-1.0.0'])
  expect(await identsOf(makeCatalog(), connectionWith('one', ['a']))).toEqual(['a-1.0.0'])
})

test('who leaves does not take the listing from who else waits; when all have left, it ends', async () => {
  const connection = connectionWith('one', ['a'])
  const gate = gated(connection.store)
  const catalog = makeCatalog()
  const gatedConnection = { ...connection, store: gate.store }
  const [first, second] = [new AbortController(), new AbortController()]
  const left = catalog.list(gatedConnection, { signal: first.signal })
  const stays = catalog.list(gatedConnection, { signal: second.signal })
  first.abort()
  await expect(left).rejects.toMatchObject({ code: 'cancelled' })
  await expect.poll(() => gate.waiting.length).toBe(1)
  for (const go of gate.waiting.splice(0)) go()
  expect((await stays).unreadable).toHaveLength(1)

  const again = catalog.list(gatedConnection, { signal: second.signal, refresh: true })
  second.abort()
  await expect(again).rejects.toMatchObject({ code: 'cancelled' })
  expect(gate.signals.at(-1)?.aborted).toBe(true)
})

test('a listing that was under way when something was published is not taken for the new one', async () => {
  const connection = connectionWith('one', ['a'])
  const gate = gated(connection.store)
  const catalog = makeCatalog()
  const gatedConnection = { ...connection, store: gate.store }
  const before = catalog.list(gatedConnection, io)
  await expect.poll(() => gate.waiting.length).toBe(1)
  connectionWith('one', ['b'])
  catalog.expire(connection.id)
  const after = catalog.list(gatedConnection, io)
  await expect.poll(() => gate.waiting.length).toBe(2)
  for (const go of gate.waiting.splice(0).reverse()) go()
  await before
  expect((await after).unreadable.map(({ ident }) => ident)).toEqual(['a-1.0.0', 'b-1.0.0'])
  expect(await identsOf(catalog, connection)).toEqual(['a-1.0.0', 'b-1.0.0'])
})

test('a remembered listing that is damaged is made anew', async () => {
  const connection = connectionWith('one', ['a'])
  await identsOf(makeCatalog(), connection)
  const file = path.join(root, 'catalog', 'test.list')
  const kept = readFileSync(file)
  const elsewhere = await packKept('elsewhere', [], { ...io, turn: () => {} })
  for (const damaged of [elsewhere, kept.subarray(0, kept.length - 10), gzipSync('[]\n'), Buffer.alloc(0)]) {
    writeFileSync(file, damaged)
    expect(await identsOf(makeCatalog(), connection)).toEqual(['a-1.0.0'])
  }
})

test('a version with a time that no date has is a row as any other', async () => {
  const timeless = (store: ObjectStore): ObjectStore => ({
    ...store,
    async *list(prefix, options) {
      for await (const page of store.list(prefix, options)) yield page.map((each) => ({ ...each, modifiedMs: 9e15 }))
    },
  })
  expect(await identsOf(makeCatalog(), connectionWith('one', ['a'], timeless))).toEqual(['a-1.0.0'])
})

test('what may not be read is one row, what may not be looked into none', async ({ skip }) => {
  skip(process.getuid?.() === 0, 'root may read everything')
  const connection = connectionWith('one', ['a', 'locked', 'hidden'])
  const models = path.join(root, 'one', 'models')
  chmodSync(path.join(models, 'locked-1.0.0', 'meta.json'), 0)
  chmodSync(path.join(models, 'hidden-1.0.0'), 0)
  onTestFinished(() => chmodSync(path.join(models, 'hidden-1.0.0'), 0o700))
  expect(await identsOf(makeCatalog(), connection)).toEqual(['a-1.0.0', 'locked-1.0.0'])
})

test('a store that answers oddly about one version is one row', async () => {
  const oddAbout = (store: ObjectStore): ObjectStore => ({
    ...store,
    read: (key, options) => store.read(key.includes('odd') ? `${key}/../x` : key, options),
  })
  const { unreadable } = await makeCatalog().list(connectionWith('one', ['a', 'odd'], oddAbout), io)
  expect(unreadable).toMatchObject([
    { ident: 'a-1.0.0', problem: 'meta-invalid' },
    { ident: 'odd-1.0.0', problem: 'unreadable-now' },
  ])
})

test('that nothing changed is remembered too: the age of the list is told after a restart', async () => {
  const connection = connectionWith('one', ['a'])
  const catalog = makeCatalog()
  const { refreshedAt } = await catalog.list(connection, io)
  await expect.poll(() => new Date().toISOString()).not.toBe(refreshedAt)
  const again = await catalog.list(connection, { ...io, refresh: true })
  expect(again.refreshedAt > refreshedAt).toBe(true)
  expect((await makeCatalog().list(connection, io)).refreshedAt).toBe(again.refreshedAt)
})

test('a few versions that the store can’t give are grey rows, read again the next time; many are a store that is away', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  let broken = new Set(['models/b-1.0.0/meta.json', 'models/e-1.0.0/meta.json'])
  const connection = connectionWith('one', names, (store) => ({
    ...store,
    read: async (key, options) => {
      if (broken.has(key)) throw new AppError('store-busy', { endpoint: 'x', status: 500 })
      return store.read(key, options)
    },
  }))
  const catalog = makeCatalog()
  const problems = async () =>
    (await catalog.list(connection, { ...io, refresh: true })).unreadable.map(({ problem }) => problem)
  expect(await problems()).toEqual([
    'meta-invalid',
    'unreadable-now',
    'meta-invalid',
    'meta-invalid',
    'unreadable-now',
    'meta-invalid',
  ])
  broken = new Set()
  expect(new Set(await problems())).toEqual(new Set(['meta-invalid']))
  broken = new Set(names.map((name) => `models/${name}-1.0.0/meta.json`))
  await expect(makeCatalog().rebuild(connection, io)).rejects.toMatchObject({ code: 'store-busy' })
})

test('without the store the last list is given after a refresh that failed, too; a refusal is no such thing', async () => {
  let failure: AppError | undefined
  let tries = 0
  const connection = connectionWith('bucket', ['one'], (store) => ({
    ...store,
    async *list(prefix: string, options: { readonly signal: AbortSignal }) {
      tries += 1
      if (failure !== undefined) throw failure
      yield* store.list(prefix, options)
    },
  }))
  const catalog = makeCatalog()
  const { refreshedAt } = await catalog.list(connection, io)
  failure = new AppError('network-unreachable', { endpoint: 'store' })
  await expect(catalog.list(connection, { ...io, refresh: true })).rejects.toThrow(failure)
  tries = 0
  for (let piece = 0; piece < 5; piece += 1) expect((await catalog.list(connection, io)).refreshedAt).toBe(refreshedAt)
  // A list of many pieces, and each search, would wait for a store that was away a moment ago.
  expect(tries).toBe(0)
  catalog.expire(connection.id)
  expect((await catalog.list(connection, io)).refreshedAt).toBe(refreshedAt)
  expect(tries).toBeGreaterThan(0)
  // Another run, without the store from its start.
  const later = makeCatalog()
  await later.prepare(connection)
  expect((await later.list(connection, io)).refreshedAt).toBe(refreshedAt)
  failure = new AppError('access-denied', { action: 'list', what: 'bucket' })
  catalog.expire(connection.id)
  await expect(catalog.list(connection, io)).rejects.toThrow(failure)
})

test('the last list of a folder that is gone (a share, a drive) is given, too', async () => {
  const connection = connectionWith('bucket', ['one'])
  const catalog = makeCatalog()
  const { refreshedAt } = await catalog.list(connection, io)
  renameSync(path.join(root, 'bucket'), path.join(root, 'elsewhere'))
  catalog.expire(connection.id)
  expect((await catalog.list(connection, io)).refreshedAt).toBe(refreshedAt)
  await expect(catalog.list(connection, { ...io, refresh: true })).rejects.toMatchObject({ code: 'not-a-folder' })
})
