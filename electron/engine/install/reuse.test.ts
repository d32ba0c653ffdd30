import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createInstallRig, type InstallRig, putPackage, readTree } from '../../../testkit/install-rig.ts'
import { createBytes } from '../../../testkit/package-builder.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { ingestMeta } from '../format/ingest-meta.ts'
import { findReusable } from './reuse.ts'

const MiB = 1024 * 1024
const disk = createNodeDisk()
const old = { name: 'model', version: '1.0.0' }
const news = { name: 'model', version: '1.1.0' }

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

const put = (ref: typeof old, files: Readonly<Record<string, Uint8Array>>) => putPackage(store, { ref, files })
const install = async (ref: typeof old, more = {}) => {
  const task = rig.createTask(await rig.request(ref, more))
  return { task, outcome: await rig.run(task) }
}
/** What is installed of `old`, for `news`. */
const reusable = () => {
  const manifest = manifestOf(news)
  const versions = rig.library
    .list()
    .map((each) => ({ label: each.ref.version, root: each.path, manifest: rig.library.manifest(each.ref) }))
  return findReusable(disk, manifest, versions)
}
const manifestOf = ({ name, version }: typeof old) => {
  const folderOf = path.join(store, 'models', `${name}-${version}`)
  const archiveBytes = statSync(path.join(folderOf, 'archive.gz')).size
  const key = `models/${name}-${version}/meta.json`
  return ingestMeta(readFileSync(path.join(folderOf, 'meta.json')), { key, archiveBytes })
}
const sums = (of: Readonly<Record<string, Uint8Array>>) =>
  Object.fromEntries(
    Object.entries(of).map(([name, bytes]) => [name, createHash('sha256').update(bytes).digest('hex')]),
  )
const expectFiles = (ref: typeof old, files: Readonly<Record<string, Uint8Array>>) => {
  const { 'meta.json': _, ...found } = readTree(path.join(libraryPath, `${ref.name}-${ref.version}`))
  expect(sums(found)).toEqual(sums(files))
}

describe('a new version', { timeout: 60_000 }, () => {
  test('with one of twenty files changed fetches that one', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 20 }, (_, n) => [`data/part-${n}.bin`, createBytes(400_000 + n, n)]),
    )
    put(old, files)
    await install(old)
    const changed = { ...files, 'data/part-7.bin': createBytes(410_000, 99) }
    put(news, changed)
    const { reuse, from } = reusable()
    expect(from).toEqual(['1.0.0'])
    const { task, outcome } = await install(news, { reuse })
    expectFiles(news, changed)
    expect(task.meter.wireBytes() / 410_000).toBeLessThan(1.05)
    expect(outcome).toMatchObject({
      downloadBytes: task.meter.wireBytes(),
      reusedBytes: task.meter.read().totalBytes - 410_000,
    })
    // A copy: changing one does not change the other.
    const [mine, theirs] = [old, news].map(({ version }) =>
      path.join(libraryPath, `model-${version}`, 'data/part-0.bin'),
    )
    expect(statSync(mine ?? '').ino).not.toBe(statSync(theirs ?? '').ino)
  })

  test('with a megabyte changed in a large file fetches its block', async () => {
    const weights = createBytes(40 * MiB, 3)
    const files = { 'weights.bin': weights, 'README.md': Buffer.from('# One\n') }
    put(old, files)
    await install(old)
    const after = Buffer.from(weights)
    after.set(createBytes(MiB, 4), 17 * MiB)
    const changed = { 'weights.bin': after, 'README.md': Buffer.from('# Two\n') }
    put(news, changed)
    const { reuse } = reusable()
    const { task, outcome } = await install(news, { reuse })
    expectFiles(news, changed)
    expect(task.meter.wireBytes()).toBeLessThan(9 * MiB)
    expect(outcome.reusedBytes).toBe(32 * MiB)
    expect(task.meter.read().settledBytes).toBe(task.meter.read().totalBytes)
  })

  test('takes a large file that is the same as a whole, under whichever name', async () => {
    const weights = createBytes(20 * MiB, 5)
    put(old, { 'weights.bin': weights })
    await install(old)
    put(news, { 'data/renamed.bin': weights, empty: Buffer.alloc(0) })
    const { reuse } = reusable()
    const { task } = await install(news, { reuse })
    expectFiles(news, { 'data/renamed.bin': weights, empty: Buffer.alloc(0) })
    expect(task.meter.wireBytes()).toBeLessThan(100)
  })

  test.each([
    ['was altered', (file: string) => writeFileSync(file, Buffer.alloc(statSync(file).size, 1))],
    ['got shorter', (file: string) => writeFileSync(file, 'x')],
    ['is gone', (file: string) => rmSync(file)],
    [
      'became a folder',
      (file: string) => {
        rmSync(file)
        mkdirSync(file)
      },
    ],
  ])('fetches what the installed one has no more, because it %s', async (_, harm) => {
    const files = {
      'weights.bin': createBytes(20 * MiB, 6),
      'blocks.bin': createBytes(24 * MiB, 7),
      'labels.json': createBytes(50_000, 8),
    }
    put(old, files)
    await install(old)
    const blocks = Buffer.from(files['blocks.bin'])
    blocks[0] = (blocks[0] ?? 0) ^ 1
    const changed = { ...files, 'blocks.bin': blocks }
    put(news, changed)
    const { reuse } = reusable()
    for (const name of Object.keys(files)) harm(path.join(libraryPath, 'model-1.0.0', name))
    const { outcome, task } = await install(news, { reuse })
    expectFiles(news, changed)
    expect(outcome.reusedBytes).toBe(0)
    expect(task.meter.read().settledBytes).toBe(task.meter.read().totalBytes)
  })

  test('that is paused goes on with the same pieces, also when the source went meanwhile', async () => {
    const files = { 'weights.bin': createBytes(20 * MiB, 9), 'other.bin': createBytes(20 * MiB, 10) }
    put(old, files)
    await install(old)
    const changed = { ...files, 'new.bin': createBytes(20 * MiB, 11) }
    put(news, changed)
    const { reuse } = reusable()
    const task = rig.createTask(await rig.request(news, { reuse }))
    const paused = createInstallRig({
      libraryPath,
      spec: { kind: 'folder', path: store, root: '' },
      connections: 1,
      step: (name) => void (name === 'install.settled copy' && task.abort()),
    })
    await expect(paused.run(task)).rejects.toMatchObject({ code: 'cancelled' })
    renameSync(path.join(libraryPath, 'model-1.0.0'), path.join(folder.path, 'away'))
    const outcome = await rig.run(rig.openTask(task.id))
    expectFiles(news, changed)
    expect((outcome.reusedBytes ?? 0) / MiB).toBeGreaterThanOrEqual(20)
  })
})
