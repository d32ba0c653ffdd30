import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isMissing } from './available.ts'
import { describeWith } from './describe-with.ts'
import { createOldTools, fetchOldTools, type OldTools } from './old-tools.ts'
import { type BuiltFile, buildPackageFolder } from './package-builder.ts'
import { fetchRealModel, realModelFiles } from './real-model.ts'
import { fetchS3Server, type S3Server, startS3Server } from './s3-server.ts'
import { createTempFolder, type TempFolder } from './temp-folder.ts'

const oldTools = await fetchOldTools()

describeWith(isMissing(oldTools) ? oldTools : await fetchS3Server(), 'the old tools on one bucket', () => {
  let server: S3Server
  let folder: TempFolder
  let tools: OldTools
  let files: BuiltFile[]

  beforeAll(async () => {
    folder = await createTempFolder()
    server = await startS3Server()
    const bucket = await server.createBucket()
    tools = await createOldTools({ dataPath: join(folder.path, 'library'), store: { ...server, bucket } })
    files = await buildPackageFolder(join(folder.path, 'source'), {
      manifest: { name: 'tried_model', version: '1.2.3', description: 'Tried', license: 'MIT' },
      files: [
        { path: 'weights/a.bin', sizeBytes: 200_001 },
        { path: 'vocab.txt', sizeBytes: 5_000, content: 'compressible' },
      ],
    })
  })
  afterAll(async () => {
    await tools?.stop()
    await server?.stop()
    await folder?.remove()
  })

  test('build, upload, search, install, find, list and remove a package', async () => {
    const archive = join(folder.path, 'tried.sputnik')
    await tools.build(join(folder.path, 'source'), archive)
    await tools.upload(archive)
    expect(await tools.search()).toEqual(['tried_model-1.2.3'])
    await tools.update()
    expect(await tools.find(undefined, { cache: true })).toEqual([{ name: 'tried_model', version: '1.2.3' }])
    expect(await tools.find()).toEqual([])

    await tools.install('tried_model ==1.2.3')
    expect(await tools.find()).toEqual([{ name: 'tried_model', version: '1.2.3' }])
    expect(await tools.findMeta()).toMatchObject([{ license: 'MIT', description: 'Tried' }])
    for (const { path, bytes } of files) {
      expect(await readFile(join(folder.path, 'library/tried_model-1.2.3', path))).toEqual(bytes)
    }
    expect(await tools.files('tried_model')).toMatchObject({
      'weights/a.bin': { size: 200_001 },
      'vocab.txt': { size: 5_000 },
    })

    await tools.remove('tried_model')
    expect(await tools.find()).toEqual([])
  })

  test('report a failure with the reason', async () => {
    await expect(tools.install('no_such_model')).rejects.toThrow(/NotFound/)
  })
})

describeWith(oldTools, 'the old tools without a store', () => {
  test('build and install from a file', async () => {
    await using folder = await createTempFolder()
    const source = join(folder.path, 'source')
    await buildPackageFolder(source, {
      manifest: { name: 'local', version: '0.1.0', description: '', license: 'MIT' },
      files: [{ path: 'a', sizeBytes: 10 }],
    })
    const tools = await createOldTools({ dataPath: join(folder.path, 'library') })
    await tools.build(source, join(folder.path, 'a.sputnik'))
    await tools.install(join(folder.path, 'a.sputnik'))
    expect(await tools.find('local')).toEqual([{ name: 'local', version: '0.1.0' }])
    await tools.stop()
  })
})

describeWith(await fetchRealModel(), 'the real model', (path) => {
  test('is three files and nothing else', async () => {
    expect((await readdir(path)).sort()).toEqual(realModelFiles.map(({ name }) => name))
    for (const { name, sizeBytes } of realModelFiles) expect((await readFile(join(path, name))).length).toBe(sizeBytes)
  })
})
