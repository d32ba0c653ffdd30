import { mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { UpkeepReport } from '../../../shared/model/transfer.ts'
import { createInstallRig, putPackage } from '../../../testkit/install-rig.ts'
import { createTempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { createSystemClock } from '../system-clock.ts'
import { checkVersion } from './check-version.ts'
import { createVerifyRunner } from './verify-runner.ts'

const ref = { name: 'model', version: '1.0.0' }
const files = { 'a.bin': Buffer.alloc(100, 1), 'b.bin': Buffer.alloc(200, 2), 'c.bin': Buffer.alloc(300, 3) }

let nowMs = Date.now()
const deps = { disk: createNodeDisk(), clock: { ...createSystemClock(), now: () => nowMs }, groupBytes: 1 }

/** An installed version, and what is read of it, check by check. */
async function setUp(folder: string) {
  const store = path.join(folder, 'store')
  mkdirSync(store)
  putPackage(store, { ref, files })
  const libraryPath = path.join(folder, 'library')
  const rig = createInstallRig({ libraryPath, spec: { kind: 'folder', path: store, root: '' } })
  await rig.run(rig.createTask(await rig.request(ref)))
  const read: string[][] = []
  const library = {
    ...rig.library,
    verifyAgainst(...[manifest, io]: Parameters<typeof rig.library.verifyAgainst>) {
      read.push(manifest.files.map((file) => file.path))
      return rig.library.verifyAgainst(manifest, io)
    },
  }
  return { rig, library, read, placeOf: (file: string) => path.join(libraryPath, 'model-1.0.0', file) }
}

test('a check that was stopped goes on with the files that it had not read', async () => {
  await using folder = await createTempFolder()
  const { rig, library, read, placeOf } = await setUp(folder.path)
  writeFileSync(placeOf('a.bin'), Buffer.alloc(100, 9))
  rmSync(placeOf('c.bin'))
  writeFileSync(placeOf('extra.txt'), 'extra')
  const first = rig.createTask(await rig.request(ref))
  const stopped = {
    ...first,
    journal: {
      ...first.journal,
      append(record: Parameters<typeof first.journal.append>[0]) {
        first.journal.append(record)
        if (record.group === 1) throw new Error('stopped')
      },
    },
  }
  await expect(checkVersion(stopped, library, ref, deps)).rejects.toThrow('stopped')
  expect(read.splice(0)).toEqual([['a.bin'], ['b.bin']])

  const second = rig.openTask(first.id)
  second.setTotal(600)
  expect(await checkVersion(second, library, ref, deps)).toEqual({
    verifiedFiles: 1,
    damaged: ['a.bin'],
    missing: ['c.bin'],
    extra: ['extra.txt'],
    readAtMs: nowMs,
    earlierFiles: 2,
  })
  expect(read.splice(0)).toEqual([['c.bin']])
  expect(second.meter.read()).toMatchObject({ settledBytes: 600, receivedBytes: 600 })

  // All is read: only what lies beside the files is looked up again.
  rmSync(placeOf('extra.txt'))
  expect((await checkVersion(rig.openTask(first.id), library, ref, deps)).extra).toEqual([])
  expect(read.splice(0)).toEqual([[]])
})

test('the folder is listed once, however many groups there are', async () => {
  await using folder = await createTempFolder()
  const { rig, library, placeOf } = await setUp(folder.path)
  writeFileSync(placeOf('extra.txt'), 'extra')
  const found: (readonly string[])[] = []
  const listing = {
    ...library,
    async verifyAgainst(...args: Parameters<typeof library.verifyAgainst>) {
      const report = await library.verifyAgainst(...args)
      found.push(report.extra.filter((each) => each === 'extra.txt'))
      return report
    },
  }
  const task = rig.createTask(await rig.request(ref))
  task.setTotal(600)
  expect(await checkVersion(task, listing, ref, deps)).toMatchObject({ extra: ['extra.txt'], verifiedFiles: 3 })
  expect(found).toEqual([['extra.txt'], [], []])
})

test('a verify tells in its report and its outcome of files that were read before it was interrupted', async () => {
  await using folder = await createTempFolder()
  const { rig, library } = await setUp(folder.path)
  const reports: UpkeepReport[] = []
  const runner = createVerifyRunner({
    ...deps,
    library: () => library,
    reports: { write: (_, report) => void reports.push(report), read: () => reports[0] as UpkeepReport },
  })
  const request = { ...(await rig.request(ref)), libraryId: 'test' }
  const first = rig.createTask(request)
  const asked = { libraryId: 'test', ref }
  expect(await runner.run({ ...first, request: asked })).toEqual({ badFiles: 0, extraFiles: 0 })
  const outcome = await runner.run({ ...rig.openTask(first.id), request: asked })
  expect(outcome).toEqual({ badFiles: 0, extraFiles: 0, earlierFiles: 3 })
  expect(reports.map(({ earlierFiles }) => earlierFiles)).toEqual([undefined, 3])
})

test('what was found of another tree in the same place is not taken over', async () => {
  await using folder = await createTempFolder()
  const { rig, library, read, placeOf } = await setUp(folder.path)
  writeFileSync(placeOf('a.bin'), Buffer.alloc(100, 9))
  const first = rig.createTask(await rig.request(ref))
  expect((await checkVersion(first, library, ref, deps)).damaged).toEqual(['a.bin'])
  // Installed anew by somebody else: its meta.json is of another time.
  writeFileSync(placeOf('a.bin'), files['a.bin'])
  utimesSync(placeOf('meta.json'), 1_000_000, 1_000_000)
  read.splice(0)
  expect((await checkVersion(rig.openTask(first.id), library, ref, deps)).damaged).toEqual([])
  expect(read).toEqual([['a.bin'], ['b.bin'], ['c.bin']])
})

test('what an earlier run read is read again when it looks otherwise, or after a day', async () => {
  await using folder = await createTempFolder()
  const { rig, library, read, placeOf } = await setUp(folder.path)
  const first = rig.createTask(await rig.request(ref))
  const check = () => checkVersion(rig.openTask(first.id), library, ref, deps)
  await checkVersion(first, library, ref, deps)
  const startedMs = nowMs
  nowMs += 3600 * 1000
  const { mtimeMs } = statSync(placeOf('a.bin'))
  writeFileSync(placeOf('a.bin'), Buffer.alloc(100, 9))
  utimesSync(placeOf('a.bin'), new Date(), new Date(mtimeMs + 10))
  read.splice(0)
  expect(await check()).toMatchObject({
    verifiedFiles: 2,
    damaged: ['a.bin'],
    readAtMs: startedMs,
    earlierFiles: 2,
  })
  expect(read.splice(0)).toEqual([['a.bin']])

  nowMs = startedMs + 24 * 3600 * 1000
  expect(await check()).toMatchObject({ damaged: ['a.bin'], earlierFiles: 1 })
  expect(read.splice(0)).toEqual([['b.bin'], ['c.bin']])
})
