import { createHash } from 'node:crypto'
import { existsSync, linkSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { createExportRig, exportedRef as ref } from '../../../testkit/export-rig.ts'
import { putPackage } from '../../../testkit/install-rig.ts'
import { createTempFolder } from '../../../testkit/temp-folder.ts'
import { openSputnik } from '../format/sputnik-file.ts'
import type { ExportRequest } from './upkeep-request.ts'

async function setUp(folder: string, source: ExportRequest['source'], options: { readonly old?: boolean } = {}) {
  const { disk, rig, store, run } = createExportRig(folder, { 'a.bin': Buffer.alloc(5000, 1) }, options)
  await rig.run(rig.createTask(await rig.request(ref)))
  const file = path.join(folder, 'model.sputnik')
  const installed = path.join(folder, 'library/model-1.0.0/a.bin')
  return { run: async () => (await run({ source, file })).outcome, file, store, installed, disk }
}

for (const source of [
  { kind: 'published', connectionId: 'store' },
  { kind: 'installed', libraryId: 'test' },
] as const) {
  test(`${source.kind}: killed after its file took its place, a transfer finds that it is done`, async () => {
    await using folder = await createTempFolder()
    const { run, file } = await setUp(folder.path, source)
    const first = await run()
    const { ino, mtimeMs } = statSync(file)
    expect(await run()).toEqual(first)
    expect(statSync(file)).toMatchObject({ ino, mtimeMs })
    // Killed before its other name was gone.
    const temporary = path.join(folder.path, '.orbital-new-one')
    linkSync(file, temporary)
    expect(await run()).toEqual(first)
    expect(statSync(file)).toMatchObject({ ino, mtimeMs })
    expect(existsSync(temporary)).toBe(false)
    // What stands there by now is not its own.
    writeFileSync(file, 'mine')
    await expect(run()).rejects.toMatchObject({ code: 'already-exists' })
    expect(readFileSync(file, 'utf8')).toBe('mine')
  })
}

test('what was written of an archive that is another one by now goes', async () => {
  await using folder = await createTempFolder()
  const { run, file, store, disk } = await setUp(folder.path, { kind: 'published', connectionId: 'store' })
  await run()
  const temporary = path.join(folder.path, '.orbital-new-one')
  // As if it had been killed in the middle, and the store had been given another one since.
  writeFileSync(temporary, readFileSync(file).subarray(0, 2000))
  disk.removeFile(file)
  putPackage(store, { ref, files: { 'a.bin': Buffer.alloc(6000, 2) } })
  const { md5 } = await run()
  const { archive } = openSputnik(disk, file)
  const bytes = readFileSync(file).subarray(archive.offset, archive.offset + archive.sizeBytes)
  expect(createHash('md5').update(bytes).digest('hex')).toBe(md5)
  expect(Buffer.compare(bytes, readFileSync(path.join(store, 'models/model-1.0.0/archive.gz')))).toBe(0)
  expect(disk.facts(temporary)).toBeUndefined()
})

for (const old of [false, true])
  test(`what was found right by a run that was killed, and is damaged since, is not packed (old tools’: ${old})`, async () => {
    await using folder = await createTempFolder()
    const { run, file, installed, disk } = await setUp(folder.path, { kind: 'installed', libraryId: 'test' }, { old })
    await run()
    disk.removeFile(file)
    const { atime, mtime } = statSync(installed)
    writeFileSync(installed, Buffer.alloc(5000, 9))
    // Nothing but its content tells.
    utimesSync(installed, atime, mtime)
    await expect(run()).rejects.toMatchObject({ code: 'file-damaged', details: { path: 'a.bin' } })
    expect(disk.facts(file)).toBeUndefined()
    expect(disk.facts(path.join(folder.path, '.orbital-new-one'))).toBeUndefined()
    writeFileSync(installed, Buffer.alloc(5000, 1))
    await run()
    expect(openSputnik(disk, file).archive.sizeBytes).toBeGreaterThan(0)
  })

test('where there is no folder nothing is written and none is made', async () => {
  await using folder = await createTempFolder()
  const { run, disk } = createExportRig(folder.path, { 'a.bin': Buffer.alloc(5000, 1) })
  for (const more of [{}, { path: 'a.bin' }]) {
    const source = { kind: 'published', connectionId: 'store', ...more } as const
    const parent = path.join(folder.path, 'nowhere', 'deep')
    await expect(run({ source, file: path.join(parent, 'a.bin') })).rejects.toMatchObject({
      code: 'path-not-found',
      details: { path: parent },
    })
    expect(disk.facts(path.dirname(parent))).toBeUndefined()
  }
})
