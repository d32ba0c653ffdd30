import { mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { changedFiles } from './changed-files.ts'

const verifiedAt = '2026-01-02T03:04:05.000Z'
const verifiedSeconds = Date.parse(verifiedAt) / 1000
const names = ['a.bin', 'deep/b.bin', 'c.bin']
let folder: TempFolder
const at = (name: string) => path.join(folder.path, name)
const touch = (name: string, seconds: number) => utimesSync(at(name), seconds, seconds)
const look = (verified: string | undefined) =>
  changedFiles(
    createNodeDisk(),
    { folder: folder.path, files: names.map((each) => ({ path: each, sizeBytes: 3 })), verifiedAt: verified },
    { signal: new AbortController().signal },
  )

beforeEach(async () => {
  folder = await createTempFolder()
  mkdirSync(at('deep'))
  for (const name of [...names, 'meta.json']) {
    writeFileSync(at(name), 'abc')
    touch(name, verifiedSeconds - 60)
  }
})
afterEach(() => folder.remove())

test('a version as it was verified has none', async () => {
  expect(await look(verifiedAt)).toEqual([])
})

test('what is gone, of another size, a link or written since it was verified is named', async () => {
  rmSync(at('a.bin'))
  writeFileSync(at('deep/b.bin'), 'longer')
  rmSync(at('c.bin'))
  symlinkSync('a.bin', at('c.bin'))
  expect(await look(verifiedAt)).toEqual(names)
  for (const name of names) {
    rmSync(at(name), { force: true })
    writeFileSync(at(name), 'abc')
    touch(name, verifiedSeconds - 60)
  }
  touch('c.bin', verifiedSeconds + 60)
  expect(await look(verifiedAt)).toEqual(['c.bin'])
})

test('when an unverified one was written says nothing, nor does a disk whose clock is ahead', async () => {
  touch('c.bin', verifiedSeconds + 60)
  expect(await look(undefined)).toEqual([])
  for (const name of [...names, 'meta.json']) touch(name, verifiedSeconds + 3600)
  expect(await look(verifiedAt)).toEqual([])
})
