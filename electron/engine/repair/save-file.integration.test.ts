import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createExportRig } from '../../../testkit/export-rig.ts'
import { createBytes } from '../../../testkit/package-builder.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import type { ExportRequest } from './upkeep-request.ts'

const MiB = 1024 * 1024
/** Split in blocks. */
const weights = createBytes(21 * MiB + 17, 5)
const words = Buffer.from('one\ntwo\n')

let folder: TempFolder
let rig: ReturnType<typeof createExportRig>
let archive: string
let saved: string
beforeEach(async () => {
  folder = await createTempFolder()
  saved = path.join(folder.path, 'saved')
  mkdirSync(saved)
  rig = createExportRig(folder.path, { 'data/weights.bin': weights, 'data/words.txt': words })
  archive = path.join(rig.store, 'models/model-1.0.0/archive.gz')
})
afterEach(() => folder.remove())

const save = (wanted: string, more: Partial<ExportRequest> = {}) => {
  const source = { kind: 'published', connectionId: 'store', path: wanted } as const
  return rig.run({ source, file: path.join(saved, path.basename(wanted)), ...more })
}
const damageArchive = (offset: number, length: number) => {
  const bytes = readFileSync(archive)
  bytes.fill(0xff, offset, offset + length)
  writeFileSync(archive, bytes)
}

test.each([
  ['split', 'data/weights.bin', weights],
  ['small', 'data/words.txt', words],
])('a %s file of a published version is saved as it is, and nothing beside it', async (_, wanted, bytes) => {
  const { outcome } = await save(wanted)
  expect(outcome).toEqual({ path: path.join(saved, path.basename(wanted)), sizeBytes: bytes.length })
  expect(readFileSync(path.join(saved, path.basename(wanted))).equals(bytes)).toBe(true)
  expect(readdirSync(saved)).toEqual([path.basename(wanted)])
})

test('what is broken in the store is not saved, and nothing is left', async () => {
  damageArchive(9 * MiB, 1000)
  await expect(save('data/weights.bin')).rejects.toMatchObject({ code: 'archive-damaged' })
  expect(readdirSync(saved)).toEqual([])
})

test('a file that is there is written over only if that was said', async () => {
  writeFileSync(path.join(saved, 'words.txt'), 'mine')
  await expect(save('data/words.txt')).rejects.toMatchObject({ code: 'already-exists' })
  expect(readFileSync(path.join(saved, 'words.txt'), 'utf8')).toBe('mine')
  await save('data/words.txt', { overwrite: true })
  expect(readFileSync(path.join(saved, 'words.txt')).equals(words)).toBe(true)
})

test('a file that no such version has is named', async () => {
  await expect(save('data/none.bin')).rejects.toMatchObject({
    code: 'file-not-found',
    details: { path: 'data/none.bin' },
  })
})

test('killed in the middle it goes on with the blocks that are right; killed after the end it is done', async () => {
  const whole = await save('data/weights.bin')
  const file = path.join(saved, 'weights.bin')
  const { ino } = statSync(file)
  expect((await save('data/weights.bin')).outcome).toEqual(whole.outcome)
  expect(statSync(file).ino).toBe(ino)
  // As a kill leaves it: the first 10 MiB were written.
  rmSync(file)
  const staged = path.join(saved, '.orbital-new-one/staging/0')
  mkdirSync(path.dirname(staged), { recursive: true })
  const partly = Buffer.alloc(weights.length)
  weights.copy(partly, 0, 0, 10 * MiB)
  writeFileSync(staged, partly)
  const rest = await save('data/weights.bin')
  expect(readFileSync(file).equals(weights)).toBe(true)
  expect(rest.wireBytes).toBeGreaterThan(0)
  expect(rest.wireBytes).toBeLessThanOrEqual(whole.wireBytes - 8 * MiB)
  expect(existsSync(path.join(saved, '.orbital-new-one'))).toBe(false)
})
