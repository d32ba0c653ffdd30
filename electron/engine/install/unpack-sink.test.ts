import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import zlib from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { gzipHeader, gzipTrailer, storedHeader } from '../format/gzip-member.ts'
import { counterIndex } from '../transfers/transfer-runner.ts'
import type { Piece } from './segment-pieces.ts'
import { createTally } from './tally.ts'
import { createUnpackSink } from './unpack-sink.ts'

const disk = createNodeDisk()
let folder: TempFolder
beforeEach(async () => {
  folder = await createTempFolder()
})
afterEach(() => folder.remove())

const stored = (bytes: Uint8Array) =>
  Buffer.concat([gzipHeader(), storedHeader(bytes.length, true), bytes, gzipTrailer(zlib.crc32(bytes), bytes.length)])

const withWrongCrc = (slice: Buffer) => {
  const wrong = Buffer.from(slice)
  wrong[slice.length - 8] = (slice[slice.length - 8] ?? 0) ^ 1
  return wrong
}

/** A segment of whole files, each with its slice of the archive. */
function segmentOf(files: readonly { readonly path: string; readonly bytes: Buffer; readonly slice: Buffer }[]) {
  let startOffset = 0
  const pieces = files.map(({ path, bytes, slice }, file): Piece => {
    const piece: Piece = {
      file,
      path,
      startOffset,
      endOffset: startOffset + slice.length,
      sizeBytes: bytes.length,
      fileOffset: 0,
      checksum: { algorithm: 'sha256', hex: createHash('sha256').update(bytes).digest('hex') },
      isWholeFile: true,
    }
    startOffset = piece.endOffset
    return piece
  })
  const counters = new SharedArrayBuffer(8 * (counterIndex.firstFile + 2 * files.length))
  const sink = createUnpackSink({
    disk,
    tree: folder.path,
    pieces,
    tally: createTally(counters),
    countsReceived: true,
    ref: 'a-1.0.0',
    makeFolderOf: (target) => void mkdirSync(dirname(target), { recursive: true }),
  })
  const archive = Buffer.concat(files.map(({ slice }) => slice))
  const push = async (pushBytes: number) => {
    for (let at = 0; at < archive.length; at += pushBytes) await sink.push(archive.subarray(at, at + pushBytes))
  }
  return { sink, push, counts: () => [...new BigInt64Array(counters)].map(Number) }
}

const small = randomBytes(4096)
const text = Buffer.from('all work and no play '.repeat(300))
const large = randomBytes(300_000)
const files = [
  { path: 'a/small.bin', bytes: small, slice: stored(small) },
  { path: 'a/b/text.txt', bytes: text, slice: zlib.gzipSync(text) },
  {
    path: 'two members',
    bytes: Buffer.concat([small, text]),
    slice: Buffer.concat([stored(small), zlib.gzipSync(text)]),
  },
  { path: 'large.bin', bytes: large, slice: zlib.gzipSync(large) },
  { path: 'empty', bytes: Buffer.alloc(0), slice: stored(Buffer.alloc(0)) },
]
const totalBytes = files.reduce((sum, { bytes }) => sum + bytes.length, 0)

describe('a segment of files', () => {
  test.each([1000, 4119, 65_536, 1_000_000])('is unpacked from chunks of %i bytes', async (pushBytes) => {
    const { sink, push, counts } = segmentOf(files)
    await push(pushBytes)
    sink.finish()
    for (const { path, bytes } of files) expect(readFileSync(join(folder.path, path))).toEqual(bytes)
    expect(counts()[counterIndex.received]).toBe(totalBytes)
    expect(counts()[counterIndex.settled]).toBe(totalBytes)
    expect(counts().slice(counterIndex.firstFile)).toEqual(files.flatMap(({ bytes }) => [bytes.length, bytes.length]))
  })

  test('is written over what an earlier try left', async () => {
    mkdirSync(join(folder.path, 'a/b'), { recursive: true })
    for (const { path } of files) writeFileSync(join(folder.path, path), randomBytes(10_000))
    const { sink, push } = segmentOf(files)
    await push(65_536)
    sink.finish()
    for (const { path, bytes } of files) expect(readFileSync(join(folder.path, path))).toEqual(bytes)
  })

  test.each([
    ['another content, rightly packed', small, stored(randomBytes(4096)), 'Its checksum is wrong.'],
    ['a wrong CRC of what was compressed', text, withWrongCrc(zlib.gzipSync(text)), 'Its check sum (CRC) is wrong.'],
    ['a byte too few', small, stored(small.subarray(1)), 'It unpacks to less than its description says.'],
    [
      'a byte too many',
      small,
      stored(Buffer.concat([small, Buffer.of(1)])),
      'It unpacks to more than its description says.',
    ],
  ])('with %s is refused, and counts for nothing once it is abandoned', async (_, bytes, slice, reason) => {
    const { sink, push, counts } = segmentOf([...files, { path: 'wrong', bytes, slice }])
    await expect(push(65_536)).rejects.toMatchObject({ code: 'archive-damaged', details: { path: 'wrong', reason } })
    expect(counts()[counterIndex.settled]).toBe(totalBytes)
    sink.abandon()
    expect(counts().every((count) => count === 0)).toBe(true)
  })

  test('that is cut off is not finished, and counts for nothing once it is abandoned', async () => {
    const { sink, counts } = segmentOf(files)
    await sink.push(stored(small))
    await sink.push(zlib.gzipSync(text).subarray(0, 20))
    expect(counts()[counterIndex.received]).toBeGreaterThan(4096)
    expect(() => sink.finish()).toThrowError(expect.objectContaining({ code: 'archive-damaged' }))
    sink.abandon()
    expect(counts().every((count) => count === 0)).toBe(true)
  })
})
