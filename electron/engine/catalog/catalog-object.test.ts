import { mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { openTestConnection, openTestStore } from '../../../testkit/publish-rig.ts'
import { readVectors } from '../../../testkit/read-vectors.ts'
import { silentLog } from '../../../testkit/rig-task.ts'
import {
  countRequests,
  makeSmallVersion,
  numberedVersions,
  writeSmallVersions,
} from '../../../testkit/small-versions.ts'
import { createTempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import type { ObjectStore } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import { type Catalog, createCatalog } from './catalog.ts'
import { catalogKey } from './catalog-object.ts'
import { lineCaps } from './entry-lines.ts'

const io = { signal: AbortSignal.timeout(60_000) }
const count = 60
const clock = createSystemClock()
let root: string
let bucket: string
let store: ObjectStore
let homes = 0

beforeEach(async () => {
  const folder = await createTempFolder()
  onTestFinished(folder.remove)
  root = folder.path
  bucket = path.join(root, 'bucket')
  mkdirSync(bucket)
  store = openTestStore({ kind: 'folder', path: bucket, root: '' })
})

/** A computer that has seen nothing yet. */
const newHome = (now = clock.now): Catalog =>
  createCatalog({
    disk: createNodeDisk(),
    clock: { ...clock, now },
    log: silentLog,
    announcer: { change: () => {}, sample: () => {} },
    folder: path.join(root, `home-${homes++}`),
  })

/** What a listing shows, and what it asked for. */
async function list(catalog: Catalog, change = (each: ObjectStore) => each) {
  const { store: counted, asked } = countRequests(change(store))
  const connection = openTestConnection({ kind: 'folder', path: bucket, root: '' }, counted)
  const page = await catalog.list(connection, { ...io, refresh: true })
  const metas = asked.filter((each) => /^(read|open|head) models\//.test(each))
  return { ...page, asked, metas }
}
/** Waits for what the catalog writes in the background. */
async function listAndWrite(change?: (each: ObjectStore) => ObjectStore) {
  const catalog = newHome()
  const listed = await list(catalog, change)
  await catalog.close(30_000)
  return listed
}
const readObject = async (): Promise<string[]> =>
  gunzipSync((await store.read(catalogKey, { ...io, maxBytes: 1e8 })).bytes)
    .toString()
    .trimEnd()
    .split('\n')
const writeObject = (lines: readonly string[]) => store.put(catalogKey, gzipSync(`${lines.join('\n')}\n`), io)
const fileOf = (ident: string, file = 'meta.json') => path.join(bucket, 'models', ident, file)
const put = (name: string, version: string, more: object = {}) =>
  writeSmallVersions(bucket, [{ name, version, more: { ...more } }])

describe('the catalog object', () => {
  beforeEach(() => writeSmallVersions(bucket, numberedVersions(count, { description: 'Reads digits' })))

  test('spares whoever comes next a request for each version', async () => {
    const first = await listAndWrite()
    expect(first.metas).toHaveLength(count)
    expect(first.asked.filter((each) => each.startsWith('put'))).toEqual([`put ${catalogKey}`])
    const second = await listAndWrite()
    expect(second.asked).toEqual(['list models/', 'list orbital/withdrawn/', `open ${catalogKey}`])
    expect(second.packages).toEqual(first.packages)
    expect(second.packages[0]).toMatchObject({ name: 'package_000000', description: 'Reads digits' })
  })

  test('only changed versions are read, vanished ones go, new ones come', async () => {
    await listAndWrite()
    const home = newHome()
    await list(home)
    put('package_000001', '1.0.0', { title: 'Another title' })
    rmSync(path.dirname(fileOf('package_000002-1.0.0')), { recursive: true })
    put('new_one', '1.0.0')
    for (const catalog of [home, newHome()]) {
      const { metas, packages } = await list(catalog)
      expect(metas.sort()).toEqual([
        'read models/new_one-1.0.0/meta.json',
        'read models/package_000001-1.0.0/meta.json',
      ])
      expect(packages).toHaveLength(count)
      expect(packages.find(({ name }) => name === 'package_000001')?.title).toBe('Another title')
    }
    expect((await list(home)).asked.sort()).toEqual(['list models/', 'list orbital/withdrawn/'])
  })

  test('is written again when much has changed since, also by one who reads little each time', async () => {
    await listAndWrite()
    const home = newHome()
    await list(home)
    const asked: string[][] = []
    for (let n = 0; n < 4; n++) {
      writeSmallVersions(
        bucket,
        numberedVersions(15).map((each) => ({ ...each, version: `2.${n}.0` })),
      )
      asked.push((await list(home)).asked)
    }
    await home.close(30_000)
    expect(asked.flat().filter((each) => each.startsWith('put'))).toEqual([`put ${catalogKey}`])
    expect((await list(newHome())).metas).toEqual([])
  })

  test('who may not write it lists all the same', async () => {
    const denied = async () => Promise.reject(new AppError('access-denied', { what: 'Test', action: 'write' }))
    const { packages, asked } = await listAndWrite((each) => ({ ...each, put: denied }))
    expect(packages).toHaveLength(count)
    expect(asked.filter((each) => each.startsWith('put'))).toHaveLength(1)
    await expect(store.head(catalogKey, io)).rejects.toMatchObject({ code: 'object-not-found' })
  })

  test('who may not read it lists all the same', async () => {
    await listAndWrite()
    const denied = async () => Promise.reject(new AppError('access-denied', { what: 'Test', action: 'read' }))
    expect((await listAndWrite((each) => ({ ...each, open: denied }))).packages).toHaveLength(count)
  })

  test('rebuilding reads every version, whatever is remembered, and writes', async () => {
    await listAndWrite()
    const lines = await readObject()
    await writeObject(lines.map((line) => line.replace('Reads digits', 'Poisoned')))
    const home = newHome()
    expect((await list(home)).packages[3]?.description).toBe('Poisoned')
    const counted = countRequests(store)
    const connection = openTestConnection({ kind: 'folder', path: bucket, root: '' }, counted.store)
    expect(await home.rebuild(connection, io)).toMatchObject({ versions: count })
    expect(counted.asked.filter((each) => each.startsWith('read models/'))).toHaveLength(count)
    expect((await list(home)).packages[3]?.description).toBe('Reads digits')
    expect((await list(newHome())).packages[3]?.description).toBe('Reads digits')
    // G1: whatever a list says, a version is read from its own meta.json.
    await writeObject(lines.map((line) => line.replace('Reads digits', 'Poisoned')))
    const { manifest } = await newHome().version(connection, { name: 'package_000003', version: '1.0.0' }, io)
    expect(manifest.info.description).toBe('Reads digits')
  })

  test('two who write it at once leave a whole one', async () => {
    const homesAtOnce = await Promise.all([listAndWrite(), listAndWrite(), listAndWrite()])
    expect(homesAtOnce.map(({ packages }) => packages.length)).toEqual([count, count, count])
    expect((await list(newHome())).metas).toEqual([])
  })

  test.each([-3_600_000, 3_600_000])('clocks that are %d ms apart change nothing', async (offMs) => {
    await listAndWrite()
    const home = newHome(() => clock.now() + offMs)
    const { metas, packages } = await list(home)
    expect([metas.length, packages.length]).toEqual([0, count])
    put('package_000001', '1.0.0', { title: 'Another title' })
    expect((await list(home)).metas).toEqual(['read models/package_000001-1.0.0/meta.json'])
  })

  test('an entry of other bytes, another size, another time or another archive does not count', async () => {
    await listAndWrite()
    const [header = '', ...lines] = await readObject()
    const changed = lines.map((line, n) => {
      const value = JSON.parse(line)
      const fields = [{ etag: '"x"' }, { size: 1 }, { modified: value.modified + 1 }, { archive: 5 }, { etag: '' }]
      return JSON.stringify({ ...value, ...fields[n % 6] })
    })
    await writeObject([header, ...changed])
    const { metas, packages } = await list(newHome())
    expect(metas).toHaveLength(count - Math.floor(count / 6))
    expect(packages).toHaveLength(count)
  })
})

describe('a catalog object of somebody hostile', () => {
  const truth = async () => (await list(newHome(), (each) => ({ ...each, open: notThere }))).packages
  const notThere = async () => Promise.reject(new AppError('object-not-found', { key: catalogKey }))
  beforeEach(async () => {
    writeSmallVersions(bucket, numberedVersions(count))
    await listAndWrite()
  })

  test.each<[string, (whole: Buffer) => Uint8Array]>([
    ['nothing', () => Buffer.alloc(0)],
    ['text', () => Buffer.from('<html>Sign in</html>')],
    ['half of it', (whole) => whole.subarray(0, whole.length / 2)],
    ['a bit flipped', (whole) => whole.map((byte, at) => (at === whole.length >> 1 ? byte ^ 1 : byte))],
    ['another format', () => gzipSync('{"orbitalCatalog":2}\n{"ident":"a-1.0.0"}\n')],
    ['no header', () => gzipSync('{"ident":"a-1.0.0"}\n')],
    ['a line without an end', () => gzipSync(Buffer.alloc(lineCaps.maxLineBytes * 40, 0x61))],
    ['a header, then zeros', () => gzipSync(Buffer.concat([Buffer.from('{"orbitalCatalog":1}\n'), Buffer.alloc(1e8)]))],
    ['a million empty lines', () => gzipSync(`{"orbitalCatalog":1}\n${'\n'.repeat(1e6)}`)],
    ['deep nesting', () => gzipSync(`{"orbitalCatalog":1}\n${'['.repeat(60_000)}\n`)],
    [
      'not UTF-8',
      () => gzipSync(Buffer.concat([Buffer.from('{"orbitalCatalog":1}\n"'), Buffer.from([0xff, 0x22, 10])])),
    ],
    ['values that are none', () => gzipSync('{"orbitalCatalog":1}\n1\nnull\n[]\n"a"\n{}\n')],
  ])('%s costs time only', async (_, change) => {
    const whole = Buffer.from((await store.read(catalogKey, { ...io, maxBytes: 1e8 })).bytes)
    await store.put(catalogKey, change(whole), io)
    const expected = await truth()
    const startMs = performance.now()
    const { packages, unreadable } = await list(newHome())
    expect(packages).toEqual(expected)
    expect(unreadable).toEqual([])
    expect(performance.now() - startMs).toBeLessThan(5000)
  })

  type Line = Record<string, unknown> & { package: Record<string, unknown> }
  test.each<[string, (line: Line) => object]>([
    ['another package’s name', (line) => ({ ...line, package: { ...line.package, name: 'other' } })],
    ['another version', (line) => ({ ...line, package: { ...line.package, version: '9.9.9' } })],
    ['no package', ({ package: _, ...line }) => line],
    ['a path as its name', (line) => ({ ...line, ident: '../x-1.0.0', package: { name: '../x', version: '1.0.0' } })],
    [
      'an ident that is not listed',
      (line) => ({ ...line, ident: 'z-1.0.0', package: { name: 'z', version: '1.0.0' } }),
    ],
    ['a list as compatibility', (line) => ({ ...line, package: { ...line.package, compatibility: ['a'] } })],
    ['a number as a constraint', (line) => ({ ...line, package: { ...line.package, compatibility: { a: 1 } } })],
    ['fewer than no files', (line) => ({ ...line, files: -1 })],
    ['text as bytes', (line) => ({ ...line, bytes: '12' })],
    ['half a byte', (line) => ({ ...line, bytes: 1.5 })],
    ['a time of text', (line) => ({ ...line, modified: 'now' })],
    [
      'a version said to be unreadable',
      ({ package: _, ...line }) => ({ ...line, problem: 'meta-invalid', reason: 'x' }),
    ],
    ['thousands of values', (line) => ({ ...line, more: Array(2000).fill(1) })],
  ])('%s: that line is left out, the version is read', async (_, change) => {
    const [header = '', first = '', ...lines] = await readObject()
    await writeObject([header, JSON.stringify(change(JSON.parse(first))), ...lines])
    const { packages, unreadable, metas } = await list(newHome())
    expect(metas).toEqual(['read models/package_000000-1.0.0/meta.json'])
    expect(packages).toEqual(await truth())
    expect(unreadable).toEqual([])
  })

  test('long texts are cut, what is no field is dropped, Object’s own names are names', async () => {
    const [header = '', first = '', ...lines] = await readObject()
    const line = JSON.parse(first)
    const compatibility = JSON.parse('{"__proto__": ">=1.0.0", "constructor": null}')
    const hostile = { description: 'x'.repeat(9000), tags: Array(300).fill('t'), whatever: 1, compatibility }
    await writeObject([
      header,
      JSON.stringify({ ...line, package: { ...line.package, ...hostile }, published: { at: 'now', by: 'x' } }),
      ...lines,
    ])
    const { packages, metas } = await list(newHome())
    expect(metas).toEqual([])
    const [found] = packages
    expect([found?.description.length, found?.tags.length]).toEqual([2000, 20])
    expect(Object.keys(found?.versions[0]?.compatibility ?? {})).toEqual(['__proto__', 'constructor'])
    expect(found?.versions[0]?.publishedBy).toBeUndefined()
  })
})

describe('a store that changes or lies', () => {
  beforeEach(() => writeSmallVersions(bucket, numberedVersions(3)))

  test('what vanishes between listing and reading is no entry, nor an error', async () => {
    const vanishing = (each: ObjectStore): ObjectStore => ({
      ...each,
      read: (key, options) => {
        if (key.includes('000001')) rmSync(fileOf('package_000001-1.0.0'), { force: true })
        return each.read(key, options)
      },
    })
    const { packages, unreadable } = await list(newHome(), vanishing)
    expect([packages.map(({ name }) => name), unreadable]).toEqual([['package_000000', 'package_000002'], []])
  })

  test('what changes between listing and reading is what was read, and read again only if it changes once more', async () => {
    const home = newHome()
    const { meta } = makeSmallVersion({ name: 'package_000001', version: '1.0.0', more: { title: 'Changed' } })
    let isChanged = false
    const changing = (each: ObjectStore): ObjectStore => ({
      ...each,
      read: (key, options) => {
        if (key.includes('000001') && !isChanged) writeFileSync(fileOf('package_000001-1.0.0'), meta)
        isChanged ||= key.includes('000001')
        return each.read(key, options)
      },
    })
    expect((await list(home, changing)).packages[1]?.title).toBe('Changed')
    const { metas, packages } = await list(home)
    expect([metas, packages[1]?.title]).toEqual([[], 'Changed'])
  })

  test('an archive that changes alone is seen', async () => {
    const home = newHome()
    await list(home)
    writeFileSync(fileOf('package_000001-1.0.0', 'archive.gz'), 'another')
    const { packages, unreadable } = await list(home)
    expect(packages).toHaveLength(2)
    expect(unreadable).toMatchObject([{ ident: 'package_000001-1.0.0', problem: 'archive-mismatch' }])
  })

  const named = (etagOf: (etag: string, key: string) => string, readEtagOf = etagOf) => {
    return (each: ObjectStore): ObjectStore => ({
      ...each,
      async *list(prefix, options) {
        for await (const page of each.list(prefix, options))
          yield page.map((object) => ({ ...object, etag: etagOf(object.etag, object.key) }))
      },
      async read(key, options) {
        const object = await each.read(key, options)
        return { ...object, etag: readEtagOf(object.etag, key) }
      },
    })
  }
  const overwrite = (title: string) => {
    const { meta } = makeSmallVersion({ name: 'package_000001', version: '1.0.0', more: { title } })
    writeFileSync(fileOf('package_000001-1.0.0'), meta)
  }

  test('the same ETag for everything: size and time tell', async () => {
    const home = newHome()
    await list(
      home,
      named(() => '"same"'),
    )
    overwrite('Longer than before')
    const listed = await list(
      home,
      named(() => '"same"'),
    )
    expect([listed.metas.length, listed.packages[1]?.title]).toEqual([1, 'Longer than before'])
    overwrite('Longer than_before')
    const later = new Date(statSync(fileOf('package_000001-1.0.0')).mtimeMs + 5000)
    utimesSync(fileOf('package_000001-1.0.0'), later, later)
    expect(
      (
        await list(
          home,
          named(() => '"same"'),
        )
      ).packages[1]?.title,
    ).toBe('Longer than_before')
  })

  test('no ETags: everything is read each time', async () => {
    const home = newHome()
    await list(
      home,
      named(() => ''),
    )
    expect(
      (
        await list(
          home,
          named(() => ''),
        )
      ).metas,
    ).toHaveLength(3)
  })

  test('other ETags when it is read than when it is listed: the listed ones count', async () => {
    const home = newHome()
    const lies = named(
      (etag) => etag,
      (_, key) => `"of ${key}"`,
    )
    await list(home, lies)
    expect((await list(home, lies)).metas).toEqual([])
  })

  test('a listing that broke off in the middle is gone on with', async () => {
    writeSmallVersions(bucket, numberedVersions(40))
    const home = newHome()
    let left = 25
    const breaking = (each: ObjectStore): ObjectStore => ({
      ...each,
      read: (key, options) =>
        left-- > 0 ? each.read(key, options) : Promise.reject(new AppError('network-unreachable', { endpoint: 'x' })),
    })
    await expect(list(home, breaking)).rejects.toMatchObject({ code: 'network-unreachable' })
    const { metas, packages } = await list(home)
    expect(metas.length).toBe(15)
    expect(packages).toHaveLength(40)
  })
})

test('a withdrawn version is neither listed nor given, though its files are there', async () => {
  writeSmallVersions(bucket, numberedVersions(2))
  const home = newHome()
  await list(home)
  await store.put('orbital/withdrawn/package_000001-1.0.0.json', Buffer.from('{}'), io)
  expect((await list(home)).packages.map(({ name }) => name)).toEqual(['package_000000'])
  const connection = openTestConnection({ kind: 'folder', path: bucket, root: '' }, store)
  await expect(home.version(connection, { name: 'package_000001', version: '1.0.0' }, io)).rejects.toMatchObject({
    code: 'package-not-found',
  })
})

test('one bad version is one entry with its reason', async () => {
  writeSmallVersions(bucket, [...numberedVersions(1), { name: 'other', version: '1.0.0' }])
  const write = (ident: string, meta: string | Buffer, archive: string | Buffer = 'x') => {
    mkdirSync(path.dirname(fileOf(ident)), { recursive: true })
    writeFileSync(fileOf(ident), meta)
    writeFileSync(fileOf(ident, 'archive.gz'), archive)
  }
  const { meta, archive } = makeSmallVersion({ name: 'a', version: '1.0.0' })
  write('renamed-1.0.0', meta, archive)
  write('a-1.0.0', meta, 'shorter')
  write('b-1.0.0', '{')
  mkdirSync(path.dirname(fileOf('c-1.0.0/deeper')), { recursive: true })
  write('c-1.0.0/deeper', meta, archive)
  mkdirSync(path.dirname(fileOf('d-1.0.0')), { recursive: true })
  writeFileSync(fileOf('d-1.0.0'), meta)
  const { packages, unreadable } = await list(newHome())
  expect(packages.map(({ name }) => name)).toEqual(['other', 'package_000000'])
  expect(unreadable).toMatchObject([
    { ident: 'a-1.0.0', problem: 'archive-mismatch' },
    { ident: 'b-1.0.0', problem: 'meta-invalid' },
    { ident: 'c-1.0.0', problem: 'inconsistent' },
    { ident: 'd-1.0.0', problem: 'upload-unfinished' },
    { ident: 'renamed-1.0.0', problem: 'meta-invalid' },
  ])
})

test('metas of every age and shape: what can be read is listed as it is, each other one is a row', async () => {
  const sha256 = 'ab'.repeat(32)
  const file = { path: ['a.txt'], noffset: 60, size: 5, checksum: ['sha256', sha256] }
  const shapes: Record<string, (info: object) => object> = {
    'slashes-1.0.0': (info) => ({ manifest: [{ ...file, path: 'data/a.txt' }], package: info }),
    'md5-1.0.0': (info) => ({ manifest: [{ ...file, checksum: ['md5', 'ab'.repeat(16)] }], package: info }),
    'Capital-Name-1.0': (info) => ({ manifest: [file], package: { ...info, name: 'Capital-Name', version: '1.0' } }),
    'nothing_said-1.0.0': (info) => ({
      manifest: [file],
      package: { ...info, description: null, license: null, compatibility: null, include: [['a.txt']], what: {} },
    }),
    'every_app-1.0.0': (info) => ({ manifest: [file], package: { ...info, compatibility: { app: null, b: '' } } }),
    'odd_constraint-1.0.0': (info) => ({ manifest: [file], package: { ...info, compatibility: { app: 'soon' } } }),
    'shared-1.0.0': (info) => ({ etag: '"x"', manifest: [file], package: info }),
    'cached-1.0.0': (info) => ({
      archive: ['archive.gz', 'ab'.repeat(16), 'models/x/archive.gz'],
      manifest: [file],
      package: info,
    }),
    'sha1-1.0.0': (info) => ({ manifest: [{ ...file, checksum: ['sha1', 'ab'.repeat(20)] }], package: info }),
    'minus-1.0.0': (info) => ({ manifest: [{ ...file, size: -1 }], package: info }),
    'leads_out-1.0.0': (info) => ({ manifest: [{ ...file, path: ['..', 'x'] }], package: info }),
    'listed-1.0.0': (info) => ({ manifest: [file], package: [info] }),
  }
  for (const [ident, shape] of Object.entries(shapes)) {
    const [, name, version] = /^(.+)-([\d.]+)$/.exec(ident) ?? []
    const meta = { archive: ['archive.gz', 'ab'.repeat(16)], ...shape({ name, version }) }
    mkdirSync(path.dirname(fileOf(ident)), { recursive: true })
    writeFileSync(fileOf(ident), JSON.stringify(meta))
    writeFileSync(fileOf(ident, 'archive.gz'), Buffer.alloc(60))
  }
  const { packages, unreadable } = await list(newHome())
  expect(packages.map(({ name, versions }) => [name, versions[0]?.version])).toEqual([
    ['Capital-Name', '1.0'],
    ['every_app', '1.0.0'],
    ['md5', '1.0.0'],
    ['nothing_said', '1.0.0'],
    ['odd_constraint', '1.0.0'],
    ['shared', '1.0.0'],
    ['slashes', '1.0.0'],
  ])
  expect(unreadable.map(({ ident, problem }) => `${ident} ${problem}`)).toEqual(
    ['cached', 'leads_out', 'listed', 'minus', 'sha1'].map((name) => `${name}-1.0.0 meta-invalid`),
  )
})

test('every hostile meta is one row, and the package beside it is listed', async () => {
  const vectors = readVectors('metas')
  for (const [n, { body }] of vectors.entries()) {
    mkdirSync(path.dirname(fileOf(`vector${n}-1.0.0`)), { recursive: true })
    writeFileSync(fileOf(`vector${n}-1.0.0`), body)
    writeFileSync(fileOf(`vector${n}-1.0.0`, 'archive.gz'), 'x')
  }
  writeSmallVersions(bucket, numberedVersions(1))
  const { packages, unreadable } = await list(newHome())
  expect(packages.map(({ name }) => name)).toEqual(['package_000000'])
  expect(unreadable).toHaveLength(vectors.length)
})
