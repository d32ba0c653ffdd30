import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Manifest } from '../../../shared/model/package.ts'
import type { PublishFields } from '../../../shared/model/plans.ts'
import { startInProcess } from '../../../testkit/in-process-worker.ts'
import { buildPackageFolder, type PackagePlan } from '../../../testkit/package-builder.ts'
import { openTestConnection, openTestStore, startPublish } from '../../../testkit/publish-rig.ts'
import { silentLog } from '../../../testkit/rig-task.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { ingestMeta } from '../format/ingest-meta.ts'
import { makeTemporaryName } from '../object-store/folder-temporary.ts'
import type { OpenConnection } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import type { PublishedVersions } from './plan-publish.ts'
import { createPublishPlans, type PublishPlans } from './publish-plans.ts'
import { readPackageFile } from './read-source.ts'

const io = { signal: new AbortController().signal }

let temp: TempFolder
let connection: OpenConnection
let plans: PublishPlans
let published: PublishedVersions
let refined: { readonly next: () => Promise<string> }

beforeEach(async () => {
  temp = await createTempFolder()
  mkdirSync(join(temp.path, 'bucket'))
  const spec = { kind: 'folder', path: join(temp.path, 'bucket'), root: '' } as const
  connection = openTestConnection(spec, openTestStore(spec))
  published = { versions: [] }
  const waiting: ((planId: string) => void)[] = []
  refined = { next: () => new Promise((resolve) => waiting.push(resolve)) }
  plans = createPublishPlans({
    disk: createNodeDisk(),
    clock: createSystemClock(),
    log: silentLog,
    announcer: {
      change: (change) => change.kind === 'plan.refined' && waiting.shift()?.(change.planId),
      sample: () => {},
    },
    tool: 'Orbital test',
    publisher: () => 'Ada',
    ownFolders: () => [],
    publishedVersions: async () => published,
  })
})
afterEach(async () => {
  await plans.close()
  await temp.remove()
})

const folder = (name: string) => join(temp.path, name)
const build = (
  name: string,
  files: Parameters<typeof buildPackageFolder>[1]['files'],
  manifest?: PackagePlan['manifest'],
) => buildPackageFolder(folder(name), { files, ...(manifest === undefined ? {} : { manifest }) })
const publish = async (planId: string, journal: string) => {
  const { request } = plans.transfer(planId)
  return startPublish({ journalFolder: folder(journal), request, connection, deps: { startWorker: startInProcess } })
    .outcome
}
async function publishedOf(ident: string): Promise<Manifest> {
  const key = `models/${ident}/meta.json`
  return ingestMeta((await connection.store.read(key, { ...io, maxBytes: 1e8 })).bytes, { key })
}
const versionsOf = (manifest: Manifest): PublishedVersions => ({
  newest: manifest,
  versions: [
    {
      version: manifest.ref.version,
      publishedAt: manifest.orbital?.publishedAt,
      publishedBy: manifest.orbital?.publishedBy,
      prerelease: false,
    },
  ],
})

describe('a plan', () => {
  test('of a folder says what would be published, and starts what was planned', async () => {
    await build('fraud_scorer', [
      { path: 'a.bin', sizeBytes: 1000 },
      { path: 'sub/b.pkl', sizeBytes: 20 },
    ])
    writeFileSync(join(folder('fraud_scorer'), '.DS_Store'), 'x')
    const plan = await plans.plan({ connection, path: folder('fraud_scorer') }, io)
    expect(plan).toMatchObject({
      info: { name: 'fraud_scorer', version: '1.0.0' },
      origins: { name: 'the folder' },
      files: [
        { path: 'a.bin', sizeBytes: 1000 },
        { path: 'sub/b.pkl', mark: 'runs-code' },
      ],
      leftOut: [{ path: '.DS_Store', reason: 'junk' }],
      totalBytes: 1020,
      problems: [],
    })
    expect(plan.previous).toBeUndefined()
    expect(await publish(plan.planId, 'journal')).toEqual({})
    expect((await publishedOf('fraud_scorer-1.0.0')).orbital).toMatchObject({
      publishedBy: 'Ada',
      tool: 'Orbital test',
    })
  })

  test('against a published version says what changed: most at once, the rest when hashes are taken', async () => {
    const files = ['same.bin', 'changed.bin', 'gone.bin'].map((path) => ({ path, sizeBytes: 5000 }))
    await build('model', files)
    await publish(
      (await plans.plan({ connection, path: folder('model'), fields: { description: 'First' } }, io)).planId,
      'journal',
    )
    published = versionsOf(await publishedOf('model-1.0.0'))
    await build('next/model', [
      { path: 'same.bin', sizeBytes: 5000 },
      { path: 'new.bin', sizeBytes: 70 },
    ])
    writeFileSync(join(folder('next/model'), 'changed.bin'), Buffer.alloc(5000, 7))

    const announced = refined.next()
    const first = await plans.plan({ connection, path: folder('next/model') }, io)
    expect(first).toMatchObject({
      info: { version: '1.1.0', description: 'First' },
      origins: { version: '1.0.0', description: '1.0.0' },
      previous: {
        version: '1.0.0',
        newFiles: 1,
        newBytes: 70,
        changedFiles: 2,
        sameFiles: 0,
        removed: ['gone.bin'],
        exact: false,
      },
      problems: [],
    })
    expect(await announced).toBe(first.planId)
    const second = await plans.plan({ connection, path: folder('next/model'), planId: first.planId }, io)
    expect(second).toMatchObject({
      planId: first.planId,
      previous: { changedFiles: 1, sameFiles: 1, sameBytes: 5000, exact: true },
    })
    expect(second.files.map(({ path, change }) => [path, change])).toEqual([
      ['changed.bin', 'changed'],
      ['new.bin', 'new'],
      ['same.bin', 'same'],
    ])
  })

  test('of a folder that did not change is the version that is published, not a next one', async () => {
    await build('model', [{ path: 'a.bin', sizeBytes: 5000 }])
    const fields = { notes: 'The first one.' }
    await publish((await plans.plan({ connection, path: folder('model'), fields }, io)).planId, 'journal')
    published = versionsOf(await publishedOf('model-1.0.0'))
    const again = await plans.plan({ connection, path: folder('model'), exact: true }, io)
    expect(again).toMatchObject({
      info: { version: '1.0.0', notes: 'The first one.' },
      origins: { version: '1.0.0' },
      previous: { sameFiles: 1, exact: true },
    })
    expect(again.problems).toEqual([
      {
        field: 'version',
        problem: 'Nothing has changed since 1.0.0, which was published by Ada today.',
        ofStore: true,
      },
    ])
    expect(await publish(again.planId, 'journal-2')).toEqual({ alreadyThere: true })
    const higher = await plans.plan(
      { connection, path: folder('model'), exact: true, fields: { version: '1.1.0' } },
      io,
    )
    expect(higher).toMatchObject({ info: { version: '1.1.0' }, problems: [] })
    expect(higher.info.notes).toBeUndefined()
    const described = { description: 'Says more.' }
    const said = await plans.plan({ connection, path: folder('model'), exact: true, fields: described }, io)
    expect(said).toMatchObject({ info: { version: '1.0.1' }, problems: [] })
  })

  test('names a version that is published, with the next one as the fix, and lets the store decide', async () => {
    await build('model', [{ path: 'a.bin', sizeBytes: 10 }], { name: 'model', version: '2.0.0' })
    const plan = await plans.plan({ connection, path: folder('model') }, io)
    await publish(plan.planId, 'journal')
    published = versionsOf(await publishedOf('model-2.0.0'))
    const again = await plans.plan({ connection, path: folder('model') }, io)
    expect(again.problems).toEqual([
      { field: 'version', problem: '2.0.0 was published by Ada today and can’t change.', fix: '2.0.1', ofStore: true },
    ])
    expect(await publish(again.planId, 'journal-2')).toEqual({ alreadyThere: true })
  })

  test('sees a published version that the catalog does not know yet', async () => {
    await build('model', [{ path: 'a.bin', sizeBytes: 10 }], { name: 'model', version: '2.0.0' })
    await publish((await plans.plan({ connection, path: folder('model') }, io)).planId, 'journal')
    const again = await plans.plan({ connection, path: folder('model') }, io)
    expect(again.problems).toMatchObject([{ field: 'version', problem: '2.0.0 was published today and can’t change.' }])
  })

  test('with a wrong name and no version can’t be started, and says all of it at once', async () => {
    await build('model', [{ path: 'a.bin', sizeBytes: 10 }], { name: 'My Model', version: '' })
    const plan = await plans.plan({ connection, path: folder('model') }, io)
    expect(plan.problems.map(({ field, fix }) => [field, fix])).toEqual([
      ['name', 'my_model'],
      ['version', '1.0.0'],
    ])
    expect(() => plans.transfer(plan.planId)).toThrow(expect.objectContaining({ code: 'recipe-invalid' }))
    const mended = await plans.plan(
      { connection, path: folder('model'), planId: plan.planId, fields: { name: 'my_model', version: '1.0.0' } },
      io,
    )
    expect(mended).toMatchObject({ planId: plan.planId, problems: [], origins: { name: 'you' } })
  })

  test('may put everything into a folder of the package, which frees reserved names', async () => {
    await build('model', [{ path: 'meta.json', sizeBytes: 10 }])
    const refused = await plans.plan({ connection, path: folder('model') }, io)
    expect(refused.problems).toMatchObject([{ field: 'files' }])
    const plan = await plans.plan({ connection, path: folder('model'), fields: { insideFolder: 'model' } }, io)
    expect(plan).toMatchObject({ problems: [], files: [{ path: 'model/meta.json' }] })
    expect(await publish(plan.planId, 'journal')).toEqual({})
    expect((await publishedOf('model-1.0.0')).files).toMatchObject([{ path: 'model/meta.json', sizeBytes: 10 }])
  })

  test('warns, once each, of what no app can satisfy and what old tools can’t read, wherever it comes from', async () => {
    const compatibility = { reader: '>=2.0.0,<1.0.0', desk: '^1.2', other: '>=1.0.0' }
    await build('model', [{ path: 'a.bin', sizeBytes: 10 }], { name: 'model', version: '1.0.0', compatibility })
    const plan = await plans.plan({ connection, path: folder('model') }, io)
    const { path: file } = await plans.build(plan.planId, { out: temp.path }, io)
    for (const path of [folder('model'), file]) {
      const { warnings } = await plans.plan({ connection, path }, io)
      expect(warnings.map(({ kind, text }) => [kind, text]).sort()).toEqual([
        ['constraint-unreadable-by-old-tools', 'Older Orbital tools can’t read the constraint “^1.2” for “desk”.'],
        ['constraint-unsatisfiable', 'No version of “reader” can be “>=2.0.0,<1.0.0”, so it will be refused for each.'],
      ])
    }
  })

  test('of a folder of very many files is not read again for what is typed or left out, nor is the store asked again', async () => {
    await build('model', [{ path: 'sub/a.bin', sizeBytes: 10 }])
    for (let n = 0; n < 5000; n += 1) writeFileSync(join(folder('model'), 'sub', `b-${n}.bin`), 'b')
    const disk = createNodeDisk()
    let nowMs = 0
    let reads = 0
    const asked: boolean[] = []
    const slow = createPublishPlans({
      disk: {
        ...disk,
        entries(path) {
          if (!path.endsWith('sub')) return disk.entries(path)
          reads += 1
          nowMs += 1000
          return disk.entries(path)
        },
      },
      clock: { ...createSystemClock(), monotonic: () => nowMs },
      log: silentLog,
      announcer: { change: () => {}, sample: () => {} },
      tool: 'Orbital test',
      publisher: () => 'Ada',
      ownFolders: () => [],
      publishedVersions: async (_connection, _name, { refresh }) => {
        asked.push(refresh)
        return published
      },
    })
    const { planId, ...first } = await slow.plan({ connection, path: folder('model') }, io)
    const again = (fields: PublishFields) => slow.plan({ connection, path: folder('model'), planId, fields }, io)
    const renamed = await again({ name: 'other', description: 'Typed' })
    expect(renamed).toMatchObject({ info: { name: 'other', description: 'Typed' }, filesTag: first.filesTag })
    expect(renamed.files).toEqual(first.files)
    expect(slow.transfer(planId).request.info).toMatchObject({ name: 'other' })
    await again({ name: 'other', version: '1.0.1' })
    expect([reads, asked]).toEqual([1, [true, false]])
    const fewer = await again({ leaveOut: ['sub/b-0.bin'] })
    expect(fewer.fileCount).toBe(first.fileCount - 1)
    expect(fewer.leftOut).toMatchObject([{ path: 'sub/b-0.bin', fileCount: 1, sizeBytes: 1, reason: 'by-person' }])
    expect((await again({ leaveOut: ['sub'], putIn: ['sub/a.bin'] })).files).toMatchObject([{ path: 'sub/a.bin' }])
    const none = await again({ leaveOut: ['sub'] }).catch((error: unknown) => error)
    expect(none).toMatchObject({ code: 'folder-empty', details: { leftOut: 5001 } })
    expect((await again({})).files).toEqual(first.files)
    expect(reads, 'whichever files are chosen').toBe(1)
    // What a file of the folder chooses, and the time that goes by are reasons to read it.
    writeFileSync(join(folder('model'), '.orbitalignore'), 'sub/b-1.bin')
    expect((await again({})).leftOut).toContainEqual(expect.objectContaining({ path: 'sub/b-1.bin' }))
    expect(reads).toBe(2)
    nowMs += 60_000
    await again({})
    expect([reads, asked.filter((refresh) => refresh).length]).toEqual([3, 2])
    await slow.close()
  })

  test('is forgotten after fifty others', async () => {
    await build('model', [{ path: 'a.bin', sizeBytes: 10 }])
    const first = await plans.plan({ connection, path: folder('model') }, io)
    for (let count = 0; count < 50; count += 1) await plans.plan({ connection, path: folder('model') }, io)
    expect(() => plans.transfer(first.planId)).toThrow(expect.objectContaining({ code: 'plan-not-found' }))
  })
})

describe('a .sputnik file', () => {
  test('is written from a plan and published with the same archive', async () => {
    await build('model', [
      { path: 'a.bin', sizeBytes: 100_000 },
      { path: 'b.txt', sizeBytes: 5000, content: 'compressible' },
    ])
    const plan = await plans.plan({ connection, path: folder('model'), fields: { description: 'Built' } }, io)
    const built = await plans.build(plan.planId, { out: temp.path }, io)
    expect(built.path).toBe(join(temp.path, 'model-1.0.0.sputnik'))
    await expect(plans.build(plan.planId, { out: temp.path }, io)).rejects.toMatchObject({ code: 'already-exists' })
    writeFileSync(built.path, 'older')
    await expect(plans.build(plan.planId, { out: built.path, overwrite: true }, io)).resolves.toEqual(built)

    // A build that is killed leaves what it has written; the next one takes that away, and nothing of a paused export.
    const name = makeTemporaryName()
    const killed = name.replace(`-${process.pid}-`, `-${spawnSync('true').pid}-`)
    for (const each of [name, killed, '.orbital-new-export']) writeFileSync(join(temp.path, each), '')
    await plans.build(plan.planId, { out: built.path, overwrite: true }, io)
    const left = readdirSync(temp.path).filter((each) => each.startsWith('.orbital-new-'))
    expect(left.sort()).toEqual([name, '.orbital-new-export'].sort())

    const fromFile = await plans.plan({ connection, path: built.path }, io)
    expect(fromFile).toMatchObject({
      source: { kind: 'sputnik' },
      info: { name: 'model', version: '1.0.0', description: 'Built' },
      totalBytes: 105_000,
      problems: [],
    })
    expect(await publish(fromFile.planId, 'journal')).toEqual({})
    const { manifest } = readPackageFile(createNodeDisk(), built.path)
    const there = await publishedOf('model-1.0.0')
    expect(there.files).toEqual(manifest.files)
    expect(there.archive).toEqual(manifest.archive)
    expect(there.orbital?.transaction).not.toBe(manifest.orbital?.transaction)
    // The folder that it was built from is the same content.
    expect(await publish(plan.planId, 'journal-2')).toEqual({ alreadyThere: true })
  })

  test('with a damaged archive is refused while it is sent', async () => {
    await build('model', [{ path: 'a.bin', sizeBytes: 100_000 }])
    const plan = await plans.plan({ connection, path: folder('model') }, io)
    const { path } = await plans.build(plan.planId, { out: join(temp.path, 'x.sputnik') }, io)
    const bytes = createNodeDisk().read(path) ?? new Uint8Array()
    bytes[50_000] = (bytes[50_000] ?? 0) ^ 1
    writeFileSync(path, bytes)
    const damaged = await plans.plan({ connection, path }, io)
    await expect(publish(damaged.planId, 'journal')).rejects.toMatchObject({
      code: 'not-a-package-file',
      details: { path },
    })
    expect(await connection.store.listUploads('models/', io)).toEqual([])
  })

  test.each([
    ['a file', 100_000, ({ files }: Manifest) => files[0]?.checksum.hex],
    ['a block', 17 * 1024 * 1024, ({ files }: Manifest) => files[0]?.blocks?.[1]?.sha256],
  ])('whose description is forged (%s) takes up no version, and can’t be built anew', async (_, sizeBytes, sumOf) => {
    await build('model', [{ path: 'a.bin', sizeBytes }])
    const plan = await plans.plan({ connection, path: folder('model') }, io)
    const { path } = await plans.build(plan.planId, { out: join(temp.path, 'x.sputnik') }, io)
    const sum = sumOf(readPackageFile(createNodeDisk(), path).manifest) ?? ''
    const bytes = Buffer.from(createNodeDisk().read(path) ?? [])
    for (let at = bytes.indexOf(sum); at >= 0; at = bytes.indexOf(sum, at + 1)) bytes.write('0'.repeat(64), at)
    writeFileSync(path, bytes)
    const forged = await plans.plan({ connection, path }, io)
    const refusal = { code: 'not-a-package-file', details: { path, reason: expect.stringContaining('a.bin') } }
    await expect(publish(forged.planId, 'journal')).rejects.toMatchObject(refusal)
    const head = connection.store.head('models/model-1.0.0/meta.json', io)
    await expect(head).rejects.toMatchObject({ code: 'object-not-found' })
    expect(await connection.store.listUploads('models/', io)).toEqual([])
    await expect(plans.build(forged.planId, { out: join(temp.path, 'y.sputnik') }, io)).rejects.toMatchObject(refusal)
    // The number is free.
    expect(await publish(plan.planId, 'journal-2')).toEqual({})
  })

  test('that is something else is named', async () => {
    writeFileSync(folder('x.sputnik'), 'not a tar')
    await expect(plans.plan({ connection, path: folder('x.sputnik') }, io)).rejects.toMatchObject({
      code: 'not-a-package-file',
    })
  })
})

const MiB = 1024 * 1024
/** Bytes that all threads of this process have read, as the system counts them. */
const counter = '/proc/self/io'
const readBytes = () => Number(/rchar: (\d+)/.exec(readFileSync(counter, 'utf8'))?.[1])

describe.skipIf(!existsSync(counter))('hashing for a plan', () => {
  const largeBytes = 2048 * MiB
  const large = ['a.bin', 'b.bin']
  const question = () => ({ connection, path: folder('model'), planId: 'draft' })
  const isHashing = async () => {
    const before = readBytes()
    await expect.poll(() => readBytes() - before, { timeout: 10_000 }).toBeGreaterThan(8 * MiB)
  }
  const bytesRead = async () => {
    // The thread hears of it within a chunk.
    await setTimeout(200)
    const before = readBytes()
    await setTimeout(400)
    return readBytes() - before
  }
  beforeEach(async () => {
    await build(
      'model',
      [...large, 'small.bin'].map((path) => ({ path, sizeBytes: 5000 })),
    )
    await publish((await plans.plan({ connection, path: folder('model') }, io)).planId, 'journal')
    const manifest = await publishedOf('model-1.0.0')
    const files = manifest.files.map((file) => (large.includes(file.path) ? { ...file, sizeBytes: largeBytes } : file))
    published = versionsOf({ ...manifest, files })
    for (const path of large) truncateSync(join(folder('model'), path), largeBytes)
    await plans.plan(question(), io)
    await isHashing()
  })

  test('goes on while something else is typed', async () => {
    await plans.plan({ ...question(), fields: { description: 'Another.' } }, io)
    await isHashing()
  })

  test('ends when the plan is left', async () => {
    plans.forget('draft')
    expect(await bytesRead()).toBeLessThan(4 * MiB)
  })

  test('ends when nothing that it takes is asked for any more', async () => {
    await plans.plan({ ...question(), fields: { leaveOut: large } }, io)
    await setTimeout(200)
    expect(await bytesRead()).toBeLessThan(4 * MiB)
  })

  test('ends when another folder takes the place', async () => {
    await build('other', [{ path: 'c.bin', sizeBytes: 10 }])
    await plans.plan({ ...question(), path: folder('other') }, io)
    expect(await bytesRead()).toBeLessThan(4 * MiB)
  })

  test('is not begun for whoever stopped waiting for the plan', async () => {
    plans.forget('draft')
    const stop = new AbortController()
    const planned = plans.plan(question(), { signal: stop.signal })
    stop.abort()
    await expect(planned).rejects.toThrow()
    expect(await bytesRead()).toBeLessThan(4 * MiB)
  })
})
