import { randomBytes } from 'node:crypto'
import zlib from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeMembers } from './archive-reader.ts'
import { decodeAtOnce } from './decode-at-once.ts'
import { gzipHeader, gzipTrailer, storedHeader } from './gzip-member.ts'

const stored = (bytes: Uint8Array) =>
  Buffer.concat([gzipHeader(), storedHeader(bytes.length, true), bytes, gzipTrailer(zlib.crc32(bytes), bytes.length)])
const random = randomBytes(4096)
const text = Buffer.from('all work and no play '.repeat(300))

/** What the decoder makes of it; undefined when it refuses. */
async function decode(slice: Uint8Array, expectedBytes: number): Promise<Buffer | undefined> {
  const pieces: Buffer[] = []
  const onData = (bytes: Uint8Array) => void pieces.push(Buffer.from(bytes))
  try {
    await decodeMembers(slice, { expectedBytes, onData })
    return Buffer.concat(pieces)
  } catch {
    return undefined
  }
}

describe('a small member', () => {
  test.each([
    ['stored', stored(random), random],
    ['compressed', zlib.gzipSync(text), text],
    ['with Huffman codes only', zlib.gzipSync(text, { strategy: zlib.constants.Z_HUFFMAN_ONLY }), text],
    ['empty', zlib.gzipSync(Buffer.alloc(0)), Buffer.alloc(0)],
    ['empty and stored', stored(Buffer.alloc(0)), Buffer.alloc(0)],
  ])('%s is unpacked', (_, slice, bytes) => {
    expect(Buffer.from(decodeAtOnce(slice, bytes.length) ?? 'nothing')).toEqual(bytes)
  })

  test.each([
    ['two members', Buffer.concat([stored(random), stored(random)]), 8192],
    ['a byte behind it', Buffer.concat([stored(random), Buffer.of(0)]), 4096],
    ['a size that is not the expected one', stored(random), 4095],
    ['a size that is not the expected one, compressed', zlib.gzipSync(text), text.length - 1],
    ['more than it may hold', zlib.gzipSync(Buffer.alloc(5 * 1024 * 1024)), 5 * 1024 * 1024],
    [
      'a trailer that tells another size',
      Buffer.concat([stored(random).subarray(0, -8), gzipTrailer(zlib.crc32(random), 4095)]),
      4095,
    ],
    [
      'a stored block that ends before the member does',
      Buffer.concat([gzipHeader(), storedHeader(4000, true), random, gzipTrailer(zlib.crc32(random), 4096)]),
      4096,
    ],
    [
      'bytes between its body and its trailer',
      Buffer.concat([zlib.gzipSync(text).subarray(0, -8), Buffer.alloc(3), zlib.gzipSync(text).subarray(-8)]),
      text.length,
    ],
    ['no gzip', random, 4096],
    ['nothing', Buffer.alloc(0), 0],
  ])('with %s is left to the decoder', (_, slice, expectedBytes) => {
    expect(decodeAtOnce(slice, expectedBytes)).toBeUndefined()
  })

  test('that is altered or cut anywhere is never taken for what it was, nor for what the decoder refuses', async () => {
    const members = [stored(random.subarray(0, 60)), zlib.gzipSync(text.subarray(0, 300))]
    const sizes = [60, 300]
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        async (which, at, by, cut) => {
          const member = Buffer.from(members[which] ?? [])
          const place = at % member.length
          const slice = cut ? member.subarray(0, place) : member
          if (!cut) member.writeUInt8((member.readUInt8(place) ^ by) & 0xff, place)
          const expectedBytes = sizes[which] ?? 0
          const found = decodeAtOnce(slice, expectedBytes)
          if (found !== undefined) expect(Buffer.from(found)).toEqual(await decode(slice, expectedBytes))
        },
      ),
      { numRuns: 2000 },
    )
  })
})
