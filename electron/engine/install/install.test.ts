import { createHash } from 'node:crypto'
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { buildPackage, createInstallRig, type InstallRig, putPackage, readTree } from '../../../testkit/install-rig.ts'
import { createBytes } from '../../../testkit/package-builder.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { writeSputnik } from '../format/sputnik-file.ts'
import { createSystemClock } from '../system-clock.ts'
import { readSputnik, sha256Of } from './install-source.ts'

const MiB = 1024 * 1024
const ref = { name: 'model', version: '1.0.0' }
const small = {
  'README.md': Buffer.from('# Model\n'),
  'data/labels.json': Buffer.from('["a","b"]'),
  'data/empty': Buffer.alloc(0),
}
/** Split in blocks by Orbital, one member by the old tools; a part compresses. */
const large = {
  ...small,
  'data/weights.bin': createBytes(21 * MiB + 17, 5),
  'data/text.bin': createBytes(3 * MiB, 6, 'compressible'),
}

let folder: TempFolder
let rig: InstallRig
let store: string
let libraryPath: string
beforeEach(async () => {
  folder = await createTempFolder()
  store = path.join(folder.path, 'store')
  libraryPath = path.join(folder.path, 'library')
  mkdirSync(store)
  rig = createInstallRig({ libraryPath, spec: { kind: 'folder', path: store, root: '' } })
})
afterEach(() => folder.remove())

const install = async (which = ref, more = {}) => rig.run(rig.createTask(await rig.request(which, more)))
const filesOf = (which = ref) => {
  const { 'meta.json': _, ...files } = readTree(path.join(libraryPath, `${which.name}-${which.version}`))
  return files
}
/** By checksum: comparing millions of bytes one by one takes seconds. */
const expectFiles = (files: Readonly<Record<string, Uint8Array>>) => {
  const sums = (of: Readonly<Record<string, Uint8Array>>) =>
    Object.fromEntries(Object.entries(of).map(([name, bytes]) => [name, sha256Of(bytes)]))
  expect(sums(filesOf())).toEqual(sums(files))
}
/** What lies in the library beyond installed versions and Orbital's facts of them. */
const leftovers = () =>
  Object.keys(readTree(path.join(libraryPath, '.orbital'))).filter((file) => !/^(versions|trash)\//.test(file))

describe('an install', () => {
  test.each([
    ['small files', small, false],
    ['split files', large, false],
    ['what old tools published', large, true],
  ])('of %s gives the same bytes', async (_, files, old) => {
    const { metaBytes, archive } = putPackage(store, { ref, files, old })
    const task = rig.createTask(await rig.request(ref))
    expect(await rig.run(task)).toEqual({
      path: path.join(libraryPath, 'model-1.0.0'),
      downloadBytes: archive.length,
      reusedBytes: 0,
    })
    expectFiles(files)
    expect(readFileSync(path.join(libraryPath, 'model-1.0.0', 'meta.json'))).toEqual(Buffer.from(metaBytes))
    expect(rig.library.list()).toMatchObject([
      { ref, kept: false, fromConnectionId: 'store', verifiedAt: expect.any(String) },
    ])
    const total = Object.values(files).reduce((sum, bytes) => sum + bytes.length, 0)
    expect(task.meter.read()).toMatchObject({ settledBytes: total, receivedBytes: total, totalBytes: total })
    const { files: shown, settledCount } = task.meter.files(0, 100)
    expect(shown).toEqual(
      shown.map((file) => ({ ...file, settledBytes: file.sizeBytes, receivedBytes: file.sizeBytes })),
    )
    expect(settledCount).toBe(Object.keys(files).length)
    expect(task.phases.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['preparing', 'transferring', 'verifying', 'finishing']),
    )
    expect(leftovers()).toEqual([])
  })

  test('that is in its place has succeeded, also where what it staged can’t be deleted', async () => {
    putPackage(store, { ref, files: small })
    let killsAt = 'commit.ended'
    let isBound = false
    let refused = 0
    rig = createInstallRig({
      libraryPath,
      spec: { kind: 'folder', path: store, root: '' },
      step: (name) => {
        isBound ||= name === 'install.bound'
        if (name === killsAt) throw new Error('killed')
      },
      deps: {
        library: () => ({
          ...rig.library,
          async discard(id, io) {
            if (!isBound) return rig.library.discard(id, io)
            refused += 1
            throw new AppError('disk-denied', { path: libraryPath, action: 'delete' })
          },
        }),
      },
    })
    const killed = rig.createTask(await rig.request(ref))
    await expect(rig.run(killed)).rejects.toThrow('killed')
    killsAt = ''
    const place = path.join(libraryPath, 'model-1.0.0')
    expect(await rig.run(rig.openTask(killed.id))).toEqual({ path: place })
    isBound = false
    expect(await install()).toEqual({ path: place, alreadyThere: true })
    isBound = false
    expect(await install(ref, { force: true })).toMatchObject({ path: place, reusedBytes: 0 })
    expect(refused).toBe(3)
  })

  test('from a .sputnik file, and a damaged one leaves nothing', async () => {
    const { archive, metaBytes } = buildPackage(folder.path, { ref, files: large })
    const file = path.join(folder.path, 'model-1.0.0.sputnik')
    const signal = AbortSignal.timeout(10_000)
    const write = (bytes: Uint8Array) =>
      writeSputnik(
        createNodeDisk(),
        file,
        { archive: { kind: 'chunks', chunks: [bytes], maxBytes: bytes.length }, metaBytes },
        { signal, overwrite: true },
      )
    const request = {
      source: { kind: 'file' as const, path: file },
      ref,
      libraryId: 'test',
      metaSha256: sha256Of(metaBytes),
      force: false,
      toTrash: [],
    }
    const damaged = Buffer.from(archive)
    damaged[damaged.length - 100] = (damaged[damaged.length - 100] ?? 0) ^ 1
    await write(damaged)
    await expect(rig.run(rig.createTask(request))).rejects.toMatchObject({ code: 'archive-damaged' })
    expect(rig.library.list()).toEqual([])
    await write(archive)
    expect(readSputnik(createNodeDisk(), file).manifest.ref).toEqual(ref)
    await rig.run(rig.createTask(request))
    expectFiles(large)
  })

  test('of several versions keeps them side by side; an upgrade moves the old one to trash', async () => {
    for (const version of ['1.0.0', '1.1.0', '2.0.0'])
      putPackage(store, { ref: { name: 'model', version }, files: small })
    await install()
    await install({ name: 'model', version: '1.1.0' })
    expect(rig.library.list().map((each) => each.ref.version)).toEqual(['1.1.0', '1.0.0'])
    rig.library.keep(ref, true)
    await install({ name: 'model', version: '2.0.0' }, { toTrash: ['1.1.0', '1.0.0'] })
    expect(rig.library.list().map((each) => each.ref.version)).toEqual(['2.0.0', '1.0.0'])
    expect(rig.library.trash()).toMatchObject([{ ref: { version: '1.1.0' } }])
  })

  test('of what is there answers at once', async () => {
    putPackage(store, { ref, files: small })
    await install()
    expect(await install()).toMatchObject({ alreadyThere: true })
    expect(rig.library.trash()).toEqual([])
  })

  test('of what an old tool installed verifies it, and replaces it when it is damaged', async () => {
    putPackage(store, { ref, files: small })
    await install()
    rmSync(path.join(libraryPath, '.orbital'), { recursive: true })
    expect(rig.library.get(ref).verifiedAt).toBeUndefined()
    expect(await install()).toMatchObject({ alreadyThere: true })
    expect(rig.library.get(ref).verifiedAt).toBeDefined()

    rmSync(path.join(libraryPath, '.orbital'), { recursive: true })
    writeFileSync(path.join(libraryPath, 'model-1.0.0', 'data/labels.json'), '["a","c"]')
    expect((await install()).alreadyThere).toBeUndefined()
    expectFiles(small)
    expect(rig.library.trash()).toMatchObject([{ ref }])
  })

  test('by force moves the old tree to trash and keeps what a person said of it', async () => {
    putPackage(store, { ref, files: small })
    await install()
    rig.library.keep(ref, true)
    writeFileSync(path.join(libraryPath, 'model-1.0.0', 'data/labels.json'), '[]')
    await install(ref, { force: true })
    expectFiles(small)
    expect(rig.library.get(ref).kept).toBe(true)
    expect(rig.library.trash()).toHaveLength(1)
  })

  test.each([
    [2, undefined],
    [Number.POSITIVE_INFINITY, { code: 'busy', details: { openIn: 'a program’s folder' } }],
  ])('whose old tree is in use %s times waits for it, and in the end says so', async (times, error) => {
    putPackage(store, { ref, files: small })
    await install()
    const disk = createNodeDisk()
    const clock = createSystemClock()
    let refused = 0
    let sleptMs = 0
    const held = createInstallRig({
      libraryPath,
      spec: { kind: 'folder', path: store, root: '' },
      // As Windows refuses to move what a program has open.
      disk: {
        ...disk,
        rename(from, to, options) {
          if (path.basename(to) === 'content' && refused < times) {
            refused += 1
            throw new AppError('busy', { what: 'folder', openIn: options?.waits === false ? 'a program’s folder' : '' })
          }
          disk.rename(from, to, options)
        },
      },
      clock: {
        ...clock,
        monotonic: () => clock.monotonic() + sleptMs,
        async sleep(ms) {
          sleptMs += ms
        },
      },
    })
    const task = held.createTask(await held.request(ref, { force: true }))
    const ended = held.run(task)
    if (error === undefined) await ended
    else await expect(ended).rejects.toMatchObject(error)
    expect(rig.library.trash()).toHaveLength(error === undefined ? 1 : 0)
    expect(sleptMs).toBeLessThanOrEqual(60_000)
    const waited = [{ kind: 'finishing' }, { kind: 'finishing', isHeld: true }]
    expect(task.phases.slice(-3)).toEqual(
      error === undefined ? [...waited, { kind: 'finishing' }] : expect.arrayContaining(waited),
    )
    expectFiles(small)
  })

  test('that loses the race takes the winner’s tree', async () => {
    putPackage(store, { ref, files: large })
    const [first, second] = await Promise.all([install(), install()])
    expect([first.alreadyThere, second.alreadyThere].filter(Boolean).length).toBeLessThanOrEqual(1)
    expectFiles(large)
    expect(rig.library.list()).toMatchObject([{ ref, verifiedAt: expect.any(String) }])
    expect(leftovers()).toEqual([])
  })

  const faulty = (fault: string) =>
    createInstallRig({
      libraryPath,
      spec: { kind: 'folder', path: store, root: '' },
      deps: { entry: new URL(`../../../testkit/workers/faulty-unpack-worker.ts?fault=${fault}`, import.meta.url) },
    })

  test.each([false, true])('from a store that ignores ranges reads one stream (old tools’: %s)', async (old) => {
    putPackage(store, { ref, files: large, old })
    const plain = faulty('no-ranges')
    await plain.run(plain.createTask(await plain.request(ref)))
    expectFiles(large)
    expect(leftovers()).toEqual([])
  })

  test.each([false, true])('fetches once more what came wrong, and only that (old tools’: %s)', async (old) => {
    const { archive } = putPackage(store, { ref, files: large, old })
    const flipping = faulty('flip-once')
    const task = flipping.createTask(await flipping.request(ref))
    await flipping.run(task)
    expectFiles(large)
    const again = task.meter.wireBytes() - archive.length
    expect(again).toBeGreaterThan(0)
    // Of a large unsplit file the checksum is known for the whole only.
    expect(again).toBeLessThanOrEqual(old ? 22 * MiB : 9 * MiB)
    expect(task.meter.read().settledBytes).toBe(task.meter.read().totalBytes)
  })

  test('that is paused goes on where it was, and cancelled leaves nothing', async () => {
    putPackage(store, { ref, files: large })
    const task = rig.createTask(await rig.request(ref))
    let settled = 0
    const paused = createInstallRig({
      libraryPath,
      spec: { kind: 'folder', path: store, root: '' },
      connections: 1,
      // The small files, then one segment of the large one.
      step: (name) => void (name === 'install.settled fetch' && ++settled === 2 && task.abort()),
    })
    await expect(paused.run(task)).rejects.toMatchObject({ code: 'cancelled' })
    expect(rig.library.list()).toEqual([])
    const again = rig.openTask(task.id)
    await rig.run(again)
    expect(again.meter.wireBytes()).toBeLessThan(15 * MiB)
    expectFiles(large)

    await rig.library.emptyTrash([rig.library.remove(ref).id], { signal: AbortSignal.timeout(10_000) })
    const cancelled = rig.createTask(await rig.request(ref))
    cancelled.abort()
    await expect(rig.run(cancelled)).rejects.toMatchObject({ code: 'cancelled' })
    await rig.discard(rig.openTask(cancelled.id))
    expect(leftovers()).toEqual([])
  })
})

describe('an install refuses', () => {
  const damage = (change: (archive: Buffer) => Buffer, old = false) => {
    const { archive } = putPackage(store, { ref, files: large, old })
    writeFileSync(path.join(store, 'models/model-1.0.0/archive.gz'), change(Buffer.from(archive)))
  }
  const flip = (archive: Buffer, at: number) => {
    archive[at] = (archive[at] ?? 0) ^ 0xff
    return archive
  }

  test.each([false, true])('a damaged archive (old tools’: %s), naming the file', async (old) => {
    damage((archive) => flip(archive, 5 * MiB), old)
    await expect(install()).rejects.toMatchObject({ code: 'archive-damaged', details: { path: 'data/weights.bin' } })
    expect(rig.library.list()).toEqual([])
    expect(leftovers().filter((file) => !file.startsWith('journal/'))).toEqual([])
  })

  test.each(['data/labels.json', 'data/weights.bin'])('bytes that are not what the meta says: %s', async (file) => {
    const built = putPackage(store, { ref, files: large })
    const hex = built.files.find((each) => each.path === file)?.checksum.hex ?? ''
    const meta = Buffer.from(built.metaBytes).toString('utf8').replace(hex, hex.replaceAll('a', 'b'))
    writeFileSync(path.join(store, 'models/model-1.0.0/meta.json'), meta)
    await expect(install()).rejects.toMatchObject({ code: 'archive-damaged', details: { path: file } })
    expect(rig.library.list()).toEqual([])
  })

  test('a truncated archive', async () => {
    damage((archive) => archive.subarray(0, 10 * MiB))
    await expect(install()).rejects.toMatchObject({ code: 'archive-mismatch' })
  })

  test('another meta than the planned one', async () => {
    putPackage(store, { ref, files: small })
    const request = await rig.request(ref)
    putPackage(store, { ref, files: large })
    await expect(rig.run(rig.createTask(request))).rejects.toMatchObject({ code: 'object-changed' })
  })

  test('files that lead out of the library', async () => {
    const { metaBytes } = putPackage(store, { ref, files: small })
    const hostile = Buffer.from(metaBytes).toString('utf8').replace('"README.md"', '"..", "..", "README.md"')
    writeFileSync(path.join(store, 'models/model-1.0.0/meta.json'), hostile)
    const request = {
      source: { kind: 'connection' as const, connectionId: 'store' },
      ref,
      libraryId: 'test',
      metaSha256: createHash('sha256').update(hostile).digest('hex'),
      force: false,
      toTrash: [],
    }
    await expect(rig.run(rig.createTask(request))).rejects.toMatchObject({ code: 'meta-invalid' })
    expect(readTree(folder.path)['README.md']).toBeUndefined()
  })
})

describe('where a version’s folder has to be', () => {
  const place = () => path.join(libraryPath, 'model-1.0.0')
  const stand = {
    symlink: () => symlinkSync(folder.path, place()),
    file: () => writeFileSync(place(), 'mine'),
  }
  const rigWith = (step: (name: string) => void) =>
    createInstallRig({ libraryPath, spec: { kind: 'folder', path: store, root: '' }, step })
  const commits = () => readdirSync(path.join(libraryPath, '.orbital/commits'))

  test.each(['symlink', 'file'] as const)('something else stands (%s): nothing is fetched', async (kind) => {
    putPackage(store, { ref, files: small })
    mkdirSync(libraryPath)
    stand[kind]()
    const task = rig.createTask(await rig.request(ref, { force: true }))
    await expect(rig.run(task)).rejects.toMatchObject({ code: 'place-taken', details: { path: place(), kind } })
    expect(task.meter.wireBytes()).toBe(0)
  })

  const own = () => path.join(place(), 'my-own-training-data.txt')
  const putOwn = () => {
    mkdirSync(place(), { recursive: true })
    writeFileSync(own(), 'mine')
  }
  const expectTaken = (done: Promise<unknown>) =>
    expect(done).rejects.toMatchObject({ code: 'place-taken', details: { path: place(), kind: 'folder' } })

  test('a person’s own folder stands, or comes meanwhile: it stays, and by force goes to the trash', async () => {
    putPackage(store, { ref, files: small })
    putOwn()
    const task = rig.createTask(await rig.request(ref))
    await expectTaken(rig.run(task))
    expect(task.meter.wireBytes()).toBe(0)
    rmSync(place(), { recursive: true })
    const late = rigWith((name) => void (name === 'install.staged' && putOwn()))
    await expectTaken(late.run(late.createTask(await late.request(ref))))
    expect(readFileSync(own(), 'utf8')).toBe('mine')
    expect(rig.library.trash()).toEqual([])
    expect(commits()).toEqual([])
    await install(ref, { force: true })
    expectFiles(small)
    expect(rig.library.trash()).toHaveLength(1)
  })

  test.each(['nothing', 'what Orbital knew'])('stands a folder with %s: it makes way', async (what) => {
    putPackage(store, { ref, files: small })
    if (what === 'nothing') mkdirSync(place(), { recursive: true })
    else {
      await install()
      writeFileSync(path.join(place(), 'meta.json'), '{')
    }
    await install()
    expectFiles(small)
  })

  test.each([false, true])('stands another package, where case makes no difference (force: %s)', async (force) => {
    putPackage(store, { ref, files: small })
    putPackage(store, { ref: { name: 'Model', version: '1.0.0' }, files: small })
    await install({ name: 'Model', version: '1.0.0' })
    const disk = createNodeDisk()
    // As a disk of macOS or Windows finds it; facts of Orbital's, too.
    const found = (name: string) => name.replace(/model-1\.0\.0/, 'Model-1.0.0')
    const folding = createInstallRig({
      libraryPath,
      spec: { kind: 'folder', path: store, root: '' },
      disk: {
        ...disk,
        facts: (name) => disk.facts(name.startsWith(libraryPath) ? found(name) : name),
        read: (name, options) => disk.read(name.startsWith(libraryPath) ? found(name) : name, options),
      },
    })
    await expect(folding.run(folding.createTask(await folding.request(ref, { force })))).rejects.toMatchObject({
      code: 'place-taken',
      details: { path: path.join(libraryPath, 'Model-1.0.0'), kind: 'folder' },
    })
    expect(rig.library.list()).toMatchObject([{ ref: { name: 'Model' } }])
  })

  test('something comes while it is fetched: what failed is not finished later by itself', async () => {
    putPackage(store, { ref, files: small })
    const late = rigWith((name) => void (name === 'install.staged' && stand.symlink()))
    const task = late.createTask(await late.request(ref, { force: true }))
    await expect(late.run(task)).rejects.toMatchObject({ code: 'place-taken' })
    expect(commits()).toEqual([])
    rmSync(place())
    mkdirSync(place())
    writeFileSync(path.join(place(), 'own.txt'), 'mine')
    await (await rig.library.recover({ signal: AbortSignal.timeout(10_000) })).deleted
    expect(Object.keys(readTree(place()))).toEqual(['own.txt'])
    // Once there is room, it goes on with what it has.
    rmSync(place(), { recursive: true })
    await rig.run(rig.openTask(task.id))
    expectFiles(small)
  })

  test.each([false, true])('another process is quicker: the facts are its own (known before: %s)', async (isKnown) => {
    putPackage(store, { ref, files: small })
    await install()
    const factsFile = path.join(libraryPath, '.orbital/versions/model-1.0.0.json')
    const facts = readFileSync(factsFile)
    renameSync(place(), path.join(folder.path, 'quicker'))
    if (!isKnown) rmSync(factsFile)
    const disk = createNodeDisk()
    let result = ''
    const slower = createInstallRig({
      libraryPath,
      spec: { kind: 'folder', path: store, root: '' },
      disk: {
        ...disk,
        makeFolder(name) {
          disk.makeFolder(name)
          // Its facts are about to be written.
          if (!name.endsWith('versions') || result !== '') return
          renameSync(path.join(folder.path, 'quicker'), place())
          writeFileSync(factsFile, facts)
          result = 'quicker'
        },
      },
      step(name) {
        if (name === 'commit.ended') result += ` ${JSON.parse(readFacts()).transaction}`
      },
    })
    const readFacts = () => (lstatSync(factsFile, { throwIfNoEntry: false }) ? readFileSync(factsFile, 'utf8') : '{}')
    const task = slower.createTask(await slower.request(ref))
    expect(await slower.run(task)).toMatchObject({ alreadyThere: true })
    const { transaction } = JSON.parse(facts.toString())
    expect(result).toBe(`quicker ${isKnown ? transaction : undefined}`)
    expect(rig.library.list()).toMatchObject([{ ref, verifiedAt: expect.any(String) }])
  })

  test('a commit fails half-way: what was installed is back', async () => {
    putPackage(store, { ref, files: small })
    await install()
    const failing = rigWith((name) => {
      if (name === 'commit.facts') throw new Error('failed')
    })
    const task = failing.createTask(await failing.request(ref, { force: true }))
    await expect(failing.run(task)).rejects.toThrow('failed')
    expect(rig.library.list()).toMatchObject([{ ref, verifiedAt: expect.any(String) }])
    expect(rig.library.trash()).toEqual([])
    expect(commits()).toEqual([])
    await rig.run(rig.openTask(task.id))
    expect(rig.library.trash()).toHaveLength(1)
    expectFiles(small)
  })
})

test('a library whose folder goes while it is installed into is named', async () => {
  putPackage(store, { ref, files: large })
  let settled = 0
  const losing = createInstallRig({
    libraryPath,
    spec: { kind: 'folder', path: store, root: '' },
    connections: 1,
    step: (name) =>
      void (name === 'install.settled fetch' && ++settled === 1 && rmSync(libraryPath, { recursive: true })),
  })
  const task = losing.createTask(await losing.request(ref))
  await expect(losing.run(task)).rejects.toMatchObject({ code: 'path-not-found', details: { path: libraryPath } })
})

describe('in a library of a stranger, an install that was begun', () => {
  test.each([
    ['staging', 'staging/<id>', ''],
    ['staged tree', 'staging/<id>/tree', ''],
    ['folder of a staged file', 'staging/<id>/tree/data', 'data'],
    ['notes', 'staging/<id>/settled', ''],
    ['spool', 'spool/<id>', ''],
  ])('writes nothing where its %s is a link', async (_name, place, below) => {
    putPackage(store, { ref, files: large, old: true })
    const outside = path.join(folder.path, 'outside')
    mkdirSync(path.join(outside, 'data'), { recursive: true })
    writeFileSync(path.join(outside, 'data', 'labels.json'), 'mine')
    const stopped = createInstallRig({
      libraryPath,
      spec: { kind: 'folder', path: store, root: '' },
      step(name) {
        if (name === 'install.bound') throw new Error('stopped')
      },
    })
    const task = stopped.createTask(await stopped.request(ref))
    await expect(stopped.run(task)).rejects.toThrow('stopped')
    const link = path.join(libraryPath, '.orbital', place.replace('<id>', task.id))
    mkdirSync(path.dirname(link), { recursive: true })
    symlinkSync(path.join(outside, below), link)
    await expect(rig.run(rig.openTask(task.id))).rejects.toMatchObject({
      code: 'path-not-allowed',
      details: { path: link },
    })
    expect(readdirSync(outside, { recursive: true })).toEqual(['data', path.join('data', 'labels.json')])
    expect(readFileSync(path.join(outside, 'data', 'labels.json'), 'utf8')).toBe('mine')
    // Cancelling it takes the link away, and nothing else.
    await rig.discard(rig.openTask(task.id))
    expect(leftovers()).toEqual([])
    expect(readFileSync(path.join(outside, 'data', 'labels.json'), 'utf8')).toBe('mine')
  })

  test('takes no bytes from behind a link for its own', async () => {
    putPackage(store, { ref, files: small })
    const stopped = createInstallRig({
      libraryPath,
      spec: { kind: 'folder', path: store, root: '' },
      step(name) {
        if (name === 'install.staged') throw new Error('stopped')
      },
    })
    const task = stopped.createTask(await stopped.request(ref))
    await expect(stopped.run(task)).rejects.toThrow('stopped')
    const staged = path.join(libraryPath, '.orbital', 'staging', task.id, 'tree', 'README.md')
    const elsewhere = path.join(folder.path, 'README.md')
    renameSync(staged, elsewhere)
    symlinkSync(elsewhere, staged)
    await rig.run(rig.openTask(task.id))
    expect(lstatSync(path.join(libraryPath, 'model-1.0.0', 'README.md')).isFile()).toBe(true)
    expectFiles(small)
  })
})
