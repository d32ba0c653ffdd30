import { createHash, randomBytes } from 'node:crypto'
import { constants, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import type { Disk } from '../ports.ts'
import { counterIndex } from '../transfers/transfer-runner.ts'
import { copyPieces } from './copy-pieces.ts'
import type { Piece } from './segment-pieces.ts'
import { createTally } from './tally.ts'

let folder: TempFolder
beforeEach(async () => {
  folder = await createTempFolder()
})
afterEach(() => folder.remove())

const content = randomBytes(3_000_000)
const at = (...parts: string[]) => join(folder.path, ...parts)

/** A disk that shares no blocks, and one that does, as far as anybody can tell from outside. */
function createDisks() {
  const plain: Disk = { ...createNodeDisk(), clone: () => false }
  const clones: string[] = []
  const sharing: Disk = {
    ...plain,
    clone(from, to) {
      clones.push(to)
      copyFileSync(from, to, constants.COPYFILE_EXCL)
      return true
    },
  }
  return { plain, sharing, clones }
}

async function copy(disk: Disk, options: { readonly sizeBytes?: number; readonly isWholeFile?: boolean } = {}) {
  const { sizeBytes = content.length, isWholeFile = true } = options
  const checksum = {
    algorithm: 'sha256',
    hex: createHash('sha256').update(content.subarray(0, sizeBytes)).digest('hex'),
  } as const
  const piece: Piece = {
    file: 0,
    path: 'a/weights.bin',
    startOffset: 0,
    endOffset: 1,
    sizeBytes,
    fileOffset: 0,
    checksum,
    isWholeFile,
  }
  const counters = new SharedArrayBuffer(8 * (counterIndex.firstFile + 2))
  const done = copyPieces(
    {
      disk,
      tree: at('tree'),
      pieces: [piece],
      sourceOf: () => ({ path: at('source'), offset: 0 }),
      tally: createTally(counters),
      ref: 'a-1.0.0',
      makeFolderOf: (target) => void mkdirSync(dirname(target), { recursive: true }),
    },
    { signal: new AbortController().signal },
  )
  return { done, settledBytes: () => Number(new BigInt64Array(counters)[counterIndex.settled]) }
}

describe.each(['plain', 'sharing'] as const)('a file of this machine, on a %s disk', (kind) => {
  test('is copied, over what was left there', async () => {
    writeFileSync(at('source'), content)
    mkdirSync(at('tree', 'a'), { recursive: true })
    writeFileSync(at('tree', 'a', 'weights.bin'), 'left over')
    const disks = createDisks()
    const { done, settledBytes } = await copy(disks[kind])
    await done
    expect(readFileSync(at('tree', 'a', 'weights.bin')).equals(content)).toBe(true)
    expect(settledBytes()).toBe(content.length)
    expect(disks.clones).toHaveLength(kind === 'sharing' ? 1 : 0)
  })

  test.each([
    ['altered', () => Buffer.from(content.map((byte, index) => (index === 2_000_000 ? byte ^ 1 : byte)))],
    ['cut', () => content.subarray(0, 2_999_999)],
  ])('that was %s is refused', async (_, harm) => {
    writeFileSync(at('source'), harm())
    const { done, settledBytes } = await copy(createDisks()[kind])
    await expect(done).rejects.toMatchObject({ code: 'archive-damaged' })
    expect(settledBytes()).toBe(0)
  })
})

test.each([
  ['a small file', { sizeBytes: 1000 }, 1000],
  ['a part of a file', { isWholeFile: false }, content.length],
  ['a file that grew', {}, content.length + 1],
])('%s is not cloned', async (_, options, sourceBytes) => {
  writeFileSync(at('source'), Buffer.concat([content, Buffer.of(1)]).subarray(0, sourceBytes))
  const { sharing, clones } = createDisks()
  const { done } = await copy(sharing, options)
  await done
  expect(clones).toEqual([])
  expect(existsSync(at('tree', 'a', 'weights.bin'))).toBe(true)
})
