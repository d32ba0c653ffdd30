import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { ManifestFile } from '../../../shared/model/package.ts'
import { startInProcess } from '../../../testkit/in-process-worker.ts'
import { openTestConnection, requestFor, startPublish } from '../../../testkit/publish-rig.ts'
import { createTempFolder } from '../../../testkit/temp-folder.ts'
import { writeSafetensors } from '../../../testkit/weights-files.ts'
import { readVersion } from '../catalog/read-version.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import type { ObjectStore } from '../ports.ts'
import { previewInstalled, previewPublished } from './preview.ts'

const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const tensors = Object.fromEntries(
  Array.from({ length: 8000 }, (_, index) => [`layer.${index}.weight`, { dtype: 'F16', shape: [16, 16] }]),
)
const files: Readonly<Record<string, Uint8Array>> = {
  'weights.safetensors': writeSafetensors(tensors),
  'short.safetensors': writeSafetensors({ a: { dtype: 'F32', shape: [4] } }),
  'broken.safetensors': Buffer.from('{"not": "weights"}'),
  'truncated.safetensors': writeSafetensors(tensors).subarray(0, 100_000),
  'chart.png': pixel,
  'no-picture.png': Buffer.from('<html>Moved</html>'),
  'notes.txt': Buffer.from('x'.repeat(5000)),
  'empty.txt': Buffer.of(),
  'model.bin': Buffer.of(0, 1, 2),
  'scaler.pkl': Buffer.from('cposix\nsystem\n(S"echo hi"\ntR.'),
}

const shown = {
  'weights.safetensors': { kind: 'model', header: { tensorCount: 8000, parameters: 8000 * 256, types: ['F16'] } },
  'short.safetensors': { kind: 'model', header: { tensorCount: 1 } },
  'broken.safetensors': { kind: 'text', text: '{"not": "weights"}', truncated: false },
  'truncated.safetensors': { kind: 'binary' },
  'chart.png': { kind: 'picture', type: 'image/png', base64: pixel.toString('base64') },
  'no-picture.png': { kind: 'text', text: '<html>Moved</html>', truncated: false },
  'notes.txt': { kind: 'text', text: 'x'.repeat(1000), truncated: true },
  'empty.txt': { kind: 'text', text: '', truncated: false },
  'model.bin': { kind: 'binary' },
  'scaler.pkl': { kind: 'pickle', imports: ['posix.system'], isWhole: true },
} as const

test('what a file shows is the same from the store and from the disk, and only its beginning is read', async () => {
  await using folder = await createTempFolder()
  const source = path.join(folder.path, 'source')
  mkdirSync(source)
  for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(source, name), bytes)
  const connection = openTestConnection({ kind: 'folder', path: path.join(folder.path, 'store'), root: '' })
  mkdirSync(path.join(folder.path, 'store'))
  const ref = { name: 'model', version: '1.0.0' }
  const journalFolder = path.join(folder.path, 'journal')
  const request = requestFor(source, { ...ref, description: '' } as never, 'Ana')
  await startPublish({ journalFolder, request, connection, deps: { startWorker: startInProcess } }).outcome

  const io = { signal: new AbortController().signal }
  const version = await readVersion(connection.store, 'Test models', ref, io)
  let readBytes = 0
  const counting: ObjectStore = {
    ...connection.store,
    async open(key, options) {
      const answer = await connection.store.open(key, options)
      async function* counted() {
        for await (const chunk of answer.body) {
          readBytes += chunk.length
          yield chunk
        }
      }
      return { ...answer, body: counted() }
    },
  }
  for (const [name, content] of Object.entries(shown)) {
    readBytes = 0
    const published = await previewPublished(counting, version, name, { ...io, maxBytes: 1000 })
    expect(published, name).toMatchObject({ path: name, sizeBytes: files[name]?.length, content })
    const file = version.manifest.files.find((each) => each.path === name) as ManifestFile
    expect(previewInstalled(createNodeDisk(), source, file, 1000), name).toEqual(published)
    if (name === 'weights.safetensors') expect(readBytes).toBeLessThan((files[name]?.length ?? 0) / 2)
  }
})

test('a preview of an installed file shows nothing from behind a link', async () => {
  await using folder = await createTempFolder()
  const version = path.join(folder.path, 'model-1.0.0')
  mkdirSync(path.join(version, 'docs'), { recursive: true })
  writeFileSync(path.join(folder.path, 'a.txt'), 'private')
  writeFileSync(path.join(version, 'docs', 'a.txt'), 'public!')
  const file = { path: 'docs/a.txt', sizeBytes: 7 } as ManifestFile
  const preview = () => previewInstalled(createNodeDisk(), version, file, 100)
  expect(preview().content).toEqual({ kind: 'text', text: 'public!', truncated: false })

  rmSync(path.join(version, 'docs', 'a.txt'))
  symlinkSync(path.join(folder.path, 'a.txt'), path.join(version, 'docs', 'a.txt'))
  expect(preview).toThrow(expect.objectContaining({ code: 'path-not-allowed' }))

  rmSync(path.join(version, 'docs'), { recursive: true })
  symlinkSync(folder.path, path.join(version, 'docs'))
  expect(preview).toThrow(expect.objectContaining({ code: 'path-not-allowed' }))
})
