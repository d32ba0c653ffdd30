import { createHash } from 'node:crypto'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isMissing } from '../../testkit/available.ts'
import { describeWith } from '../../testkit/describe-with.ts'
import { createOldTools, fetchOldTools, type OldTools } from '../../testkit/old-tools.ts'
import { type BuiltFile, buildPackageFolder } from '../../testkit/package-builder.ts'
import { fetchS3Server, type S3Server, startS3Server } from '../../testkit/s3-server.ts'
import { createS3Client } from '../../testkit/s3-store.ts'
import { createTempFolder, type TempFolder } from '../../testkit/temp-folder.ts'
import { bucketEnvironment, startTestEngine, type TestEngine } from '../../testkit/test-engine.ts'

const oldTools = await fetchOldTools()
const server = await fetchS3Server()

describeWith(isMissing(oldTools) ? oldTools : server, 'Orbital and the old tools on one bucket and one library', () => {
  let store: S3Server
  let folder: TempFolder
  let bucket: string
  let library: string
  let tools: OldTools
  let orbital: TestEngine

  const sourceOf = (name: string, version: string, more: object = {}) => ({
    manifest: { name, version, description: `About ${name}`, license: 'MIT', ...more },
    files: [
      { path: 'data/weights.bin', sizeBytes: 300_001 },
      { path: 'data/words.txt', sizeBytes: 40_000, content: 'compressible' as const },
      { path: 'README.md', sizeBytes: 900, content: 'compressible' as const },
    ],
  })
  const expectInstalled = async (ident: string, files: readonly BuiltFile[]) => {
    for (const { path: file, bytes } of files) {
      expect((await readFile(path.join(library, ident, file))).equals(bytes), `${ident}/${file}`).toBe(true)
    }
  }
  const uploadByOldTool = async (source: string, archive: string) => {
    await tools.build(source, archive)
    await tools.upload(archive)
  }

  beforeAll(async () => {
    folder = await createTempFolder()
    library = path.join(folder.path, 'library')
    await mkdir(library)
    store = await startS3Server()
    bucket = await store.createBucket()
    tools = await createOldTools({ dataPath: library, store: { ...store, bucket } })
    orbital = await startTestEngine(path.join(folder.path, 'home'), {
      env: bucketEnvironment(store, bucket),
      libraryPath: library,
    })
  })
  afterAll(async () => {
    await orbital?.stop()
    await tools?.stop()
    await store?.stop()
    await folder?.remove()
  })

  test('what PyOrbital published, Orbital lists, installs and verifies; PyOrbital finds it', async () => {
    const source = path.join(folder.path, 'theirs')
    const files = await buildPackageFolder(
      source,
      sourceOf('their_model', '1.0.0', { compatibility: { reader: '>=1.0.0' } }),
    )
    await uploadByOldTool(source, path.join(folder.path, 'theirs.sputnik'))

    const { packages, unreadable } = await orbital.api.catalog.list({ refresh: true })
    expect(unreadable).toEqual([])
    expect(packages).toMatchObject([
      {
        name: 'their_model',
        description: 'About their_model',
        versions: [{ version: '1.0.0', fileCount: 3, compatibility: { reader: '>=1.0.0' } }],
      },
    ])
    expect(packages[0]?.versions[0]?.publishedBy).toBeUndefined()
    // The old tool's checksums are MD5.
    const { files: listed } = await orbital.api.catalog.version({ ref: { name: 'their_model', version: '1.0.0' } })
    expect(listed.every(({ checksum }) => checksum.startsWith('md5:'))).toBe(true)

    const installed = await orbital.install({ name: 'their_model', version: '1.0.0' })
    expect(installed.state).toEqual({ kind: 'done' })
    await expectInstalled('their_model-1.0.0', files)
    const report = await orbital.verify({ name: 'their_model', version: '1.0.0' })
    expect(report).toMatchObject({ verifiedFiles: 3, damaged: [], missing: [], extra: [] })
    expect(await tools.find('their_model')).toEqual([{ name: 'their_model', version: '1.0.0' }])
  })

  test('what Orbital published, PyOrbital lists, installs, finds and opens; Orbital sees it as not verified until it is', async () => {
    const source = path.join(folder.path, 'ours')
    const files = await buildPackageFolder(source, sourceOf('our_model', '2.1.0'))
    expect((await orbital.publish(source)).state).toEqual({ kind: 'done' })

    expect(await tools.search('our_model')).toEqual(['our_model-2.1.0'])
    await tools.install('our_model ==2.1.0')
    await expectInstalled('our_model-2.1.0', files)
    expect(await tools.find('our_model')).toEqual([{ name: 'our_model', version: '2.1.0' }])
    expect(await tools.files('our_model')).toMatchObject({ 'data/weights.bin': { size: 300_001 } })

    const found = (await orbital.api.installed.list({})).find(({ ref }) => ref.name === 'our_model')
    expect(found?.verifiedAt).toBeUndefined()
    expect(found).toMatchObject({ fileCount: 3, ref: { version: '2.1.0' } })
    await orbital.verify({ name: 'our_model', version: '2.1.0' })
    const verified = (await orbital.api.installed.list({})).find(({ ref }) => ref.name === 'our_model')
    expect(verified?.verifiedAt).toMatch(/^\d{4}-/)
    const usage = await orbital.api.disk.usage({})
    expect(usage.cacheBytes, 'the old tool keeps the archive in its cache').toBeGreaterThan(300_000)
  })

  test('what Orbital installed, PyOrbital finds, lists and removes', async () => {
    const source = path.join(folder.path, 'shared')
    await buildPackageFolder(source, sourceOf('shared_model', '1.0.0'))
    await orbital.publish(source)
    await orbital.install({ name: 'shared_model', version: '1.0.0' })
    expect(await tools.find('shared_model')).toEqual([{ name: 'shared_model', version: '1.0.0' }])
    expect(Object.keys(await tools.files('shared_model'))).toHaveLength(3)
    await tools.remove('shared_model')
    expect((await orbital.api.installed.list({})).map(({ ref }) => ref.name)).not.toContain('shared_model')
  })

  test('several versions side by side: the old tool takes the highest that matches', async () => {
    for (const version of ['1.0.0', '1.1.0']) {
      const source = path.join(folder.path, `steps-${version}`)
      await buildPackageFolder(source, { ...sourceOf('stepped', version), seed: Number(version.replaceAll('.', '')) })
      await orbital.publish(source)
      await orbital.install({ name: 'stepped', version })
    }
    const found = await tools.find('stepped')
    expect(found.map(({ version }) => version).sort()).toEqual(['1.0.0', '1.1.0'])
    expect(await orbital.api.installed.path({ spec: 'stepped' })).toEqual({ path: path.join(library, 'stepped-1.1.0') })
  })

  test('a large file that Orbital cut into blocks is one file to the old tool', async () => {
    const source = path.join(folder.path, 'large')
    const files = await buildPackageFolder(source, {
      manifest: { name: 'large_model', version: '1.0.0' },
      files: [
        { path: 'large.bin', sizeBytes: 40_000_003 },
        { path: 'tail.txt', sizeBytes: 10, content: 'compressible' },
      ],
    })
    await orbital.publish(source)
    await tools.install('large_model')
    await expectInstalled('large_model-1.0.0', files)
  })

  test('.sputnik files go both ways', async () => {
    const source = path.join(folder.path, 'filed')
    const files = await buildPackageFolder(source, sourceOf('filed_model', '1.0.0'))
    const theirs = path.join(folder.path, 'filed-theirs.sputnik')
    await tools.build(source, theirs)
    const plan = await orbital.api.install.plan({ source: { file: theirs } })
    const { transferId } = await orbital.api.install.start({ planId: plan.planId })
    expect((await orbital.api.transfers.wait({ id: transferId })).state).toEqual({ kind: 'done' })
    await expectInstalled('filed_model-1.0.0', files)
    await orbital.api.installed.remove({ ref: { name: 'filed_model', version: '1.0.0' } })

    const published = await orbital.api.publish.plan({ path: source })
    const ours = path.join(folder.path, 'filed-ours.sputnik')
    await orbital.api.publish.build({ planId: published.planId, out: ours })
    await tools.install(ours)
    await expectInstalled('filed_model-1.0.0', files)
  })

  test('the pair in the bucket carries what the old tool checks', async () => {
    const client = createS3Client(store)
    const read = async (key: string) => {
      const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
      return { metadata: answer.Metadata, bytes: Buffer.from((await answer.Body?.transformToByteArray()) ?? []) }
    }
    const meta = await read('models/our_model-2.1.0/meta.json')
    const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex')
    expect(meta.metadata).toMatchObject({ md5: md5(meta.bytes) })
    const archive = await read('models/our_model-2.1.0/archive.gz')
    expect(JSON.parse(meta.bytes.toString()).archive).toEqual(['archive.gz', md5(archive.bytes)])
    client.destroy()
  })

  test('an old tool that overwrites a version is seen, and nothing wrong is installed', async () => {
    const source = path.join(folder.path, 'overwritten')
    await buildPackageFolder(source, sourceOf('overwritten', '1.0.0'))
    await orbital.publish(source)
    await orbital.install({ name: 'overwritten', version: '1.0.0' })
    await cp(source, `${source}-2`, { recursive: true })
    await writeFile(path.join(`${source}-2`, 'data/words.txt'), 'other words')
    await writeFile(
      path.join(`${source}-2`, 'package.json'),
      JSON.stringify({
        name: 'overwritten',
        version: '1.0.0',
        description: '',
        license: '',
        include: [['data', '*'], ['README.md']],
      }),
    )
    await uploadByOldTool(`${source}-2`, path.join(folder.path, 'overwritten.sputnik'))
    // What is installed is still the published one; a new publish of the first content is told that other content is there.
    const report = await orbital.verify({ name: 'overwritten', version: '1.0.0' })
    expect(report.damaged).toEqual([])
    const again = await orbital.publish(source)
    expect(again.state).toMatchObject({ kind: 'failed', error: { code: 'version-published' } })
  })
})
