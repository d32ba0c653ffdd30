import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildPackage, readTree } from '../../testkit/install-rig.ts'
import { createTempFolder, type TempFolder } from '../../testkit/temp-folder.ts'
import { startTestEngine, type TestEngine } from '../../testkit/test-engine.ts'
import { createNodeDisk } from './disk/node-disk.ts'
import { sha256Of } from './install/install-source.ts'
import { createJournal } from './transfers/journal.ts'

const ref = { name: 'model', version: '1.0.0' }
let folder: TempFolder
let root: string
let own: string
let engine: TestEngine | undefined
beforeEach(async () => {
  folder = await createTempFolder()
  root = path.join(folder.path, 'library')
  own = path.join(root, '.orbital')
})
afterEach(async () => {
  await engine?.stop()
  await folder.remove()
})
const open = async () => {
  engine = await startTestEngine(path.join(folder.path, 'home'), { libraryPath: root })
  return engine.api
}
/** As of a computer that moves the library now, or of nobody at all. */
const putMoveLease = () => {
  mkdirSync(path.join(own, 'leases'), { recursive: true })
  const by = { host: 'elsewhere', pid: 1, startedAt: '', bootId: '' }
  writeFileSync(path.join(own, 'leases', 'move.json'), `${JSON.stringify({ format: 1, by, nonce: 'theirs' })}\n`)
}

test('a library that is being moved when it is first looked at is put in order once it is not', async () => {
  const { metaBytes } = buildPackage(path.join(folder.path, 'scratch'), { ref, files: { 'a.txt': Buffer.from('a') } })
  const staged = path.join(own, 'staging', 'a', 'tree')
  mkdirSync(staged, { recursive: true })
  writeFileSync(path.join(staged, 'meta.json'), metaBytes)
  writeFileSync(path.join(staged, 'a.txt'), 'a')
  mkdirSync(path.join(own, 'commits'))
  const facts = { format: 1, metaSha256: sha256Of(metaBytes), metaModifiedMs: 0, transaction: 'a', kept: false }
  writeFileSync(
    path.join(own, 'commits', 'a.json'),
    JSON.stringify({ format: 1, transaction: 'a', ref, facts, toTrash: [] }),
  )
  putMoveLease()
  const api = await open()
  expect(await api.installed.list({})).toEqual([])
  rmSync(path.join(own, 'leases', 'move.json'))
  expect(await api.installed.list({})).toMatchObject([{ ref }])
})

test('a library whose own folders are links is not opened, whoever is said to move it', async () => {
  const outside = path.join(folder.path, 'outside')
  mkdirSync(outside)
  writeFileSync(path.join(outside, 'work.txt'), 'mine')
  putMoveLease()
  symlinkSync(outside, path.join(own, 'staging'))
  const api = await open()
  await expect(api.installed.list({})).rejects.toMatchObject({ code: 'path-not-allowed' })
  expect(readTree(outside)).toEqual({ 'work.txt': Buffer.from('mine') })
})

test('a transfer of a stranger’s library that lies behind a link is none', async () => {
  const outside = path.join(folder.path, 'outside')
  createJournal(createNodeDisk(), outside, { kind: 'transfer', format: 1, id: 'a', createdAtMs: 0, start: {} })
  mkdirSync(path.join(own, 'journal'), { recursive: true })
  symlinkSync(outside, path.join(own, 'journal', 'a'))
  const api = await open()
  expect(await api.transfers.list({})).toEqual([])
  expect(engine?.logged.filter((line) => line.includes('transfer.'))).toEqual([])
})
