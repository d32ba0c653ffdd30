import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import type { Disk } from '../ports.ts'
import { createStagedSyncs } from './staged-syncs.ts'

let folder: TempFolder
beforeEach(async () => {
  folder = await createTempFolder()
  for (const name of ['a', 'b']) writeFileSync(path.join(folder.path, name), name)
})
afterEach(() => folder.remove())

/** A real disk whose syncs are noted, and end when `before` does. */
function watched(before: (file: string) => Promise<void>) {
  const disk = createNodeDisk()
  const begun: string[] = []
  const open: Disk['open'] = (target, mode) => {
    const file = disk.open(target, mode)
    const name = path.basename(target)
    return {
      ...file,
      async syncLater() {
        begun.push(name)
        await before(name)
        await file.syncLater()
      },
    }
  }
  return { disk: { ...disk, open }, begun }
}

test('one file at a time is synced, the one of which most is missing first, and again what was written meanwhile', async () => {
  let release: () => void = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const { disk, begun } = watched(() => held)
  const syncs = createStagedSyncs(disk, folder.path)
  syncs.wrote('a', 10)
  syncs.wrote('a', 10)
  syncs.wrote('b', 15)
  syncs.wrote('a', 10)
  expect(begun).toEqual(['a'])
  release()
  await syncs.settled()
  expect(begun).toEqual(['a', 'a', 'b'])
})

test('a sync that fails is told in the end', async () => {
  const { disk, begun } = watched(async (name) => {
    if (name === 'a') throw new AppError('disk-full', { path: name, neededBytes: 1, freeBytes: 0 })
  })
  const syncs = createStagedSyncs(disk, folder.path)
  syncs.wrote('a', 10)
  await expect(syncs.settled()).rejects.toMatchObject({ code: 'disk-full' })
  // Nothing more is tried: the install ends.
  syncs.wrote('b', 10)
  expect(begun).toEqual(['a'])
  await expect(syncs.settled()).rejects.toMatchObject({ code: 'disk-full' })
})
