import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Manifest } from '../../../shared/model/package.ts'
import { describeWith } from '../../../testkit/describe-with.ts'
import { createOldTools, fetchOldTools, type OldTools } from '../../../testkit/old-tools.ts'
import { type BuiltFile, buildPackageFolder } from '../../../testkit/package-builder.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { decodeMembers } from './archive-reader.ts'
import { type PackedArchive, packArchive, withMd5 } from './archive-writer.ts'
import { ingestInstalledMeta, ingestMeta } from './ingest-meta.ts'
import { readRecipe } from './recipe.ts'
import { openSputnik, writeSputnik } from './sputnik-file.ts'
import { writeMeta } from './write-meta.ts'

const disk = createNodeDisk()
const { signal } = new AbortController()

describeWith(await fetchOldTools(), 'files of the old tools', () => {
  let folder: TempFolder
  let tools: OldTools
  let source: string
  let files: BuiltFile[]

  beforeAll(async () => {
    folder = await createTempFolder()
    source = join(folder.path, 'source')
    tools = await createOldTools({ dataPath: join(folder.path, 'library') })
    files = await buildPackageFolder(source, {
      manifest: { name: 'tried_model', version: '1.2.3', description: 'Größe 😀', compatibility: { app: '>=1.0.0' } },
      files: [
        { path: 'big.bin', sizeBytes: 17_000_000 },
        { path: 'empty.bin', sizeBytes: 0 },
        { path: 'vocab.txt', sizeBytes: 300_000, content: 'compressible' },
        { path: 'weights/a.bin', sizeBytes: 200_001 },
      ],
    })
  })
  afterAll(async () => {
    await tools?.stop()
    await folder?.remove()
  })

  async function checkContent(manifest: Manifest, archive: Uint8Array): Promise<void> {
    expect(manifest.files.map(({ path }) => path).sort()).toEqual(files.map(({ path }) => path))
    for (const file of manifest.files) {
      const pieces: Buffer[] = []
      const onData = (bytes: Uint8Array) => void pieces.push(Buffer.from(bytes))
      await decodeMembers(archive.subarray(file.startOffset, file.endOffset), { expectedBytes: file.sizeBytes, onData })
      const content = Buffer.concat(pieces)
      expect(createHash(file.checksum.algorithm).update(content).digest('hex')).toBe(file.checksum.hex)
      expect(content.equals(files.find(({ path }) => path === file.path)?.bytes ?? Buffer.of(1))).toBe(true)
    }
  }

  test('are read: what they build is opened, ingested and unpacked', async () => {
    const path = join(folder.path, 'theirs.sputnik')
    await tools.build(source, path)
    const { metaBytes, archive } = openSputnik(disk, path)
    const manifest = ingestMeta(metaBytes, { key: path, archiveBytes: archive.sizeBytes })
    expect(manifest.ref).toEqual({ name: 'tried_model', version: '1.2.3' })
    expect(manifest.info.description).toBe('Größe 😀')
    expect(manifest.orbital).toBeUndefined()
    const bytes = (await readFile(path)).subarray(archive.offset, archive.offset + archive.sizeBytes)
    expect(createHash('md5').update(bytes).digest('hex')).toBe(manifest.archive.md5)
    await checkContent(manifest, bytes)
  })

  test('are written: what is packed here they list and install, byte for byte, and what they installed is read', async () => {
    const recipe = await readRecipe({ disk, folder: source, signal })
    expect(recipe.problems).toEqual([])
    const path = join(folder.path, 'ours.sputnik')
    let packed: PackedArchive | undefined
    const chunks = function* () {
      packed = yield* withMd5(packArchive({ files: recipe.files, disk }))
    }
    const metaBytes = () => {
      if (packed === undefined) throw new Error('not packed')
      const orbital = { transaction: 't', publishedAt: '2025-03-01T10:00:00.000Z', publishedBy: 'Ann', tool: 'orbital' }
      return writeMeta({ info: recipe.info, files: packed.files, archive: packed, orbital })
    }
    await writeSputnik(
      disk,
      path,
      { archive: { kind: 'chunks', chunks: chunks(), maxBytes: 30_000_000 }, metaBytes },
      { signal },
    )

    const opened = openSputnik(disk, path)
    const manifest = ingestMeta(opened.metaBytes, { key: path, archiveBytes: opened.archive.sizeBytes })
    expect(manifest.files.find((file) => file.path === 'big.bin')?.blocks).toHaveLength(3)
    await checkContent(manifest, (await readFile(path)).subarray(opened.archive.offset))

    expect(Object.keys(await tools.files(path)).sort()).toEqual(files.map((file) => file.path))
    await tools.install(path)
    expect(await tools.find('tried_model >=1.0.0')).toEqual([{ name: 'tried_model', version: '1.2.3' }])
    const installed = join(folder.path, 'library/tried_model-1.2.3')
    for (const file of files) expect((await readFile(join(installed, file.path))).equals(file.bytes)).toBe(true)
    const meta = ingestInstalledMeta(await readFile(join(installed, 'meta.json')), {
      key: installed,
      ident: 'tried_model-1.2.3',
    })
    expect(meta.files).toEqual(manifest.files)
  })

  test('have the same JSON: json.dumps of our meta gives its bytes', async () => {
    const path = join(folder.path, 'meta.json')
    const { metaBytes } = openSputnik(disk, join(folder.path, 'ours.sputnik'))
    await writeFile(path, metaBytes)
    const lines = [
      'import sys, json',
      'from sputnik import util',
      `path = ${JSON.stringify(path)}`,
      'print(util.json_dump(util.json_load(path)) == open(path, "rb").read())',
    ]
    expect((await tools.runPython(lines.join('\n'))).trim()).toBe('True')
  })
})
