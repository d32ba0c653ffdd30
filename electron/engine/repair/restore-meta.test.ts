import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PackageRef } from '../../../shared/model/package.ts'
import { createInstallRig, putPackage, readTree } from '../../../testkit/install-rig.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { startTestEngine, type TestEngine } from '../../../testkit/test-engine.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { createSystemClock } from '../system-clock.ts'
import { restoreMeta } from './restore-meta.ts'

const ref = { name: 'model', version: '1.0.0' }
const files = { 'README.md': Buffer.from('# Model\n'), 'data/labels.json': Buffer.from('["a", "b"]') }

let folder: TempFolder
let engine: TestEngine
let store: string
let meta: string
let before: Record<string, Buffer>
const versionPath = () => path.join(folder.path, 'home/library/model-1.0.0')
const tree = () => readTree(versionPath())
const stagedPaths = () => Object.keys(readTree(path.join(folder.path, 'home/library/.orbital/staging')))
const repair = (which: PackageRef = ref) => engine.api.installed.repair({ ref: which })
const listed = async () =>
  (await engine.api.installed.list({})).map(({ ref: { name, version } }) => `${name}-${version}`)
const alter = (change: (meta: { package: { description?: string }; manifest: Record<string, unknown>[] }) => void) => {
  const content = JSON.parse(readFileSync(meta, 'utf8'))
  change(content)
  writeFileSync(meta, JSON.stringify(content, null, 2))
}

beforeEach(async () => {
  folder = await createTempFolder()
  engine = await startTestEngine(path.join(folder.path, 'home'))
  store = path.join(folder.path, 'home/registry')
  putPackage(store, { ref, files })
  await engine.install(ref)
  meta = path.join(versionPath(), 'meta.json')
  before = tree()
})
afterEach(async () => {
  await engine.stop()
  await folder.remove()
})

describe('a damaged meta.json of an installed version', () => {
  test.each([
    ['garbage', () => writeFileSync(meta, Buffer.from([0, 1, 2, 0xff]))],
    ['cut short', () => writeFileSync(meta, readFileSync(meta).subarray(0, 200))],
    ['gone', () => rmSync(meta)],
    ['of another version', () => alter((content) => Object.assign(content.package, { version: '1.0.1' }))],
  ])('%s: not listed, found, and brought back', async (_, damage) => {
    damage()
    expect(await listed()).toEqual([])
    expect(await engine.api.installed.unreadable({})).toEqual([ref])
    expect(await engine.api.installed.verify({ ref })).toMatchObject({ verifiedFiles: 0, damaged: ['meta.json'] })
    const report = await repair()
    expect(report).toMatchObject({ verifiedFiles: 2, damaged: ['meta.json'], repaired: ['meta.json'], takenOut: [] })
    expect(tree()).toEqual(before)
    expect(await engine.api.installed.unreadable({})).toEqual([])
    const [installed] = await engine.api.installed.list({})
    expect(installed).toMatchObject({ ref, fromConnectionId: 'local', verifiedAt: expect.any(String) })
    expect(stagedPaths()).toEqual([])
  })

  test('its files are mended with it', async () => {
    writeFileSync(meta, '{')
    writeFileSync(path.join(versionPath(), 'README.md'), '# Motel\n')
    rmSync(path.join(versionPath(), 'data'), { recursive: true })
    const report = await repair()
    expect(report).toMatchObject({ damaged: ['meta.json', 'README.md'], missing: ['data/labels.json'] })
    expect(report.repaired).toEqual(['meta.json', 'README.md', 'data/labels.json'])
    expect(tree()).toEqual(before)
  })

  test.each([
    [
      'a checksum',
      (content: { manifest: Record<string, unknown>[] }) => {
        Object.assign(content.manifest[0] ?? {}, { checksum: ['sha256', '0'.repeat(64)] })
      },
    ],
    [
      'a file that it no longer names',
      (content: { manifest: Record<string, unknown>[] }) => {
        content.manifest.pop()
      },
    ],
    [
      'the description',
      (content: { package: { description?: string } }) => {
        content.package.description = 'Other words'
      },
    ],
  ])('altered, but readable: %s', async (_, change) => {
    alter(change)
    // What is learnt of it on the way must not make it forgotten what was here.
    await engine.api.installed.verify({ ref })
    const report = await repair()
    expect(report).toMatchObject({ repaired: ['meta.json'], takenOut: [] })
    expect(tree()).toEqual(before)
    expect((await engine.api.installed.list({}))[0]).toMatchObject({ fromConnectionId: 'local' })
  })

  test('other content that another tool installed in its place is no damage', async () => {
    const other = path.join(folder.path, 'other')
    putPackage(other, {
      ref,
      files: { 'README.md': Buffer.from('# Other\n'), 'data/more.json': Buffer.from('[]') },
      old: true,
    })
    rmSync(versionPath(), { recursive: true })
    const rig = createInstallRig({
      libraryPath: path.join(folder.path, 'theirs'),
      spec: { kind: 'folder', path: other, root: '' },
    })
    await rig.run(rig.createTask(await rig.request(ref)))
    for (const [name, bytes] of Object.entries(readTree(path.join(folder.path, 'theirs/model-1.0.0')))) {
      mkdirSync(path.dirname(path.join(versionPath(), name)), { recursive: true })
      writeFileSync(path.join(versionPath(), name), bytes)
    }
    const theirs = tree()
    expect(await repair()).toMatchObject({ verifiedFiles: 2, repaired: [], takenOut: [] })
    expect(tree()).toEqual(theirs)
    // Also where nobody knows the store any more.
    rmSync(path.join(store, 'models'), { recursive: true })
    expect(await repair()).toMatchObject({ verifiedFiles: 2, repaired: [] })
  })

  test('what is published by now is another: refused, and nothing touched', async () => {
    writeFileSync(meta, '{')
    const damaged = tree()
    putPackage(store, { ref, files: { 'README.md': Buffer.from('# Other\n') } })
    await expect(repair()).rejects.toMatchObject({ code: 'content-differs', details: { ref: 'model==1.0.0' } })
    expect(tree()).toEqual(damaged)
    expect(await listed()).toEqual([])
  })

  test('a folder that Orbital knows nothing of is none of its versions', async () => {
    mkdirSync(path.join(folder.path, 'home/library/mine-1.0.0'))
    writeFileSync(path.join(folder.path, 'home/library/mine-1.0.0/meta.json'), 'mine')
    await expect(repair({ name: 'mine', version: '1.0.0' })).rejects.toMatchObject({ code: 'not-installed' })
    expect(await engine.api.installed.unreadable({})).toEqual([])
  })

  test('ended before the rename: as it was, and the next run brings it back with what is damaged', async () => {
    const spec = { kind: 'folder', path: store, root: '' } as const
    const rig = createInstallRig({ libraryPath: path.join(folder.path, 'home/library'), spec })
    writeFileSync(meta, '{')
    writeFileSync(path.join(versionPath(), 'README.md'), '# Motel\n')
    const disk = createNodeDisk()
    const run = (ending: boolean) =>
      restoreMeta(
        {
          disk: {
            ...disk,
            renameInto(from, to) {
              if (ending) throw new Error('ended')
              disk.renameInto(from, to)
            },
          },
          clock: createSystemClock(),
          connection: async () => rig.connection,
          published: rig.published,
        },
        rig.library,
        ref,
        { signal: new AbortController().signal },
      )
    await expect(run(true)).rejects.toThrow('ended')
    expect(readFileSync(meta, 'utf8')).toBe('{')
    expect(stagedPaths()).toEqual([])
    expect(await run(false)).toMatchObject({ verifiedFiles: 1, damaged: ['README.md'] })
    // Listed, and not as verified: what is wrong with it is known.
    const { verifiedAt, damagedFiles } = rig.library.get(ref)
    expect({ verifiedAt, damagedFiles }).toEqual({ verifiedAt: undefined, damagedFiles: ['README.md'] })
  })
})
