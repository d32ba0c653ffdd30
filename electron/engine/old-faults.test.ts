/**
 * The faults that Sputnik 0.9.3 and PyOrbital 1.0 were found to have, each with the proof that Orbital does not share it. What has many cases has more
 * of them in the tests of its own module.
 */
import { createHash } from 'node:crypto'
import fs, { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Manifest, PackageRef } from '../../shared/model/package.ts'
import { createInstallRig, putPackage, readTree } from '../../testkit/install-rig.ts'
import { buildPackageFolder, createBytes } from '../../testkit/package-builder.ts'
import { silentLog } from '../../testkit/rig-task.ts'
import { createTempFolder, type TempFolder } from '../../testkit/temp-folder.ts'
import { startTestEngine, type TestEngine } from '../../testkit/test-engine.ts'
import { createNodeDisk } from './disk/node-disk.ts'
import { decodeMembers } from './format/archive-reader.ts'
import { planSegments } from './format/plan-segments.ts'
import { createInstalledReader } from './library/installed.ts'
import { placesOf } from './library/places.ts'
import { choosePartBytes } from './publish/publish-keys.ts'

let folder: TempFolder
let engine: TestEngine
let registry: string
const at = (...parts: string[]) => path.join(folder.path, ...parts)
const libraryOf = (...parts: string[]) => at('home/library', ...parts)

beforeEach(async () => {
  folder = await createTempFolder()
  engine = await startTestEngine(at('home'))
  registry = at('home/registry')
})
afterEach(async () => {
  vi.restoreAllMocks()
  await engine.stop()
  await folder.remove()
})

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const content = Buffer.from('content')

interface RawMeta {
  archive: unknown
  manifest: { path: unknown; noffset: unknown; size: unknown; checksum: unknown }[]
  package: Record<string, unknown>
}

/** As an old tool would leave it in the bucket, after `change`. */
function putRaw(ident: string, change: (meta: RawMeta) => void = () => {}, archive: Buffer = gzipSync(content)): void {
  const [, name = '', version = ''] = /^(.*?)-(\d.*)$/.exec(ident) ?? []
  const meta: RawMeta = {
    archive: ['archive.gz', createHash('md5').update(archive).digest('hex')],
    manifest: [
      { path: ['data.bin'], noffset: archive.length, size: content.length, checksum: ['sha256', sha256(content)] },
    ],
    package: { name, version, description: null, license: null, compatibility: null },
  }
  change(meta)
  const place = path.join(registry, 'models', ident)
  mkdirSync(place, { recursive: true })
  writeFileSync(path.join(place, 'archive.gz'), archive)
  writeFileSync(path.join(place, 'meta.json'), JSON.stringify(meta))
}
const firstOf = (meta: RawMeta) => meta.manifest[0] as RawMeta['manifest'][number]
const installOf = (name: string, version = '1.0.0') => engine.install({ name, version })
async function publish(ref: PackageRef, files: readonly [string, number][], seed = 1) {
  const source = at(`source-${ref.name}-${ref.version}-${seed}`)
  await buildPackageFolder(source, {
    manifest: ref,
    seed,
    files: files.map(([name, sizeBytes]) => ({ path: name, sizeBytes })),
  })
  return engine.publish(source)
}

describe('faults of the old tools', () => {
  test.each([
    [
      '.. in a path',
      (meta: RawMeta) => {
        firstOf(meta).path = ['..', '..', '..', 'out.txt']
      },
    ],
    [
      'an absolute path',
      (meta: RawMeta) => {
        firstOf(meta).path = [path.join(path.sep, 'tmp', 'out.txt')]
      },
    ],
    [
      'a hostile package name',
      (meta: RawMeta) => {
        meta.package.name = '../../../out'
      },
    ],
    [
      'a hostile name of the archive',
      (meta: RawMeta) => {
        meta.archive = ['../../../out.txt', 'd'.repeat(32)]
      },
    ],
  ])('%s wrote outside the library, on search already', async (_, change) => {
    putRaw('model-1.0.0', change)
    const before = Object.keys(readTree(folder.path)).filter((file) => !file.startsWith('home/'))
    const { packages, unreadable } = await engine.api.catalog.list({ refresh: true })
    expect(packages).toEqual([])
    expect(unreadable).toMatchObject([{ ident: 'model-1.0.0' }])
    await expect(installOf('model')).rejects.toMatchObject({
      code: expect.stringMatching(/^(meta-invalid|package-not-found)$/),
    })
    expect(Object.keys(readTree(folder.path)).filter((file) => !file.startsWith('home/'))).toEqual(before)
    expect(readTree(libraryOf())).toEqual({})
  })

  test('a name with a capital matched every package: installing or removing it deleted others', async () => {
    for (const ident of ['model-1.0.0', 'other-1.0.0', 'Model_B-1.0.0']) putRaw(ident)
    await installOf('model')
    await installOf('other')
    await installOf('Model_B')
    await engine.api.installed.remove({ ref: { name: 'Model_B', version: '1.0.0' } })
    const left = await engine.api.installed.list({})
    expect(left.map(({ ref }) => ref.name)).toEqual(['model', 'other'])
  })

  test('the installed version was deleted before the next one was there', async () => {
    await publish({ name: 'model', version: '1.0.0' }, [['data.bin', 1000]])
    await installOf('model')
    putRaw('model-2.0.0', (meta) => {
      firstOf(meta).checksum = ['sha256', '0'.repeat(64)]
    })
    expect((await installOf('model', '2.0.0')).state).toMatchObject({
      kind: 'failed',
      error: { code: 'archive-damaged' },
    })
    expect(await engine.verify({ name: 'model', version: '1.0.0' })).toMatchObject({
      damaged: [],
      missing: [],
    })
  })

  test('opening the library destroyed an install that another process was at', async () => {
    const staged = libraryOf('.orbital/staging/running/tree')
    mkdirSync(staged, { recursive: true })
    writeFileSync(path.join(staged, 'half.bin'), 'half')
    const rig = createInstallRig({ libraryPath: libraryOf(), spec: { kind: 'folder', path: registry, root: '' } })
    const lease = rig.library.leases.take('running')
    const second = await startTestEngine(at('second-home'), { libraryPath: libraryOf() })
    await second.api.installed.list({})
    await second.stop()
    expect(readFileSync(path.join(staged, 'half.bin'), 'utf8')).toBe('half')
    lease?.release()
  })

  test('one malformed meta.json broke every listing', async () => {
    putRaw('model-1.0.0')
    putRaw('bad-1.0.0')
    writeFileSync(path.join(registry, 'models/bad-1.0.0/meta.json'), '{"archive": [')
    mkdirSync(libraryOf('broken-1.0.0'), { recursive: true })
    writeFileSync(libraryOf('broken-1.0.0/meta.json'), '[]')
    await installOf('model')
    const { packages, unreadable } = await engine.api.catalog.list({ refresh: true })
    expect(packages.map(({ name }) => name)).toEqual(['model'])
    expect(unreadable).toMatchObject([{ ident: 'bad-1.0.0', problem: 'meta-invalid' }])
    expect((await engine.api.installed.list({})).map(({ ref }) => ref.name)).toEqual(['model'])
  })

  test('the meta went up before the archive: a version was listed that could not be installed', async () => {
    putRaw('model-1.0.0')
    fs.rmSync(path.join(registry, 'models/model-1.0.0/archive.gz'))
    const { packages, unreadable } = await engine.api.catalog.list({ refresh: true })
    expect(packages).toEqual([])
    expect(unreadable).toMatchObject([{ ident: 'model-1.0.0', problem: 'upload-unfinished' }])
  })

  test('a version was silently overwritten', async () => {
    await publish({ name: 'model', version: '1.0.0' }, [['data.bin', 1000]], 1)
    const before = readTree(path.join(registry, 'models'))
    const again = await publish({ name: 'model', version: '1.0.0' }, [['data.bin', 1000]], 2)
    expect(again.state).toMatchObject({ kind: 'failed', error: { code: 'version-published' } })
    expect(readTree(path.join(registry, 'models'))).toEqual(before)
  })

  test('checks were assertions, gone with an option of Python: here they are named errors', async () => {
    putRaw('model-1.0.0', (meta) => {
      meta.archive = ['archive.gz', 'd'.repeat(32), 'third']
    })
    await expect(installOf('model')).rejects.toMatchObject({ name: 'AppError', code: 'meta-invalid' })
  })

  test('size -1 read without bound', async () => {
    putRaw('model-1.0.0', (meta) => {
      firstOf(meta).size = -1
    })
    await expect(installOf('model')).rejects.toMatchObject({ code: 'meta-invalid' })
    const bomb = gzipSync(Buffer.alloc(50_000_000))
    let cameBytes = 0
    const onData = (bytes: Uint8Array) => {
      cameBytes += bytes.length
    }
    await expect(decodeMembers(bomb, { expectedBytes: 1000, onData })).rejects.toMatchObject({
      code: 'archive-damaged',
    })
    expect(cameBytes).toBeLessThanOrEqual(1000)
  })

  test('the CRC of gzip was not looked at', async () => {
    const archive = gzipSync(content)
    archive[archive.length - 8] = (archive[archive.length - 8] ?? 0) ^ 1
    putRaw('model-1.0.0', undefined, archive)
    expect((await installOf('model')).state).toMatchObject({ kind: 'failed', error: { code: 'archive-damaged' } })
    expect(await engine.api.installed.list({})).toEqual([])
  })

  test('listing was quadratic: 800 packages took 15 s', () => {
    const root = at('many')
    for (let index = 0; index < 800; index += 1) {
      const place = path.join(root, `model_${index}-1.0.0`)
      putInstalled(place, `model_${index}`)
    }
    const disk = createNodeDisk()
    let reads = 0
    const read = (...args: Parameters<typeof disk.read>) => {
      reads += 1
      return disk.read(...args)
    }
    const counting = { ...disk, read }
    const reader = createInstalledReader({ disk: counting, log: silentLog, places: placesOf(root), libraryId: 'many' })
    expect(reader.list()).toHaveLength(800)
    // One meta and one facts file each.
    expect(reads).toBeLessThanOrEqual(1600)
    reads = 0
    reader.list()
    expect(reads, 'metas that did not change are not read again').toBeLessThanOrEqual(800)
  })

  test('extraction went through the whole manifest for each file: 8,000 files took 21 s', () => {
    const count = 8000
    let visits = 0
    const files = Array.from({ length: count }, (_, index) => ({
      path: `f${index}`,
      sizeBytes: 10,
      startOffset: index * 30,
      endOffset: index * 30 + 30,
      checksum: { algorithm: 'sha256', hex: '0'.repeat(64) },
    }))
    const watched = new Proxy(files, {
      get(target, key) {
        if (typeof key === 'string' && /^\d+$/.test(key)) visits += 1
        return Reflect.get(target, key)
      },
    })
    const segments = planSegments({ files: watched } as unknown as Manifest)
    expect(segments.flatMap((segment) => (segment.kind === 'files' ? segment.files : []))).toHaveLength(count)
    expect(visits).toBeLessThanOrEqual(2 * count)
  })

  test('a download that broke off began anew', async () => {
    putPackage(registry, {
      ref: { name: 'big', version: '1.0.0' },
      files: { 'big.bin': createBytes(34 * 1024 * 1024, 3) },
    })
    const spec = { kind: 'folder', path: registry, root: '' } as const
    let stop: () => void = () => {}
    const step = (name: string) => {
      if (name.startsWith('install.settled')) stop()
    }
    const rig = createInstallRig({ libraryPath: at('resumed'), spec, step, connections: 1 })
    const task = rig.createTask(await rig.request({ name: 'big', version: '1.0.0' }))
    stop = task.abort
    await expect(rig.run(task)).rejects.toMatchObject({ code: 'cancelled' })
    stop = () => {}
    const again = rig.openTask(task.id)
    await rig.run(again)
    expect(again.meter.wireBytes()).toBeLessThan(30 * 1024 * 1024)
  })

  test('the archive stayed in a cache and doubled what a package takes', async () => {
    await publish({ name: 'model', version: '1.0.0' }, [['data.bin', 500_000]])
    await installOf('model')
    const bytes = Object.values(readTree(libraryOf())).reduce((sum, each) => sum + each.length, 0)
    expect(bytes).toBeLessThan(520_000)
    expect(existsSync(libraryOf('__cache__'))).toBe(false)
  })

  test('symbolic links were followed at publish', async () => {
    await buildPackageFolder(at('linked'), { files: [{ path: 'data.bin', sizeBytes: 10 }] })
    writeFileSync(at('secret.txt'), 'secret')
    symlinkSync(at('secret.txt'), at('linked/secret.txt'))
    const plan = await engine.api.publish.plan({ path: at('linked'), fields: { name: 'linked', version: '1.0.0' } })
    expect(plan.files.map((file) => file.path)).toEqual(['data.bin'])
    expect(plan.leftOut).toMatchObject([{ path: 'secret.txt', reason: 'symlink' }])
  })

  test('there were no locks', () => {
    const rig = createInstallRig({ libraryPath: at('locked'), spec: { kind: 'folder', path: registry, root: '' } })
    const lease = rig.library.leases.take('install')
    expect(rig.library.leases.take('install')).toBeUndefined()
    lease?.release()
  })

  test('nothing was synced to the disk', () => {
    const synced = vi.spyOn(fs, 'fsyncSync')
    createNodeDisk().replace(at('state.json'), content)
    // The file before its rename, and its folder after it.
    expect(synced).toHaveBeenCalledTimes(process.platform === 'win32' ? 1 : 2)
  })

  test('a package over 5 GB could not be uploaded', () => {
    const gibibyte = 1024 ** 3
    for (const archiveBytes of [6 * gibibyte, 600 * gibibyte]) {
      const partBytes = choosePartBytes(archiveBytes)
      expect(partBytes).toBeLessThan(5 * gibibyte)
      expect(archiveBytes / partBytes).toBeLessThanOrEqual(10_000)
    }
  })

  test('compatibility was never checked', async () => {
    putRaw('model-1.0.0', (meta) => {
      meta.package.compatibility = { my_library: '>=2.0.0' }
    })
    const apps = [{ name: 'my_library', version: '1.0.0' }]
    const { planId } = await engine.api.install.plan({ source: { ref: { name: 'model', version: '1.0.0' } }, apps })
    await expect(engine.api.install.start({ planId })).rejects.toMatchObject({
      code: 'incompatible',
      details: { app: 'my_library', appVersion: '1.0.0', constraint: '>=2.0.0' },
    })
  })
})

function putInstalled(place: string, name: string): void {
  const archive = gzipSync(content)
  mkdirSync(place, { recursive: true })
  writeFileSync(
    path.join(place, 'meta.json'),
    JSON.stringify({
      archive: ['archive.gz', createHash('md5').update(archive).digest('hex')],
      manifest: [{ path: ['data.bin'], noffset: archive.length, size: 7, checksum: ['sha256', sha256(content)] }],
      package: { name, version: '1.0.0', description: null, license: null, compatibility: null },
    }),
  )
}
