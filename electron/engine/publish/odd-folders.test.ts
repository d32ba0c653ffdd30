import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import type { Change } from '../../../shared/ipc/events.ts'
import type { Manifest } from '../../../shared/model/package.ts'
import type { PublishFields, PublishPlan } from '../../../shared/model/plans.ts'
import { openTestConnection, openTestStore, startPublish } from '../../../testkit/publish-rig.ts'
import { silentLog } from '../../../testkit/rig-task.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { ingestMeta } from '../format/ingest-meta.ts'
import type { OpenConnection } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import { inspectFiles } from '../workers/inspect.ts'
import type { PublishedVersions } from './plan-publish.ts'
import { createPublishPlans, type PublishPlans } from './publish-plans.ts'
import type { OwnFolder } from './refuse-own-folders.ts'

const io = { signal: new AbortController().signal }
const join2 = (...parts: string[]) => parts.join('')

let temp: TempFolder
let folder: string
let connection: OpenConnection
let plans: PublishPlans
let published: PublishedVersions
let own: OwnFolder[]
let changes: Change[]
let clock = createSystemClock()

beforeEach(async () => {
  temp = await createTempFolder()
  folder = join(temp.path, 'model')
  mkdirSync(folder)
  mkdirSync(join(temp.path, 'bucket'))
  const spec = { kind: 'folder', path: join(temp.path, 'bucket'), root: '' } as const
  connection = openTestConnection(spec, openTestStore(spec))
  published = { versions: [] }
  own = []
  changes = []
  clock = createSystemClock()
  plans = createPublishPlans({
    disk: createNodeDisk(),
    clock: { ...clock, monotonic: () => clock.monotonic() },
    log: silentLog,
    announcer: { change: (change) => void changes.push(change), sample: () => {} },
    tool: 'Orbital test',
    publisher: () => 'Ada',
    publishedVersions: async () => published,
    ownFolders: () => own,
  })
})
afterEach(async () => {
  await plans.close()
  await temp.remove()
})

const at = (path: string) => join(folder, path)
const put = (path: string, content: string | Buffer = path) => {
  mkdirSync(dirname(at(path)), { recursive: true })
  writeFileSync(at(path), content)
}
const plan = (fields: PublishFields = {}, more: { planId?: string; knownFilesTag?: string } = {}) =>
  plans.plan({ connection, path: folder, fields, ...more }, io)
const pathsOf = ({ files }: PublishPlan) => files.map(({ path }) => path)
const publish = ({ planId }: PublishPlan) =>
  startPublish({ journalFolder: join(temp.path, planId), request: plans.transfer(planId).request, connection }).outcome
async function publishedOf(ident: string): Promise<Manifest> {
  const key = `models/${ident}/meta.json`
  return ingestMeta((await connection.store.read(key, { ...io, maxBytes: 1e8 })).bytes, { key })
}

describe('what is in files', () => {
  const secret = join2('AKIA', 'Q7RK29XVBT4MZP81')

  test('a key is named with its file and line, and appears nowhere', async () => {
    put('config.json', `{\n  "region": "eu-west-1",\n  "id": "${secret}"\n}\n`)
    put('README.md', '# A model\n')
    const told = await plan()
    expect(told.files.find(({ path }) => path === 'config.json')?.mark).toBe('secret')
    expect(told.warnings).toEqual([
      expect.objectContaining({ kind: 'secret', path: 'config.json', line: 3, shape: 'an access key of Amazon' }),
    ])
    expect(JSON.stringify(told)).not.toContain(secret)
    // Mended, it is none.
    put('config.json', '{}')
    expect((await plan()).warnings).toEqual([])
  })

  test('a file that only has the name of one is named, too', async () => {
    put('.env', 'REGION=eu-west-1')
    const [warning] = (await plan()).warnings
    expect(warning).toMatchObject({ kind: 'secret', path: '.env' })
    expect(warning?.line).toBeUndefined()
  })

  test('data that is no text is passed over', async () => {
    put('config', Buffer.concat([Buffer.from([0, 1, 2]), Buffer.from(`\n${secret}\n`)]))
    expect((await plan()).warnings).toEqual([])
  })

  test('pickles are named with what they ask for, each', async () => {
    put('a.pkl', 'cos\nsystem\n(S"ls"\ntR.')
    put('b.joblib', 'ccollections\nOrderedDict\n)R.')
    put('c.pt', Buffer.alloc(1000, 7))
    const { warnings } = await plan()
    expect(warnings.map(({ kind, path, imports }) => [kind, path, imports?.names])).toEqual([
      ['runs-code', 'a.pkl', ['os.system']],
      ['runs-code', 'b.joblib', ['collections.OrderedDict']],
      ['runs-code', 'c.pt', undefined],
    ])
    expect(warnings.map(({ text }) => text).join()).not.toMatch(/safe/i)
  })

  test('a .sputnik file is looked into as a folder is, through its archive', async () => {
    put('config.json', `{\n  "region": "eu-west-1",\n  "id": "${secret}"\n}\n`)
    put('long.txt', `${'some words of a long text\n'.repeat(100_000)}${secret}\n`)
    put('.env', 'REGION=eu-west-1')
    put('a.pkl', 'cos\nsystem\n(S"ls"\ntR.')
    // More than is looked into, in several blocks.
    put('big.pt', Buffer.concat([Buffer.from('ccollections\nOrderedDict\n)R.'), Buffer.alloc(20_000_000, 7)]))
    const fromFolder = await plan()
    const { path } = await plans.build(fromFolder.planId, { out: temp.path }, io)
    const told = await plans.plan({ connection, path }, io)
    expect(told.warnings.map(({ text: _, ...said }) => said)).toEqual(
      fromFolder.warnings.map(({ text: _, ...said }) => said),
    )
    const kinds = told.warnings.map(({ kind, path: file, line, imports }) => [kind, file, line ?? imports?.names])
    expect(kinds).toEqual([
      ['secret', '.env', undefined],
      ['secret', 'config.json', 3],
      ['secret', 'long.txt', 100_001],
      ['runs-code', 'a.pkl', ['os.system']],
      ['runs-code', 'big.pt', ['collections.OrderedDict']],
    ])
    expect(told.files.find((file) => file.path === 'config.json')?.mark).toBe('secret')
    expect(JSON.stringify(told)).not.toContain(secret)
    // Whatever is typed, the answer stands while the file is the same.
    const again = await plans.plan({ connection, path, planId: told.planId, fields: { version: '2.0.0' } }, io)
    expect(again.warnings).toEqual(told.warnings)
    const stopped = { signal: AbortSignal.abort(new AppError('cancelled', {})) }
    renameSync(path, join(temp.path, 'other.sputnik'))
    const other = plans.plan({ connection, path: join(temp.path, 'other.sputnik') }, stopped)
    await expect(other).rejects.toMatchObject({ code: 'cancelled' })
  })

  test('what in a .sputnik file does not unpack keeps nothing else from being told', async () => {
    put('a.txt', `${'words '.repeat(1000)}\n`)
    put('b.txt', `id = "${secret}"\n`)
    const { path } = await plans.build((await plan()).planId, { out: temp.path }, io)
    const bytes = readFileSync(path)
    // After the headers of tar and gzip, in the first file.
    bytes.fill(0xff, 530, 540)
    writeFileSync(path, bytes)
    const told = await plans.plan({ connection, path }, io)
    expect(told.warnings.map(({ path: file, line }) => [file, line])).toEqual([['b.txt', 1]])
  })

  test('writing a .sputnik tells of bytes, rising, to the last; of another .sputnik twice as many', async () => {
    put('weights.bin', Buffer.alloc(30_000_000, 'weights'))
    const seen: number[] = []
    const build = async (from: string, out: string) => {
      const { planId, totalBytes } = await plans.plan({ connection, path: from }, io)
      seen.length = 0
      changes.length = 0
      const onProgress = (done: { doneBytes: number; totalBytes: number }) => seen.push(done.doneBytes)
      const { path } = await plans.build(planId, { out: join(temp.path, out) }, { ...io, onProgress })
      expect(seen).toEqual(seen.toSorted((a, b) => a - b))
      const told = changes.flatMap((each) => (each.kind === 'plan.building' ? [each] : []))
      expect(told.map(({ doneBytes }) => doneBytes)).toEqual(seen)
      return { path, totalBytes, last: told.at(-1) }
    }
    const first = await build(folder, 'first.sputnik')
    expect(first.last).toMatchObject({ doneBytes: first.totalBytes, totalBytes: first.totalBytes })
    const second = await build(first.path, 'second.sputnik')
    expect(second.last).toMatchObject({ doneBytes: 2 * first.totalBytes, totalBytes: 2 * first.totalBytes })
  })

  test('what may not be read is named before anything is sent', () => {
    put('locked.bin')
    const disk = createNodeDisk()
    const source = { path: 'locked.bin', absolutePath: at('locked.bin'), sizeBytes: 1, modifiedMs: 1, inode: 1 }
    const denied = { ...disk, open: () => disk.open(folder, 'read') }
    expect(inspectFiles([source], denied, () => {})).toEqual([{ isUnreadable: true }])
    rmSync(at('locked.bin'))
    expect(inspectFiles([source], denied, () => {})).toEqual([{}])
  })
})

describe('names', () => {
  test('of every script are published as they are', async () => {
    const names = [
      'نموذج/ملف.txt',
      'מודל.txt',
      'e\u0301t\u00e9.txt',
      'สวัสดี.txt',
      '👩‍🔬🏳️‍🌈.txt',
      '模型 一.txt',
      `${'ä'.repeat(125)}.txt`,
      '\u202Ertl.txt',
      "it's “fine”.txt",
    ]
    for (const name of names) put(name)
    const told = await plan()
    expect(told.problems).toEqual([])
    expect(pathsOf(told).sort()).toEqual(names.toSorted())
    await publish(told)
    const there = await publishedOf('model-1.0.0')
    expect(there.files.map(({ path }) => path).sort()).toEqual(names.toSorted())
  })

  test.runIf(process.platform === 'linux')('that some system has not are each named, and can be left out', async () => {
    const bad = ['CON.txt', 'ends.', 'ends ', 'a\nb.txt', 'c:d.txt', 'folder./deep/x.txt', 'folder./y.txt']
    for (const name of bad) put(name)
    put('good.bin')
    const told = await plan()
    const named = told.problems.map(({ path }) => path ?? '')
    // What lies in a folder of a bad name is named by the folder.
    expect(named.toSorted()).toEqual(['CON.txt', 'a\nb.txt', 'c:d.txt', 'ends ', 'ends.', 'folder.'].toSorted())
    expect(() => plans.transfer(told.planId)).toThrow(expect.objectContaining({ code: 'recipe-invalid' }))
    const mended = await plan({ leaveOut: named })
    expect(mended.problems).toEqual([])
    await publish(mended)
    expect((await publishedOf('model-1.0.0')).files.map(({ path }) => path)).toEqual(['good.bin'])
  })

  test.runIf(process.platform === 'linux').each([
    ['capitals', 'Model.bin', 'model.bin'],
    ['accents', 'caf\u00e9.bin', 'cafe\u0301.bin'],
    ['folders', 'Data/x.bin', 'data/y.bin'],
  ])('two that differ in %s alone are named, and one of them can be left out', async (_, one, other) => {
    put(one)
    put(other)
    const { problems } = await plan()
    expect(problems).toMatchObject([{ field: 'files', path: expect.any(String) }])
    expect((await plan({ leaveOut: [problems[0]?.path ?? ''] })).problems).toEqual([])
  })

  test.runIf(process.platform === 'linux')('that are no Unicode are named, not passed over', async () => {
    put('good.bin')
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9]), Buffer.from('.bin')]), 'latin 1')
    mkdirSync(Buffer.concat([Buffer.from(`${folder}/d`), Buffer.from([0xff])]))
    const told = await plan()
    expect(pathsOf(told)).toEqual(['good.bin'])
    expect(told.leftOut.map(({ path }) => path)).toEqual(['caf\uFFFD.bin', 'd\uFFFD'])
    expect(told.warnings.map(({ kind, path }) => [kind, path])).toEqual([
      ['not-portable', 'caf\uFFFD.bin'],
      ['not-portable', 'd\uFFFD'],
    ])
  })
})

const becomeFolder = () => {
  rmSync(at('b.bin'))
  mkdirSync(at('b.bin'))
}

describe('folders', () => {
  test.each<[string, OwnFolder['kind'], string, string]>([
    ['a library', 'library', '', 'is'],
    ['what holds a library', 'library', 'models/mine', 'holds'],
    ['what lies in a library', 'library', '..', 'inside'],
    ['what a connection keeps', 'connection', '../..', 'inside'],
    ['what holds a connection', 'connection', 'store', 'holds'],
  ])('%s is refused before it is read', async (_, kind, way, relation) => {
    folder = join(temp.path, 'own/models/model')
    put('a.bin')
    own = [{ kind, name: 'Mine', path: join(folder, way) }]
    await expect(plan()).rejects.toMatchObject({
      code: 'folder-of-packages',
      details: { relation, kind, name: 'Mine' },
    })
  })

  test.each([
    ['a link to a library', 'library', 'own', 'own', 'is'],
    ['a link into a library', 'library', 'own/model-1.0.0', 'own', 'inside'],
    ['a way through a link into a library', 'library', 'own', 'own', 'inside'],
    ['a library that is a link', 'library', 'own/model-1.0.0', 'linked-own', 'inside'],
    ['a link into what a connection keeps', 'connection', 'own/models/model-1.0.0', 'own', 'inside'],
  ] as const)('%s is refused, too', async (what, kind, to, root, relation) => {
    mkdirSync(join(temp.path, 'own/model-1.0.0'), { recursive: true })
    mkdirSync(join(temp.path, 'own/models/model-1.0.0'), { recursive: true })
    symlinkSync(join(temp.path, 'own'), join(temp.path, 'linked-own'), 'junction')
    symlinkSync(join(temp.path, to), join(temp.path, 'link'), 'junction')
    own = [{ kind, name: 'Mine', path: join(temp.path, root) }]
    folder = join(temp.path, what.startsWith('a way') ? 'link/model-1.0.0' : 'link')
    writeFileSync(join(folder, 'a.bin'), 'a')
    await expect(plan()).rejects.toMatchObject({ code: 'folder-of-packages', details: { path: folder, relation } })
  })

  test('beside what a connection keeps, as on a share, are fine', async () => {
    put('a.bin')
    own = [{ kind: 'connection', name: 'Share', path: temp.path }]
    expect((await plan()).problems).toEqual([])
  })

  test('that go away before they are published are named, and nothing is', async () => {
    put('a.bin')
    const told = await plan()
    renameSync(folder, `${folder}-moved`)
    await expect(publish(told)).rejects.toMatchObject({ code: expect.stringMatching(/file-unreadable|file-changed/) })
    await expect(plan()).rejects.toMatchObject({ code: 'not-a-folder' })
    expect(
      createNodeDisk()
        .entries(join(temp.path, 'bucket'))
        .map(({ name }) => name),
    ).not.toContain('models')
  })

  test.each([
    ['changes', () => put('b.bin', 'other')],
    ['vanishes', () => rmSync(at('b.bin'))],
    ['becomes a folder', becomeFolder],
  ])('of which a file %s after it was looked at are not published, and the next plan is right', async (_, happens) => {
    put('a.bin')
    put('b.bin')
    const told = await plan()
    happens()
    await expect(publish(told)).rejects.toMatchObject({ details: { path: expect.stringContaining('b.bin') } })
    await publish(await plan())
    expect((await publishedOf('model-1.0.0')).files.length).toBeGreaterThan(0)
  })

  test('with a file of 40 GB are planned at once', async () => {
    put('weights.safetensors', '')
    truncateSync(at('weights.safetensors'), 40e9)
    const startedMs = performance.now()
    const told = await plan()
    expect(performance.now() - startedMs).toBeLessThan(3000)
    expect(told).toMatchObject({ totalBytes: 40e9, problems: [] })
  })

  test('tell how many entries were seen while they are read', async () => {
    for (let index = 0; index < 1000; index += 1) put(`${index}.bin`, '')
    let nowMs = 0
    clock = { ...clock, monotonic: () => (nowMs += 300) }
    await plan({}, { planId: 'reading' })
    expect(changes).toContainEqual({ kind: 'plan.reading', planId: 'reading', entryCount: 768 })
  })
})

describe('while a form is typed in', () => {
  test('the list of files crosses once', async () => {
    put('a.bin')
    put('.DS_Store')
    const first = await plan({}, { planId: 'typed' })
    const again = await plan({ title: 'A' }, { planId: 'typed', knownFilesTag: first.filesTag })
    expect(again).toMatchObject({ info: { title: 'A' }, filesTag: first.filesTag, files: [], leftOut: [] })
    put('b.bin')
    const changed = await plan({ title: 'A' }, { planId: 'typed', knownFilesTag: first.filesTag })
    expect(pathsOf(changed)).toEqual(['a.bin', 'b.bin'])
    const without = await plan({ leaveOut: ['b.bin'] }, { planId: 'typed', knownFilesTag: changed.filesTag })
    expect(pathsOf(without)).toEqual(['a.bin'])
  })

  test('a long list of files comes in pieces, of the plan that it belongs to', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) put(`${name}.bin`)
    put('left.tmp')
    const first = await plans.plan({ connection, path: folder, planId: 'long', filesAtMost: 2 }, io)
    expect(first).toMatchObject({ fileCount: 5, leftOutCount: 1, leftOut: [{ path: 'left.tmp' }] })
    expect(pathsOf(first)).toEqual(['a.bin', 'b.bin'])
    const piece = { planId: 'long', filesTag: first.filesTag, count: 2 }
    expect(plans.files({ ...piece, from: 2 }).files.map(({ path }) => path)).toEqual(['c.bin', 'd.bin'])
    expect(plans.files({ ...piece, from: 4 })).toMatchObject({ files: [{ path: 'e.bin' }], leftOut: [] })
    put('f.bin')
    await plan({}, { planId: 'long' })
    expect(() => plans.files({ ...piece, from: 2 })).toThrow(expect.objectContaining({ code: 'plan-not-found' }))
  })

  test('hashing a large file goes on, and what is known is told before all is', async () => {
    put('a.bin')
    put('b.bin')
    await publish(await plan())
    const manifest = await publishedOf('model-1.0.0')
    // Seconds of hashing, so that there is a time between the first file and the last on a busy machine, too.
    const sizeBytes = 4 * 2 ** 30
    truncateSync(at('b.bin'), sizeBytes)
    published = {
      versions: [{ version: '1.0.0', prerelease: false }],
      newest: {
        ...manifest,
        files: manifest.files.map((file) => (file.path === 'b.bin' ? { ...file, sizeBytes } : file)),
      },
    }
    let nowMs = 0
    clock = { ...clock, monotonic: () => (nowMs += 1000) }
    let last = await plan({}, { planId: 'typed' })
    expect(last.previous?.exact).toBe(false)
    const isTold = () => changes.some(({ kind }) => kind === 'plan.refined')
    // Typing on, until both are done: begun anew each time it would never end.
    let typed = 0
    let afterFirst: PublishPlan | undefined
    const startedMs = performance.now()
    while (last.previous?.exact !== true && performance.now() - startedMs < 60_000) {
      last = await plan({ title: `${typed++}` }, { planId: 'typed' })
      if (isTold() && last.previous?.exact === false) afterFirst ??= last
    }
    expect(last.previous).toMatchObject({ exact: true, changedFiles: 1, sameFiles: 1 })
    expect(typed).toBeGreaterThan(2)
    expect(afterFirst?.previous).toMatchObject({ sameFiles: 1 })
  }, 90_000)
})
