import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createInstallRig, type InstallRig, putPackage, readTree } from '../../../testkit/install-rig.ts'
import { createBytes } from '../../../testkit/package-builder.ts'
import type { RepairOrder } from '../../../testkit/repair-child.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { sha256Of } from '../install/install-source.ts'
import { createSystemClock } from '../system-clock.ts'
import { repairVersion } from './repair.ts'

const MiB = 1024 * 1024
const io = { signal: new AbortController().signal }
const ref = { name: 'model', version: '1.0.0' }
const old = { name: 'old_model', version: '1.0.0' }
/** Larger than 16 MiB: three blocks of its own. */
const files = {
  'README.md': Buffer.from('# Model\n'),
  'data/large.bin': createBytes(17 * MiB, 7),
  'data/labels.json': Buffer.from('["a", "b"]'),
}

describe('repairing an installed version', () => {
  let folder: TempFolder
  let store: string
  let libraryPath: string
  let pristine: string
  let rig: InstallRig
  const placeOf = (file: string) => path.join(libraryPath, 'model-1.0.0', file)
  const sumsOf = (tree: string) =>
    Object.fromEntries(Object.entries(readTree(tree)).map(([file, bytes]) => [file, sha256Of(bytes)]))
  const treeOf = () => sumsOf(path.join(libraryPath, 'model-1.0.0'))
  const flip = (file: string, at: number) => {
    const bytes = readFileSync(file)
    bytes[at] = (bytes[at] ?? 0) ^ 1
    writeFileSync(file, bytes)
  }
  const repair = async (which = ref) =>
    repairVersion(
      {
        disk: createNodeDisk(),
        clock: createSystemClock(),
        connection: async () => rig.connection,
        published: rig.published,
      },
      rig.library,
      which,
      await rig.library.verify(which, io),
      { ...io, connectionId: undefined },
    )
  const expectWhole = async (which = ref) => {
    expect(await rig.library.verify(which, io)).toMatchObject({ damaged: [], missing: [], extra: [] })
    expect(readTree(path.join(libraryPath, '.orbital/staging'))).toEqual({})
  }

  beforeAll(async () => {
    folder = await createTempFolder()
    store = path.join(folder.path, 'store')
    mkdirSync(store)
    putPackage(store, { ref, files })
    putPackage(store, { ref: old, files, old: true })
    pristine = path.join(folder.path, 'pristine')
    const first = createInstallRig({ libraryPath: pristine, spec: { kind: 'folder', path: store, root: '' } })
    for (const each of [ref, old]) await first.run(first.createTask(await first.request(each)))
  })
  beforeEach(() => {
    libraryPath = path.join(folder.path, 'library')
    execFileSync('chmod', ['-R', 'u+w', folder.path])
    rmSync(libraryPath, { recursive: true, force: true })
    cpSync(pristine, libraryPath, { recursive: true, preserveTimestamps: true })
    rig = createInstallRig({ libraryPath, spec: { kind: 'folder', path: store, root: '' } })
  })
  afterAll(() => folder.remove())

  test('a whole version needs no store', async () => {
    rig = createInstallRig({ libraryPath, spec: { kind: 'folder', path: path.join(folder.path, 'gone'), root: '' } })
    expect(await repair()).toEqual({ repaired: [], fetchedBytes: 0, takenOut: [] })
  })

  test('one bit in a split file costs its block, not the file', async () => {
    flip(placeOf('data/large.bin'), 9 * MiB)
    const report = await repair()
    expect(report.repaired).toEqual(['data/large.bin'])
    expect(report.fetchedBytes).toBeGreaterThan(7 * MiB)
    expect(report.fetchedBytes).toBeLessThan(9 * MiB)
    await expectWhole()
    expect(rig.library.get(ref).verifiedAt).toBeDefined()
    expect(rig.library.get(ref).damagedFiles).toBeUndefined()
  })

  test('a file cut short, a missing folder and a changed small file', async () => {
    truncateSync(placeOf('data/large.bin'), 8 * MiB + 5)
    writeFileSync(placeOf('README.md'), '# Motel\n')
    const report = await repair()
    expect(report.repaired).toEqual(['README.md', 'data/large.bin'])
    rmSync(placeOf('data'), { recursive: true })
    expect((await repair()).repaired).toEqual(['data/labels.json', 'data/large.bin'])
    await expectWhole()
  })

  test('what an old tool published: whole files', async () => {
    flip(path.join(libraryPath, 'old_model-1.0.0/data/large.bin'), 3)
    const report = await repair(old)
    expect(report.repaired).toEqual(['data/large.bin'])
    expect(report.fetchedBytes).toBeGreaterThan(16 * MiB)
    await expectWhole(old)
  })

  test('extra files go to the trash and come back from there', async () => {
    const before = treeOf()
    mkdirSync(placeOf('mine/deep'), { recursive: true })
    writeFileSync(placeOf('mine/deep/notes.txt'), 'mine')
    writeFileSync(placeOf('data/more.txt'), 'more')
    const report = await repair()
    expect(report).toMatchObject({ repaired: [], fetchedBytes: 0, takenOut: ['data/more.txt', 'mine'] })
    expect(treeOf()).toEqual(before)
    const [entry] = rig.library.trash()
    expect(entry).toMatchObject({ ref, extras: ['data/more.txt', 'mine'] })
    rig.library.restore(entry?.id ?? '')
    expect(readFileSync(placeOf('mine/deep/notes.txt'), 'utf8')).toBe('mine')
    expect(readFileSync(placeOf('data/more.txt'), 'utf8')).toBe('more')
    expect(rig.library.trash()).toEqual([])
  })

  test('what was put back can be in the way: it stays in the trash', async () => {
    writeFileSync(placeOf('more.txt'), 'first')
    const report = await repair()
    writeFileSync(placeOf('more.txt'), 'second')
    expect(() => rig.library.restore(report.trash?.id ?? '')).toThrow(/already-exists/)
    expect(readFileSync(placeOf('more.txt'), 'utf8')).toBe('second')
    expect(rig.library.trash()).toHaveLength(1)
  })

  test('links and folders in the way are taken out, never followed', async () => {
    const outside = path.join(folder.path, 'outside')
    rmSync(outside, { recursive: true, force: true })
    mkdirSync(outside)
    cpSync(placeOf('data'), outside, { recursive: true })
    rmSync(placeOf('data'), { recursive: true })
    symlinkSync(outside, placeOf('data'))
    rmSync(placeOf('README.md'))
    mkdirSync(placeOf('README.md'))
    writeFileSync(path.join(placeOf('README.md'), 'inner.txt'), 'inner')
    const before = sumsOf(outside)
    const report = await repair()
    expect(report.repaired).toEqual(['README.md', 'data/labels.json', 'data/large.bin'])
    expect(report.takenOut).toEqual(['README.md', 'data'])
    expect(sumsOf(outside)).toEqual(before)
    await expectWhole()
  })

  test('other content under the same version is refused before anything is touched', async () => {
    const other = path.join(folder.path, 'other-store')
    putPackage(other, { ref, files: { ...files, 'README.md': Buffer.from('# Other\n') } })
    rig = createInstallRig({ libraryPath, spec: { kind: 'folder', path: other, root: '' } })
    flip(placeOf('data/large.bin'), 9 * MiB)
    writeFileSync(placeOf('extra.txt'), 'extra')
    const before = treeOf()
    await expect(repair()).rejects.toMatchObject({ code: 'content-differs' })
    expect(treeOf()).toEqual(before)
    expect(rig.library.get(ref).damagedFiles).toEqual(['data/large.bin'])
  })

  test('a damaged archive mends nothing and harms nothing', async () => {
    const damaged = path.join(folder.path, 'damaged-store')
    rmSync(damaged, { recursive: true, force: true })
    cpSync(store, damaged, { recursive: true })
    flip(path.join(damaged, 'models/model-1.0.0/archive.gz'), 12 * MiB)
    rig = createInstallRig({ libraryPath, spec: { kind: 'folder', path: damaged, root: '' } })
    flip(placeOf('data/large.bin'), 9 * MiB)
    const before = treeOf()
    await expect(repair()).rejects.toMatchObject({ code: 'archive-damaged' })
    expect(treeOf()).toEqual(before)
    expect(readTree(path.join(libraryPath, '.orbital/staging'))).toEqual({})
  })

  test('a read-only tree is mended and stays read-only', async () => {
    flip(placeOf('data/large.bin'), 9 * MiB)
    rmSync(placeOf('data/labels.json'))
    writeFileSync(placeOf('data/extra.txt'), 'extra')
    chmodSync(placeOf('data/large.bin'), 0o444)
    for (const each of ['data', '']) chmodSync(placeOf(each), 0o555)
    const report = await repair()
    expect(report.repaired).toEqual(['data/labels.json', 'data/large.bin'])
    await expectWhole()
    const modes = ['', 'data', 'data/large.bin'].map((each) => (statSync(placeOf(each)).mode & 0o777).toString(8))
    expect(modes).toEqual(['555', '555', '444'])
  })

  test('killed after any step: each file is as it was or right, and the next run ends it', async () => {
    const right = treeOf()
    const child = path.resolve(import.meta.dirname, '../../../testkit/repair-child.ts')
    let killed = 0
    for (let killAtStep = 1; ; killAtStep += 1) {
      rmSync(libraryPath, { recursive: true })
      cpSync(pristine, libraryPath, { recursive: true, preserveTimestamps: true })
      flip(placeOf('data/large.bin'), 9 * MiB)
      rmSync(placeOf('data/labels.json'))
      writeFileSync(placeOf('extra.txt'), 'extra')
      const wrong = treeOf()
      const spec = { kind: 'folder', path: store, root: '' } as const
      const order: RepairOrder = { libraryPath, spec, ref, killAtStep }
      let wasKilled = false
      try {
        execFileSync(process.execPath, [child, JSON.stringify(order)], { stdio: 'pipe' })
      } catch (error) {
        expect(error).toMatchObject({ signal: 'SIGKILL' })
        wasKilled = true
      }
      for (const [file, sum] of Object.entries(treeOf())) {
        expect([wrong[file], right[file]], `step ${killAtStep}: ${file}`).toContain(sum)
      }
      rig = createInstallRig({ libraryPath, spec })
      await (await rig.library.recover(io)).deleted
      expect(readTree(path.join(libraryPath, '.orbital/staging')), `step ${killAtStep}`).toEqual({})
      await repair()
      expect(treeOf()).toEqual(right)
      expect(rig.library.trash().flatMap((entry) => entry.extras ?? [])).toEqual(['extra.txt'])
      if (!wasKilled) break
      killed += 1
    }
    expect(killed).toBe(7)
  }, 60_000)
})
