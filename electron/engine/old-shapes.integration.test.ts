/**
 * What the old tools wrote, in every age and shape: built and uploaded by the real ones, or as an older one wrote it. Each is listed as it is and installed by its
 * exact version, byte for byte; or it is a row that says what is wrong with it.
 */
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isMissing } from '../../testkit/available.ts'
import { describeWith } from '../../testkit/describe-with.ts'
import { createOldTools, fetchOldTools, type OldTools } from '../../testkit/old-tools.ts'
import { type BuiltFile, buildPackageFolder } from '../../testkit/package-builder.ts'
import { openTestStore } from '../../testkit/publish-rig.ts'
import { fetchS3Server, type S3Server, startS3Server } from '../../testkit/s3-server.ts'
import { bucketSpec } from '../../testkit/s3-store.ts'
import { createTempFolder, type TempFolder } from '../../testkit/temp-folder.ts'
import { bucketEnvironment, startTestEngine, type TestEngine } from '../../testkit/test-engine.ts'
import type { ObjectStore } from './ports.ts'

const oldTools = await fetchOldTools()
const server = await fetchS3Server()
const io = { signal: new AbortController().signal }

interface Shape {
  readonly what: string
  readonly name: string
  readonly version: string
  readonly include?: readonly unknown[]
  readonly files: readonly string[]
  /** Of what is published; all where it is missing. */
  readonly published?: readonly string[]
  readonly more?: object
  /** Why it is a row that can't be installed. */
  readonly refused?: RegExp
}
const shapes: readonly Shape[] = [
  { what: 'as usual', name: 'usual', version: '1.0.0', files: ['a.bin', 'data/b.bin'] },
  { what: 'a version of two parts', name: 'two_parts', version: '1.0', files: ['a.bin'] },
  { what: 'a version of four parts', name: 'four_parts', version: '1.0.0.1', files: ['a.bin'] },
  { what: 'a version of one part', name: 'one_part', version: '7', files: ['a.bin'] },
  { what: 'a prerelease', name: 'early', version: '1.0.0-rc.1', files: ['a.bin'] },
  { what: 'capitals in its name', name: 'CapitalModel', version: '1.0.0', files: ['a.bin'] },
  { what: 'dashes in its name', name: 'dashed-model', version: '1.0.0', files: ['a.bin'] },
  { what: 'dashes before digits in its name', name: 'model-2', version: '1.0.0', files: ['a.bin'] },
  { what: 'null for its apps', name: 'null_apps', version: '1.0.0', files: ['a.bin'], more: { compatibility: null } },
  { what: 'no apps at all', name: 'empty_apps', version: '1.0.0', files: ['a.bin'], more: { compatibility: {} } },
  {
    what: 'an app of any version',
    name: 'any_app',
    version: '1.0.0',
    files: ['a.bin'],
    more: { compatibility: { reader: null, writer: '>=1.0.0,<2.0.0' } },
  },
  { what: 'fields that nobody knows', name: 'odd_fields', version: '1.0.0', files: ['a.bin'], more: { x: { y: [1] } } },
  {
    what: 'patterns of parts, and as text, which that tool takes letter by letter',
    name: 'patterns',
    version: '1.0.0',
    include: ['data/*.bin', ['deep', '**', '*.txt']],
    files: ['data/a.bin', 'data/b.txt', 'deep/one/c.txt', 'deep/one/two/d.txt'],
    published: ['deep/one/c.txt'],
  },
  {
    what: 'names of many scripts',
    name: 'scripts',
    version: '1.0.0',
    files: ['größe.bin', 'データ/数字.bin', 'e\u0301.bin', 'with space & more.bin'],
  },
  { what: 'an empty file', name: 'empty_file', version: '1.0.0', files: ['empty', 'a.bin'] },
  {
    what: 'a file that two patterns find',
    name: 'twice',
    version: '1.0.0',
    include: [['a.bin'], ['*.bin']],
    files: ['a.bin', 'b.bin'],
    refused: /a\.bin/,
  },
]

describeWith(isMissing(oldTools) ? oldTools : server, 'what the old tools wrote', () => {
  let store: S3Server
  let bucket: ObjectStore
  let folder: TempFolder
  let tools: OldTools
  let orbital: TestEngine
  const built = new Map<string, readonly BuiltFile[]>()
  const installedFile = (ident: string, file: string) => readFile(path.join(folder.path, 'home/library', ident, file))

  beforeAll(async () => {
    folder = await createTempFolder()
    store = await startS3Server()
    const name = await store.createBucket()
    bucket = openTestStore(bucketSpec(store, name))
    const dataPath = path.join(folder.path, 'theirs')
    await mkdir(dataPath)
    tools = await createOldTools({ dataPath, store: { ...store, bucket: name } })
    const upload = async (shape: Shape) => {
      const { name, version, include, files, more = {} } = shape
      const source = path.join(folder.path, 'sources', name)
      const manifest = { name, version, ...(include === undefined ? {} : { include }), ...more }
      const plan = files.map((file) => ({ path: file, sizeBytes: file === 'empty' ? 0 : 5_000 }))
      built.set(name, await buildPackageFolder(source, { manifest, files: plan }))
      const archive = path.join(folder.path, `${name}.sputnik`)
      await tools.build(source, archive)
      await tools.upload(archive)
    }
    const left = [...shapes]
    const next = async (): Promise<void> => {
      for (let shape = left.shift(); shape !== undefined; shape = left.shift()) await upload(shape)
    }
    await Promise.all([next(), next(), next()])
    orbital = await startTestEngine(path.join(folder.path, 'home'), { env: bucketEnvironment(store, name) })
    await orbital.api.catalog.list({ refresh: true })
  })
  afterAll(async () => {
    await orbital?.stop()
    bucket?.close()
    await tools?.stop()
    await store?.stop()
    await folder?.remove()
  })

  const find = async (name: string, version: string) => {
    const { packages, unreadable } = await orbital.api.catalog.list({})
    return {
      summary: packages.find((each) => each.name === name)?.versions.find((each) => each.version === version),
      row: unreadable.find(({ ident }) => ident === `${name}-${version}`),
    }
  }

  test.each(shapes)('$what ($name $version)', async ({ name, version, files, published = files, refused }) => {
    const { summary, row } = await find(name, version)
    if (refused !== undefined) {
      expect(row?.reason).toMatch(refused)
      expect(summary).toBeUndefined()
      await expect(orbital.install({ name, version })).rejects.toMatchObject({ code: 'meta-invalid' })
      return
    }
    expect(row).toBeUndefined()
    expect(summary).toMatchObject({ fileCount: published.length })
    const ref = await orbital.api.catalog.resolve({ spec: `${name}==${version}` })
    expect(ref).toEqual({ name, version })
    expect((await orbital.install(ref)).state).toEqual({ kind: 'done' })
    for (const file of published) {
      const expected = built.get(name)?.find(({ path: each }) => each === file)?.bytes
      expect((await installedFile(`${name}-${version}`, file)).equals(expected ?? Buffer.from('missing')), file).toBe(
        true,
      )
    }
    const report = await orbital.verify(ref)
    expect(report).toMatchObject({ verifiedFiles: published.length, damaged: [], missing: [], extra: [] })
  })

  describe('by older ones than can be had', () => {
    interface Raw {
      archive: unknown[]
      manifest: { path: unknown; checksum: unknown[] }[]
      package: Record<string, unknown>
      etag?: string
    }
    /** The usual one's objects under another name, its meta.json changed. */
    const putChanged = async (name: string, change: (meta: Raw) => void) => {
      const archive = await bucket.read('models/usual-1.0.0/archive.gz', { ...io, maxBytes: 1e6 })
      const { bytes } = await bucket.read('models/usual-1.0.0/meta.json', { ...io, maxBytes: 1e6 })
      const meta: Raw = JSON.parse(Buffer.from(bytes).toString())
      meta.package.name = name
      change(meta)
      await bucket.put(`models/${name}-1.0.0/archive.gz`, archive.bytes, io)
      await bucket.put(`models/${name}-1.0.0/meta.json`, Buffer.from(JSON.stringify(meta)), io)
      await orbital.api.catalog.list({ refresh: true })
      return find(name, '1.0.0')
    }

    test.each<readonly [string, string, (meta: Raw) => void]>([
      [
        'paths as text',
        'text_paths',
        (meta) => {
          for (const file of meta.manifest) file.path = (file.path as string[]).join('/')
        },
      ],
      [
        'no description, license or apps',
        'bare',
        (meta) => {
          meta.package = { name: 'bare', version: '1.0.0' }
        },
      ],
      [
        'checksums in capitals',
        'capital_sums',
        (meta) => {
          for (const file of meta.manifest) file.checksum[1] = String(file.checksum[1]).toUpperCase()
        },
      ],
    ])('%s: installed', async (_, name, change) => {
      const { summary } = await putChanged(name, change)
      expect(summary).toMatchObject({ fileCount: 2 })
      expect((await orbital.install({ name, version: '1.0.0' })).state).toEqual({ kind: 'done' })
      for (const { path: file, bytes } of built.get('usual') ?? [])
        expect((await installedFile(`${name}-1.0.0`, file)).equals(bytes), file).toBe(true)
    })

    test.each<readonly [string, string, (meta: Raw) => void, RegExp]>([
      [
        'a copy of a cache, with its key',
        'cached_copy',
        (meta) => void meta.archive.push('models/x/archive.gz'),
        /archive/,
      ],
      ['another archive name', 'other_archive', (meta) => (meta.archive[0] = 'archive.zip'), /archive/],
      [
        'checksums of sha1',
        'sha_one',
        (meta) => {
          for (const file of meta.manifest) file.checksum = ['sha1', '0'.repeat(40)]
        },
        /checksum/,
      ],
      ['another name than its key', 'renamed', (meta) => (meta.package.name = 'else'), /else-1\.0\.0.*renamed-1\.0\.0/],
      ['another version than its key', 'moved', (meta) => (meta.package.version = '1.0'), /moved-1\.0.*moved-1\.0\.0/],
      ['a number for its version', 'numbered', (meta) => (meta.package.version = 1), /version/],
      ['no files, which old tools refuse to build', 'nothing', (meta) => void meta.manifest.splice(0), /no files/],
      ['no manifest', 'unlisted', (meta) => (meta.manifest = undefined as never), /manifest/],
    ])('%s: a row with a reason', async (_, name, change, reason) => {
      const { summary, row } = await putChanged(name, change)
      expect(summary).toBeUndefined()
      expect(row).toMatchObject({ problem: 'meta-invalid', reason: expect.stringMatching(reason) })
      await expect(orbital.install({ name, version: '1.0.0' })).rejects.toMatchObject({ code: 'meta-invalid' })
    })
  })
})
