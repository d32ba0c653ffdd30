import { createHash, randomBytes } from 'node:crypto'
import { mkdir, rename, symlink, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import zlib from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Manifest, ManifestFile } from '../../../shared/model/package.ts'
import { createBytes } from '../../../testkit/package-builder.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import type { Disk } from '../ports.ts'
import { createMemberDecoder, decodeMembers, planSegments } from './archive-reader.ts'
import { type PackedArchive, writeArchive } from './archive-writer.ts'
import { gzipHeader, gzipTrailer, storedHeader } from './gzip-member.ts'
import type { SourceFile } from './source-file.ts'

const disk = createNodeDisk()
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const MiB = 1024 * 1024

let folder: TempFolder
beforeEach(async () => {
  folder = await createTempFolder()
})
afterEach(() => folder.remove())

async function putFile(path: string, bytes: Uint8Array): Promise<SourceFile> {
  const absolutePath = join(folder.path, path)
  await mkdir(dirname(absolutePath), { recursive: true })
  await writeFile(absolutePath, bytes)
  return sourceOf(path, absolutePath)
}
function sourceOf(path: string, absolutePath: string): SourceFile {
  const facts = disk.facts(absolutePath)
  if (facts === undefined) throw new Error(`${absolutePath} is not there`)
  return { path, absolutePath, sizeBytes: facts.sizeBytes, modifiedMs: facts.modifiedMs, inode: facts.inode }
}
function pack(files: readonly SourceFile[]): PackedArchive & { readonly archive: Buffer } {
  const pieces: Buffer[] = []
  const packed = writeArchive({ files, disk, emit: (bytes) => void pieces.push(Buffer.from(bytes)) })
  return { ...packed, archive: Buffer.concat(pieces) }
}
async function unpack(archive: Uint8Array, file: ManifestFile, pushBytes: number, hint = false): Promise<Buffer> {
  const slice = archive.subarray(file.startOffset, file.endOffset)
  const pieces: Buffer[] = []
  const onData = (bytes: Uint8Array) => void pieces.push(Buffer.from(bytes))
  const decoder = createMemberDecoder({
    expectedBytes: file.sizeBytes,
    onData,
    ...(hint ? { sliceBytes: slice.length } : {}),
  })
  for (let at = 0; at < slice.length; at += pushBytes) await decoder.push(slice.subarray(at, at + pushBytes))
  decoder.end()
  return Buffer.concat(pieces)
}
const decode = (slice: Uint8Array, expectedBytes: number) => {
  const pieces: Buffer[] = []
  const onData = (bytes: Uint8Array) => void pieces.push(Buffer.from(bytes))
  return decodeMembers(slice, { expectedBytes, onData, ref: 'a-1.0.0', path: 'x' }).then(() => Buffer.concat(pieces))
}

describe('an archive', () => {
  test('gives every file back, whichever way it was packed, pushed in pieces of any length', async () => {
    const contents = {
      'empty.bin': Buffer.alloc(0),
      'random.bin': randomBytes(700_001),
      'text.txt': Buffer.from('all work and no play '.repeat(4000)),
      // Halves of random and equal bytes: Huffman codes gain a little.
      'floats.bin': Buffer.from(randomBytes(400_000).map((byte, at) => (at % 4 === 3 ? 63 : byte))),
      'one.bin': Buffer.of(7),
      'exact.bin': randomBytes(65_535),
    }
    const sources: SourceFile[] = []
    for (const [path, bytes] of Object.entries(contents)) sources.push(await putFile(path, bytes))
    const { files, archive, md5, sizeBytes } = pack(sources)
    expect(archive.length).toBe(sizeBytes)
    expect(createHash('md5').update(archive).digest('hex')).toBe(md5)
    for (const file of files) {
      const content = contents[file.path as keyof typeof contents]
      expect(file.checksum).toEqual({ algorithm: 'sha256', hex: sha256(content) })
      expect(zlib.gunzipSync(archive.subarray(file.startOffset, file.endOffset)).equals(content)).toBe(true)
      for (const pushBytes of file.sizeBytes > 100_000
        ? [4096, 65_536, archive.length]
        : [1, 7, 4096, archive.length]) {
        expect((await unpack(archive, file, pushBytes)).equals(content)).toBe(true)
        expect((await unpack(archive, file, pushBytes, true)).equals(content)).toBe(true)
      }
    }
  })

  test('shrinks what shrinks, and stores the rest with less than a thousandth more', async () => {
    const { files } = pack([
      await putFile('text.txt', Buffer.from('all work and no play '.repeat(40_000))),
      await putFile('random.bin', randomBytes(900_000)),
    ])
    const lengths = files.map((file) => file.endOffset - file.startOffset)
    expect(lengths[0]).toBeLessThan(10_000)
    expect(lengths[1]).toBeLessThan(900_900)
  })

  test('splits files over 16 MiB into blocks of 8 MiB, each with its own hash', async () => {
    const bytes = createBytes(16 * MiB + 5, 3)
    const { files, archive } = pack([
      await putFile('small.bin', createBytes(16 * MiB, 4)),
      await putFile('big.bin', bytes),
    ])
    expect(files[0]?.blocks).toBeUndefined()
    const big = files[1]
    expect(big?.blocks?.map(({ sizeBytes }) => sizeBytes)).toEqual([8 * MiB, 8 * MiB, 5])
    let start = big?.startOffset ?? 0
    let at = 0
    for (const block of big?.blocks ?? []) {
      const content = await decode(archive.subarray(start, block.endOffset), block.sizeBytes)
      expect(sha256(content)).toBe(block.sha256)
      expect(content.equals(bytes.subarray(at, at + block.sizeBytes))).toBe(true)
      start = block.endOffset
      at += block.sizeBytes
    }
    expect(start).toBe(big?.endOffset)
    expect(sha256(await unpack(archive, big as ManifestFile, 1_000_000))).toBe(sha256(bytes))
  })

  test('gives the header of weights a block of its own, so that another header leaves all others as they are', async () => {
    const tensors = createBytes(17 * MiB, 3)
    const blocksWith = async (json: string) => {
      const length = Buffer.alloc(8)
      length.writeBigUInt64LE(BigInt(json.length))
      const bytes = Buffer.concat([length, Buffer.from(json), tensors])
      const source = await putFile('big.safetensors', bytes)
      const { files, archive } = pack([source])
      const [file] = files
      if (file?.blocks === undefined) throw new Error('not split')
      expect(sha256(await unpack(archive, file, 1_000_000))).toBe(sha256(bytes))
      expect(zlib.gunzipSync(archive).equals(bytes)).toBe(true)
      return file.blocks.map(({ sizeBytes, sha256: hex }) => [sizeBytes, hex] as const)
    }
    const first = await blocksWith('{"a":{"dtype":"F32"}}')
    const second = await blocksWith('{"a":{"dtype":"F32"},"__metadata__":{"step":"12000"}}')
    expect(first.map(([sizeBytes]) => sizeBytes)).toEqual([29, 8 * MiB, 8 * MiB, 1 * MiB])
    expect(second[0]).not.toEqual(first[0])
    expect(second.slice(1)).toEqual(first.slice(1))
  })

  test('is the same bytes each time', async () => {
    const sources = [
      await putFile('a', createBytes(300_000, 1, 'compressible')),
      await putFile('b', createBytes(300_000, 2)),
    ]
    expect(pack(sources).md5).toBe(pack(sources).md5)
  })

  test('is refused when a file is not what was planned', async () => {
    const source = await putFile('a.bin', randomBytes(1000))
    await utimes(source.absolutePath, 1, 1)
    expect(() => pack([source])).toThrow(expect.objectContaining({ code: 'file-changed', details: { path: 'a.bin' } }))
  })

  test('opens nothing that is no longer the file that was planned', async () => {
    const source = await putFile('a.bin', randomBytes(1000))
    await rename(source.absolutePath, join(folder.path, 'moved'))
    await symlink(join(folder.path, 'moved'), source.absolutePath)
    const opened: string[] = []
    const watched: Disk = {
      ...disk,
      open(path, mode) {
        opened.push(path)
        return disk.open(path, mode)
      },
    }
    const work = () => writeArchive({ files: [source], disk: watched, emit: () => {} })
    expect(work).toThrow(expect.objectContaining({ code: 'file-changed' }))
    expect(opened).toEqual([])
  })

  test('is refused when a file changes while it is read', async () => {
    const source = await putFile('a.bin', randomBytes(1_000_000))
    let hasChanged = false
    const emit = () => {
      if (hasChanged) return
      hasChanged = true
      const open = disk.open(source.absolutePath, 'update')
      open.write(Buffer.of(1), 1_000_000)
      open.close()
    }
    expect(() => writeArchive({ files: [source], disk, emit })).toThrow(
      expect.objectContaining({ code: 'file-changed' }),
    )
  })
})

describe('a slice', () => {
  const content = Buffer.from('some text, some more text, and some text again')
  const member = zlib.gzipSync(content)

  test('of several members, with names and comments in their headers, is one file', async () => {
    const flags = Buffer.from([0x1f, 0x8b, 8, 4 | 8 | 16 | 2, 0, 0, 0, 0, 0, 255, 2, 0, 65, 66, 97, 0, 98, 0, 1, 2])
    const withExtras = Buffer.concat([flags, member.subarray(10)])
    const slice = Buffer.concat([member, withExtras, member])
    const whole = Buffer.concat([content, content, content])
    expect((await decode(slice, whole.length)).equals(whole)).toBe(true)
    for (const pushBytes of [1, 2, 3, 5, 11]) {
      const file = { path: 'x', sizeBytes: whole.length, startOffset: 0, endOffset: slice.length } as ManifestFile
      expect((await unpack(slice, file, pushBytes)).equals(whole)).toBe(true)
    }
  })

  test('that goes on compressed after stored blocks refers back into them', async () => {
    const random = randomBytes(40_000)
    const rest = Buffer.concat([random.subarray(20_000), Buffer.alloc(5_000, 5), random.subarray(30_000)])
    const shrunk = zlib.deflateRawSync(rest, { dictionary: random.subarray(random.length - 32_768) })
    expect(shrunk.length).toBeLessThan(1000)
    const whole = Buffer.concat([random, rest])
    const frames = [0, 15_000].map((start) => {
      const piece = random.subarray(start, start === 0 ? 15_000 : random.length)
      return Buffer.concat([storedHeader(piece.length, false), piece])
    })
    const slice = Buffer.concat([gzipHeader(), ...frames, shrunk, gzipTrailer(zlib.crc32(whole), whole.length)])
    expect(zlib.gunzipSync(slice).equals(whole)).toBe(true)
    const file = { path: 'x', sizeBytes: whole.length, startOffset: 0, endOffset: slice.length } as ManifestFile
    for (const pushBytes of [999, 65_536, slice.length]) {
      expect((await unpack(slice, file, pushBytes)).equals(whole)).toBe(true)
      expect((await unpack(slice, file, pushBytes, true)).equals(whole)).toBe(true)
    }
  })

  test('that unpacks to more than declared is stopped after one byte more at most', async () => {
    const bomb = zlib.gzipSync(Buffer.alloc(50 * MiB))
    for (const sliceBytes of [undefined, bomb.length]) {
      let bytesOut = 0
      const onData = (bytes: Uint8Array) => {
        bytesOut += bytes.length
      }
      const decoder = createMemberDecoder({ expectedBytes: 1000, sliceBytes, onData })
      const error: unknown = await (async () => decoder.push(bomb))().catch((caught: unknown) => caught)
      expect(error).toMatchObject({ code: 'archive-damaged' })
      // In one step, zlib itself must stop: nothing of the rest is ever in memory.
      if (sliceBytes !== undefined) expect((error as Error).cause).toMatchObject({ code: 'ERR_BUFFER_TOO_LARGE' })
      expect(bytesOut).toBeLessThanOrEqual(1000)
    }
  })

  const damages: readonly (readonly [string, Uint8Array, number])[] = [
    ['is cut off', member.subarray(0, -1), content.length],
    ['is cut off within its data', member.subarray(0, 20), content.length],
    ['is cut off within its header', member.subarray(0, 5), content.length],
    ['is empty', new Uint8Array(0), 0],
    ['is followed by other bytes', Buffer.concat([member, Buffer.from('xyz')]), content.length],
    ['is followed by zeros', Buffer.concat([member, Buffer.alloc(8)]), content.length],
    ['is longer than declared', member, content.length - 1],
    ['is shorter than declared', member, content.length + 1],
    ['has another CRC', flip(member, member.length - 8), content.length],
    ['has another size', flip(member, member.length - 1), content.length],
    ['is no gzip', Buffer.from('hello, this is no gzip at all'), content.length],
    ['is of an unknown method', flip(member, 2), content.length],
    ['has reserved flags', flip(member, 3, 0x80), content.length],
  ]
  test.each(damages)('that %s is refused', async (_, slice, expectedBytes) => {
    await expect(decode(slice, expectedBytes)).rejects.toMatchObject({ code: 'archive-damaged' })
    const file = { path: 'x', sizeBytes: expectedBytes, startOffset: 0, endOffset: slice.length } as ManifestFile
    await expect(unpack(slice, file, 3)).rejects.toMatchObject({ code: 'archive-damaged' })
  })

  test('that is stored needs no CRC of its own where a checksum proves it; one that is compressed does', async () => {
    const good = zlib.gzipSync(content, { level: 0 })
    const stored = flip(good, good.length - 8)
    const onData = () => {}
    const options = { expectedBytes: content.length, onData, isProvedByChecksum: true }
    await decodeMembers(stored, options)
    await expect(decodeMembers(flip(member, member.length - 8), options)).rejects.toMatchObject({
      code: 'archive-damaged',
    })
    // The one after it is looked at anew.
    const both = Buffer.concat([stored, flip(member, member.length - 8)])
    await expect(decodeMembers(both, { ...options, expectedBytes: 2 * content.length })).rejects.toMatchObject({
      code: 'archive-damaged',
    })
  })

  test('with any one bit flipped is refused or gives the same bytes', async () => {
    const stored = zlib.gzipSync(content, { level: 0 })
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(member, stored),
        fc.nat(),
        fc.integer({ min: 1, max: 20 }),
        async (good, at, pushBytes) => {
          const bit = at % (good.length * 8)
          const slice = flip(good, bit >> 3, 1 << (bit & 7))
          const file = { path: 'x', sizeBytes: content.length, startOffset: 0, endOffset: slice.length } as ManifestFile
          const result = await unpack(slice, file, pushBytes).catch((error: unknown) => error)
          if (Buffer.isBuffer(result)) expect(result.equals(content)).toBe(true)
          else expect(result).toMatchObject({ code: 'archive-damaged' })
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('segments', () => {
  const file = (
    index: number,
    startOffset: number,
    endOffset: number,
    blocks?: ManifestFile['blocks'],
  ): ManifestFile => ({
    path: `f${index}`,
    sizeBytes: endOffset - startOffset,
    startOffset,
    endOffset,
    checksum: { algorithm: 'md5', hex: '0'.repeat(32) },
    ...(blocks === undefined ? {} : { blocks }),
  })
  const manifest = (files: readonly ManifestFile[]) => ({ files }) as Manifest

  test('group small files, run over blocks, and stream what is not split', () => {
    const blocks = [130, 160, 190].map((endOffset) => ({ endOffset, sizeBytes: 100, sha256: '' }))
    const files = [
      file(0, 0, 30),
      file(1, 30, 60),
      file(2, 60, 100),
      file(3, 100, 190, blocks),
      file(4, 190, 400),
      file(5, 400, 410),
    ]
    expect(planSegments(manifest(files), { maxBytes: 64 })).toEqual([
      { kind: 'files', startOffset: 0, endOffset: 60, files: [0, 1] },
      { kind: 'files', startOffset: 60, endOffset: 100, files: [2] },
      {
        kind: 'blocks',
        startOffset: 100,
        endOffset: 160,
        file: 3,
        firstBlock: 0,
        blockCount: 2,
        fileOffset: 0,
        sizeBytes: 200,
      },
      {
        kind: 'blocks',
        startOffset: 160,
        endOffset: 190,
        file: 3,
        firstBlock: 2,
        blockCount: 1,
        fileOffset: 200,
        sizeBytes: 100,
      },
      { kind: 'stream', startOffset: 190, endOffset: 400, file: 4 },
      { kind: 'files', startOffset: 400, endOffset: 410, files: [5] },
    ])
    expect(planSegments(manifest(files), { maxBytes: 64, only: new Set([0, 2]) })).toEqual([
      { kind: 'files', startOffset: 0, endOffset: 30, files: [0] },
      { kind: 'files', startOffset: 60, endOffset: 100, files: [2] },
    ])
  })

  test('cover the archive once, without gaps, for any files', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 20, max: 500 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 600 }),
        (lengths, maxBytes) => {
          let offset = 0
          const files = lengths.map((length, index) => {
            offset += length
            return file(index, offset - length, offset)
          })
          let end = 0
          const seen: number[] = []
          for (const segment of planSegments(manifest(files), { maxBytes })) {
            expect(segment.startOffset).toBe(end)
            end = segment.endOffset
            if (segment.kind === 'files') seen.push(...segment.files)
            else seen.push(segment.file)
          }
          expect(end).toBe(offset)
          expect(seen).toEqual(files.map((_, index) => index))
        },
      ),
    )
  })
})

function flip(bytes: Uint8Array, at: number, bits = 1): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ bits
  return copy
}
