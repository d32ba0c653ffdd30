import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { startInProcess } from '../../../testkit/in-process-worker.ts'
import { type BuiltFile, buildPackageFolder } from '../../../testkit/package-builder.ts'
import {
  listLeftBehind,
  openTestConnection,
  openTestStore,
  requestFor,
  startPublish,
} from '../../../testkit/publish-rig.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { ingestMeta } from '../format/ingest-meta.ts'
import type { ObjectStore, StoreSpec } from '../ports.ts'
import { openJournal } from '../transfers/journal.ts'
import { startWorker } from '../workers/pool.ts'
import { mayBeSealed } from './publish-context.ts'

const info = { name: 'digits', version: '1.0.0', description: 'Reads digits' }
const metaKey = 'models/digits-1.0.0/meta.json'
const archiveKey = 'models/digits-1.0.0/archive.gz'
const io = { signal: new AbortController().signal }
/** The 10 minutes and 5 seconds of a real store, as long as a test can wait. */
const timing = { deadSealAfterMs: 300, unprotectedRereadMs: 10 }

let temp: TempFolder
let spec: StoreSpec
let store: ObjectStore
let built: BuiltFile[]
let runs = 0

beforeEach(async () => {
  temp = await createTempFolder()
  mkdirSync(join(temp.path, 'bucket'))
  spec = { kind: 'folder', path: join(temp.path, 'bucket'), root: '' }
  store = openTestStore(spec)
  built = await build('model')
})
afterEach(() => temp.remove())

const build = (name: string, seed = 1) =>
  buildPackageFolder(join(temp.path, name), {
    files: [
      { path: 'weights.bin', sizeBytes: 300_000 },
      { path: 'labels/en.txt', sizeBytes: 40_000, content: 'compressible' },
      { path: 'empty.txt', sizeBytes: 0 },
    ],
    seed,
  })

interface Options {
  readonly folder?: string
  readonly by?: string
  readonly journal?: string
  readonly store?: ObjectStore
  readonly discard?: boolean
  /** In a thread, as outside of tests. */
  readonly inThread?: boolean
  readonly step?: (name: string) => unknown
}
function publish(options: Options = {}) {
  runs += 1
  const { folder = 'model', by = 'Ada', journal = `journal-${runs}`, inThread = false, step, discard } = options
  return startPublish({
    journalFolder: join(temp.path, journal),
    request: requestFor(join(temp.path, folder), info, by),
    connection: openTestConnection(spec, options.store ?? store),
    deps: {
      timing,
      startWorker: inThread ? startWorker : startInProcess,
      ...(step === undefined ? {} : { step: async (name) => void (await step(name)) }),
    },
    ...(discard === undefined ? {} : { discard }),
  })
}

async function readPair() {
  const { bytes } = await store.read(metaKey, { ...io, maxBytes: 1e9 })
  const archive = await store.read(archiveKey, { ...io, maxBytes: 1e9 })
  return { manifest: ingestMeta(bytes, { key: metaKey, archiveBytes: archive.sizeBytes }), archive: archive.bytes }
}

async function expectPair(files: readonly BuiltFile[], by: string) {
  const { manifest, archive } = await readPair()
  expect(manifest.orbital?.publishedBy).toBe(by)
  expect(createHash('md5').update(archive).digest('hex')).toBe(manifest.archive.md5)
  expect(manifest.files.map(({ path }) => path).sort()).toEqual(files.map(({ path }) => path).sort())
  for (const { path, startOffset, endOffset } of manifest.files) {
    const expected = files.find((file) => file.path === path)?.bytes
    expect(expected?.equals(gunzipSync(archive.subarray(startOffset, endOffset)))).toBe(true)
  }
  expect(await listLeftBehind(store, io)).toEqual([])
  expect(readdirSync(join(temp.path, 'bucket', 'orbital', 'uploads'))).toEqual([])
}

describe('publishing', () => {
  test('puts a pair into the bucket that unpacks to the folder, and leaves nothing else', async () => {
    const run = publish({ inThread: true })
    expect(await run.outcome).toEqual({})
    await expectPair(built, 'Ada')
    expect(run.phases.map(({ kind }) => kind)).toContain('finishing')
    const { settledBytes, receivedBytes, totalBytes } = run.progress()
    expect([settledBytes, receivedBytes]).toEqual([totalBytes, totalBytes])
  })

  test('reads an archive that it finds in a folder, but not one that it brought there itself', async () => {
    const stopped = publish({
      step: (name) => {
        if (name === 'after complete') throw new AppError('cancelled', {})
      },
    })
    await expect(stopped.outcome).rejects.toMatchObject({ code: 'cancelled' })
    expect(stopped.phases.map(({ kind }) => kind)).not.toContain('verifying')
    const next = publish({ journal: `journal-${runs}` })
    expect(await next.outcome).toEqual({})
    expect(next.phases.map(({ kind }) => kind)).toContain('verifying')
    await build('other', 2)
    const other = requestFor(join(temp.path, 'other'), { ...info, version: '2.0.0' }, 'Ada')
    const alone = startPublish({
      journalFolder: join(temp.path, 'alone'),
      request: other,
      connection: openTestConnection(spec, store),
      deps: { timing, startWorker: startInProcess },
    })
    expect(await alone.outcome).toEqual({})
    expect(alone.phases.map(({ kind }) => kind)).not.toContain('verifying')
  })

  test('the same content again succeeds and changes nothing', async () => {
    await publish().outcome
    await build('copy')
    expect(await publish({ folder: 'copy', by: 'Bob' }).outcome).toEqual({ alreadyThere: true })
    await expectPair(built, 'Ada')
  })

  test('other content is told who published the version, and when', async () => {
    await publish().outcome
    const publishedAt = (await readPair()).manifest.orbital?.publishedAt
    await build('other', 2)
    await expect(publish({ folder: 'other', by: 'Bob' }).outcome).rejects.toMatchObject({
      code: 'version-published',
      details: { ref: 'digits==1.0.0', where: 'Test models', publishedBy: 'Ada', publishedAt, reason: 'published' },
    })
    await expectPair(built, 'Ada')
  })

  test('a withdrawn version stays reserved, also for the same content', async () => {
    await publish().outcome
    const withdrawal = JSON.stringify({ by: 'Cyd', when: '2026-01-02T03:04:05.000Z', why: 'wrong' })
    await store.put('orbital/withdrawn/digits-1.0.0.json', Buffer.from(withdrawal), io)
    await expect(publish().outcome).rejects.toMatchObject({
      code: 'version-published',
      details: { publishedBy: 'Cyd', publishedAt: '2026-01-02T03:04:05.000Z', reason: 'withdrawn' },
    })
    expect(await listLeftBehind(store, io)).toEqual([])
  })

  test('of two at once one wins and the other is told', async () => {
    const other = await build('other', 2)
    const runs = await Promise.allSettled([publish().outcome, publish({ folder: 'other', by: 'Bob' }).outcome])
    expect(runs.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const winner = runs[0]?.status === 'fulfilled' ? 'Ada' : 'Bob'
    const lost = runs.find((run) => run.status === 'rejected')
    expect(lost?.reason).toMatchObject({ code: 'version-published', details: { publishedBy: winner } })
    await expectPair(winner === 'Ada' ? built : other, winner)
  })

  test('a file that is not as planned is named, and nothing stays at the store', async () => {
    const request = requestFor(join(temp.path, 'model'), info, 'Ada')
    writeFileSync(join(temp.path, 'model', 'labels', 'en.txt'), 'changed')
    const run = startPublish({
      journalFolder: join(temp.path, 'journal'),
      request,
      connection: openTestConnection(spec, store),
    })
    await expect(run.outcome).rejects.toMatchObject({ code: 'file-changed', details: { path: 'labels/en.txt' } })
    expect(await listLeftBehind(store, io)).toEqual([])
  })
})

describe('a publish that goes on after a stop', () => {
  test('does not send again what the store has', async () => {
    const big = await buildPackageFolder(join(temp.path, 'big'), {
      files: [{ path: 'weights.bin', sizeBytes: 40 * 1024 * 1024 }],
    })
    const first = publish({ folder: 'big', journal: 'journal', step: stopBefore('seal') })
    await expect(first.outcome).rejects.toThrow('stopped')
    const wire = publish({ folder: 'big', journal: 'journal' })
    expect(await wire.outcome).toEqual({})
    const { records } = openJournal(createNodeDisk(), join(temp.path, 'journal'))
    expect(records.filter(({ kind }) => kind === 'publish.part')).toHaveLength(3)
    expect(wire.wireBytes()).toBe(0)
    await expectPair(big, 'Ada')
  })

  test('sends a part again whose bytes are other ones by now', async () => {
    await expect(publish({ journal: 'journal', step: stopBefore('seal') }).outcome).rejects.toThrow('stopped')
    built = await build('model', 3)
    const run = publish({ journal: 'journal' })
    expect(await run.outcome).toEqual({})
    expect(run.wireBytes()).toBeGreaterThan(300_000)
    await expectPair(built, 'Ada')
  })

  test('whose seal may be on its way leaves that upload alone when the bytes are other ones by now', async () => {
    const offline = new AppError('network-unreachable', { endpoint: 'test' })
    let late: (() => Promise<unknown>) | undefined
    const down: ObjectStore = {
      ...store,
      async put(key, bytes, options) {
        if (!key.startsWith('orbital/seals/')) return store.put(key, bytes, options)
        late = () => store.put(key, bytes, options)
        throw new AppError('access-denied', { action: 'seal', what: key }, offline)
      },
    }
    await expect(publish({ journal: 'journal', store: down }).outcome).rejects.toMatchObject({ code: 'access-denied' })
    const first = built
    built = await build('model', 3)
    const run = publish({
      journal: 'journal',
      step: async (name) => {
        // What was sent first arrives now, and wins.
        if (name === 'before seal') await late?.()
      },
    })
    await expect(run.outcome).rejects.toMatchObject({ code: 'version-published' })
    await expectPair(first, 'Ada')
  })

  test('is stopped in the middle and leaves what a later run needs', async () => {
    const run = publish({ journal: 'journal', step: (name) => name === 'before upload parts' && run.stop() })
    await expect(run.outcome).rejects.toMatchObject({ code: 'cancelled' })
    expect(await store.listUploads('models/', io)).toHaveLength(1)
    expect(await publish({ journal: 'journal' }).outcome).toEqual({})
    await expectPair(built, 'Ada')
  })
})

describe('giving up', () => {
  test('aborts the upload', async () => {
    await expect(publish({ journal: 'journal', step: stopBefore('seal') }).outcome).rejects.toThrow('stopped')
    await publish({ journal: 'journal', discard: true }).outcome
    expect(await listLeftBehind(store, io)).toEqual([])
  })

  test('is possible until the seal is noted, and not from then on', async () => {
    const stopped = publish({ journal: 'journal', step: (name) => name === 'before seal' && stopped.stop() })
    await expect(stopped.outcome).rejects.toMatchObject({ code: 'cancelled' })
    expect(mayBeSealed(openJournal(createNodeDisk(), join(temp.path, 'journal')).records)).toBe(false)
    await publish({ journal: 'journal', discard: true }).outcome
    expect(await listLeftBehind(store, io)).toEqual([])
    await expect(publish({ journal: 'sealed', step: stopAfter('seal') }).outcome).rejects.toThrow('stopped')
    expect(mayBeSealed(openJournal(createNodeDisk(), join(temp.path, 'sealed')).records)).toBe(true)
  })

  test('leaves an upload that its seal decided for, and any publisher finishes it', async () => {
    await expect(publish({ journal: 'journal', step: stopAfter('seal') }).outcome).rejects.toThrow('stopped')
    await publish({ journal: 'journal', discard: true }).outcome
    expect(await store.listUploads('models/', io)).toHaveLength(1)
    await build('other', 2)
    const other = publish({ folder: 'other', by: 'Bob' })
    await expect(other.outcome).rejects.toMatchObject({ details: { publishedBy: 'Ada' } })
    await expectPair(built, 'Ada')
  })
})

describe('stores with weaker promises', () => {
  test('where Complete heeds no condition, a late publisher does not touch the pair that is visible', async () => {
    const careless: ObjectStore = {
      ...store,
      completeUpload: (key, uploadId, parts) => store.completeUpload(key, uploadId, parts, io),
    }
    await build('other', 2)
    let ada: Promise<unknown> | undefined
    const bob = publish({
      folder: 'other',
      by: 'Bob',
      store: careless,
      step: async (name) => {
        // It saw no meta.json, and begins its upload when the other has cleaned up.
        if (name !== 'before create upload') return
        ada = publish({ store: careless }).outcome
        await ada
      },
    })
    await expect(bob.outcome).rejects.toMatchObject({ code: 'version-published', details: { publishedBy: 'Ada' } })
    expect(await ada).toEqual({})
    await expectPair(built, 'Ada')
  })

  test('where an upload is gone long before its archive is there, it is waited for', async () => {
    let assemble: (() => Promise<void>) | undefined
    let looks = 0
    const slow: ObjectStore = {
      ...store,
      async completeUpload(key, uploadId, parts, options) {
        assemble ??= async () => void (await store.completeUpload(key, uploadId, parts, options))
        throw new AppError('upload-not-found', { key })
      },
      async head(key, options) {
        // Assembled only after it was looked for twice: right after Complete, and once again.
        if (assemble !== undefined) looks += 1
        if (looks === 3) await assemble?.()
        return store.head(key, options)
      },
    }
    const steps: string[] = []
    expect(await publish({ store: slow, step: (name) => steps.push(name) }).outcome).toEqual({})
    expect(looks).toBeGreaterThanOrEqual(3)
    expect(steps.filter((name) => name === 'before seal')).toHaveLength(1)
    await expectPair(built, 'Ada')
  })

  test('where no condition is heeded, the pair is read again and the publish says that it is unprotected', async () => {
    const careless: ObjectStore = {
      ...keepingMetadata(),
      put: (key, bytes, { signal }) => store.put(key, bytes, { signal }),
      completeUpload: (key, uploadId, parts) => store.completeUpload(key, uploadId, parts, io),
    }
    expect(await publish({ store: careless }).outcome).toEqual({ unprotected: true })
    await expectPair(built, 'Ada')
    await build('other', 2)
    const bob = publish({ folder: 'other', by: 'Bob', store: careless })
    await expect(bob.outcome).rejects.toMatchObject({ details: { publishedBy: 'Ada' } })
  })

  test('who may not delete what an earlier try of the conditions left publishes all the same', async () => {
    const left = join(temp.path, 'bucket', 'orbital', 'probe', 'left')
    mkdirSync(join(left, '..'), { recursive: true })
    writeFileSync(left, 'x')
    utimesSync(left, 1_700_000_000, 1_700_000_000)
    let refused = 0
    const strict: ObjectStore = {
      ...keepingMetadata(),
      delete: async (key, options) => {
        if (!key.startsWith('orbital/probe/')) return store.delete(key, options)
        refused += 1
        throw new AppError('access-denied', { action: 'delete a file', what: key })
      },
    }
    expect(await publish({ store: strict }).outcome).toEqual({})
    expect(refused).toBe(2)
    expect((await readPair()).manifest.orbital?.publishedBy).toBe('Ada')
  })

  test('uploads that killed tries of the store left are aborted once they are old', async () => {
    const nowMs = Date.now()
    const uploads = [
      { key: 'orbital/probe/old', uploadId: 'old', startedMs: nowMs - 11 * 60_000 },
      { key: 'orbital/probe/new', uploadId: 'new', startedMs: nowMs - 60_000 },
    ]
    const aborted: string[] = []
    const littered: ObjectStore = {
      ...keepingMetadata(),
      listUploads: async (prefix, options) =>
        prefix === 'orbital/probe/' ? uploads : store.listUploads(prefix, options),
      async abortUpload(key, uploadId, options) {
        if (key.startsWith('orbital/probe/')) aborted.push(uploadId)
        else await store.abortUpload(key, uploadId, options)
      },
    }
    expect(await publish({ store: littered }).outcome).toEqual({})
    expect(aborted).toEqual(['old'])
  })

  /** The folder, with what only a bucket keeps. */
  function keepingMetadata(): ObjectStore {
    const kept = new Map<string, Readonly<Record<string, string>>>()
    return {
      ...store,
      keepsMetadata: true,
      async createUpload(key, options) {
        kept.set(key, options.metadata ?? {})
        return store.createUpload(key, options)
      },
      head: async (key, options) => ({ ...(await store.head(key, options)), metadata: kept.get(key) ?? {} }),
    }
  }
})

describe('what is found decides', () => {
  const lost = new AppError('network-interrupted', { endpoint: 'test', reason: 'timeout' })

  test.each([
    ['seal', 'applied'],
    ['seal', 'not applied'],
    ['archive', 'applied'],
    ['archive', 'not applied'],
    ['meta', 'applied'],
    ['meta', 'not applied'],
  ])('when the answer to the %s is lost and it was %s', async (what, applied) => {
    let faults = 0
    const fail = async (isIt: boolean, act: () => Promise<unknown>) => {
      if (!isIt || faults > 0) return
      faults += 1
      if (applied === 'applied') await act()
      throw lost
    }
    const faulty: ObjectStore = {
      ...store,
      async put(key, bytes, options) {
        const put = () => store.put(key, bytes, options)
        await fail((what === 'seal' && key.startsWith('orbital/seals/')) || (what === 'meta' && key === metaKey), put)
        return put()
      },
      async completeUpload(...given) {
        await fail(what === 'archive', () => store.completeUpload(...given))
        return store.completeUpload(...given)
      },
    }
    expect(await publish({ store: faulty }).outcome).toEqual({})
    expect(faults).toBe(1)
    await expectPair(built, 'Ada')
  })

  test('an archive without meta that somebody left is replaced', async () => {
    await store.put(archiveKey, Buffer.from('left over'), io)
    expect(await publish().outcome).toEqual({})
    await expectPair(built, 'Ada')
  })

  test('a seal whose upload was aborted from outside is dead, and the next number decides', async () => {
    const seals: string[] = []
    const watched: ObjectStore = {
      ...store,
      put(key, bytes, options) {
        if (key.startsWith('orbital/seals/')) seals.push(key)
        return store.put(key, bytes, options)
      },
    }
    const run = publish({
      store: watched,
      step: async (name) => {
        if (name !== 'before complete' || seals.length > 1) return
        const [upload] = await store.listUploads(archiveKey, io)
        await store.abortUpload(archiveKey, upload?.uploadId ?? '', io)
      },
    })
    expect(await run.outcome).toEqual({})
    expect(seals).toEqual(['orbital/seals/digits-1.0.0/1.json', 'orbital/seals/digits-1.0.0/2.json'])
    await expectPair(built, 'Ada')
  })

  test('an upload that vanishes while it is sent is begun anew', async () => {
    let vanished = false
    const run = publish({
      step: async (name) => {
        if (name !== 'before upload parts' || vanished) return
        vanished = true
        const [upload] = await store.listUploads(archiveKey, io)
        await store.abortUpload(archiveKey, upload?.uploadId ?? '', io)
      },
    })
    expect(await run.outcome).toEqual({})
    await expectPair(built, 'Ada')
  })

  test('parts that the store refuses for good make the seal dead', async () => {
    const file = (folder: string, name: string) => join(temp.path, 'bucket', 'orbital', 'uploads', folder, name)
    let broken = false
    let openAtSecondSeal = 0
    const run = publish({
      step: async (name) => {
        if (name === 'before seal' && broken) openAtSecondSeal = (await store.listUploads(archiveKey, io)).length
        if (name !== 'before complete' || broken) return
        broken = true
        const [upload] = await store.listUploads(archiveKey, io)
        const part = readdirSync(file(upload?.uploadId ?? '', '')).find((each) => each.startsWith('00001')) ?? ''
        rmSync(file(upload?.uploadId ?? '', part))
      },
    })
    expect(await run.outcome).toEqual({})
    // Nobody can complete the first one any more.
    expect(openAtSecondSeal).toBe(1)
    await expectPair(built, 'Ada')
  })

  test('uploads that began a week ago are aborted, younger ones only once meta.json is there', async () => {
    const [young, old] = [await store.createUpload(archiveKey, io), await store.createUpload(archiveKey, io)]
    const eightDaysAgo = new Date(Date.now() - 8 * 24 * 3_600_000)
    utimesSync(join(temp.path, 'bucket', 'orbital', 'uploads', old.uploadId, 'upload.json'), eightDaysAgo, eightDaysAgo)
    let open: readonly string[] = []
    const run = publish({
      step: async (name) => {
        if (name === 'before seal') open = (await store.listUploads(archiveKey, io)).map(({ uploadId }) => uploadId)
      },
    })
    expect(await run.outcome).toEqual({})
    expect(open).toContain(young.uploadId)
    expect(open).not.toContain(old.uploadId)
    await expectPair(built, 'Ada')
  })

  test('a seal that only its publisher may complete names them', async () => {
    await expect(publish({ step: stopAfter('seal') }).outcome).rejects.toThrow('stopped')
    const denied: ObjectStore = {
      ...store,
      async completeUpload() {
        throw new AppError('access-denied', { action: 'complete', what: archiveKey })
      },
    }
    await expect(publish({ by: 'Bob', store: denied }).outcome).rejects.toMatchObject({
      code: 'version-published',
      details: { publishedBy: 'Ada', reason: 'sealed' },
    })
  })

  test.each([
    ['no JSON', '{'],
    ['a path out of the package', hostileSeal()],
  ])('a seal with %s moves nothing', async (_, text) => {
    await store.put('orbital/seals/digits-1.0.0/1.json', Buffer.from(text), io)
    await expect(publish().outcome).rejects.toMatchObject({ code: 'meta-invalid' })
    await expect(store.head(metaKey, io)).rejects.toMatchObject({ code: 'object-not-found' })
  })

  test('meta.json with another archive is never a success', async () => {
    await publish().outcome
    await store.put(archiveKey, Buffer.from('an old tool wrote this'), io)
    await build('other', 2)
    const other = publish({ folder: 'other', by: 'Bob' })
    await expect(other.outcome).rejects.toMatchObject({ code: 'archive-mismatch' })
    await expect(store.head(archiveKey, io)).resolves.toMatchObject({ sizeBytes: 22 })
    expect(await listLeftBehind(store, io)).toEqual([])
  })

  test('whoever has exactly its bytes repairs it', async () => {
    await publish().outcome
    await store.put(archiveKey, Buffer.from('an old tool wrote this'), io)
    expect(await publish({ by: 'Bob', inThread: true }).outcome).toEqual({ alreadyThere: true })
    await expectPair(built, 'Ada')
  })
})

const stopBefore = (step: string) => (name: string) => {
  if (name === `before ${step}`) throw new Error('stopped')
}
const stopAfter = (step: string) => (name: string) => {
  if (name === `after ${step}`) throw new Error('stopped')
}

function hostileSeal(): string {
  const md5 = '0'.repeat(32)
  const manifest = [{ path: ['..', 'x'], noffset: 30, size: 1, checksum: ['md5', md5] }]
  const published = { transaction: 't', publishedAt: '2026-01-01T00:00:00.000Z', publishedBy: 'Eve', tool: 'x' }
  const meta = { archive: ['archive.gz', md5], manifest, package: info, orbital: { format: 1, ...published } }
  const seal = { format: 1, transaction: 't', publishedBy: 'Eve', uploadId: '0'.repeat(24), parts: [[1, '"x"', 30]] }
  return JSON.stringify({ ...seal, size: 30, md5, meta: JSON.stringify(meta) })
}
