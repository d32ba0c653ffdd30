import { createHash } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { buildPackageFolder, createBytes } from '../../../testkit/package-builder.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { writeArchive } from '../format/archive-writer.ts'
import type { SourceFile } from '../format/source-file.ts'
import type { UploadedPart } from '../ports.ts'
import { counterIndex } from '../transfers/transfer-runner.ts'
import { hashStored } from './hash-stored.ts'
import { type PackedPart, type PackJob, type PackPorts, packToParts, ringBytesOf } from './pack.ts'
import { membersOf } from './reusable-members.ts'
import { createRing, type Ring } from './ring.ts'

const partBytes = 64 * 1024
const disk = createNodeDisk()
const never = new AbortController().signal
let temp: TempFolder
let files: SourceFile[]
let archive: Buffer

beforeEach(async () => {
  temp = await createTempFolder()
  files = await buildFiles([300_000, 0, 70_000, 1])
  archive = archiveOf(files)
})
afterEach(() => temp.remove())

async function buildFiles(sizes: readonly number[]): Promise<SourceFile[]> {
  const plan = sizes.map((sizeBytes, index) => ({ path: `${index}.bin`, sizeBytes }))
  const built = await buildPackageFolder(temp.path, { files: plan })
  return built.map(({ path }) => {
    const absolutePath = join(temp.path, path)
    const { size, mtimeMs, ino } = lstatSync(absolutePath)
    return { path, absolutePath, sizeBytes: size, modifiedMs: mtimeMs, inode: ino }
  })
}

function archiveOf(sources: readonly SourceFile[]): Buffer {
  const chunks: Buffer[] = []
  writeArchive({ files: sources, disk, emit: (bytes) => void chunks.push(Buffer.from(bytes)) })
  return Buffer.concat(chunks)
}

function createCounters() {
  const shared = new SharedArrayBuffer((counterIndex.firstFile + 2 * 4) * 8)
  const values = new BigInt64Array(shared)
  return { shared, at: (index: number) => Number(Atomics.load(values, index)) }
}

type SendPart = (partNumber: number, bytes: Uint8Array, io: Parameters<PackPorts['send']>[1]) => Promise<UploadedPart>

/** The archive's md5, taken a while after it was asked for. */
function createHasher(ring: Ring): PackPorts['hashTo'] {
  const hash = createHash('md5')
  let done = 0
  let last: Promise<unknown> = Promise.resolve()
  return (end) => {
    const next = last.then(async () => {
      await new Promise((resolve) => setImmediate(resolve))
      for (const piece of ring.pieces(done, end)) hash.update(piece)
      done = end
      return hash.copy().digest('hex')
    })
    last = next
    return next
  }
}

/** A store that keeps parts; `sendPart` may be wrapped. */
function pack(
  options: {
    known?: PackedPart[]
    mayBeSealed?: boolean
    counters?: SharedArrayBuffer
    signal?: AbortSignal
    sendPart?: SendPart
    copySource?: PackJob['copySource']
    copyFrom?: Buffer
    sources?: readonly SourceFile[]
    partBytes?: number
    untilBlocksAreHashed?: Promise<void>
  } = {},
) {
  const sent = new Map<number, Buffer>()
  const copies: number[] = []
  const told: PackedPart[] = []
  const keep: SendPart = async (partNumber, bytes) => {
    sent.set(partNumber, Buffer.from(bytes))
    return { partNumber, etag: `"${partNumber}"`, sizeBytes: bytes.length }
  }
  const { known = [], mayBeSealed = false, counters = createCounters().shared, signal = never } = options
  const { sendPart = keep, copySource, copyFrom, sources = files } = options
  const job: PackJob = {
    source: { kind: 'folder', files: sources },
    partBytes: options.partBytes ?? partBytes,
    known,
    mayBeSealed,
    partsInFlight: 3,
    counters,
    copySource,
  }
  const ring = createRing(ringBytesOf(job))
  const send: PackPorts['send'] = async (order, io) => {
    const { partNumber, start, end } = order
    if (order.kind === 'send') return sendPart(partNumber, ring.read(start, end), io)
    for (const { offset, bytes } of order.samples)
      expect(copyFrom?.subarray(offset, offset + bytes.length).equals(bytes)).toBe(true)
    copies.push(partNumber)
    return keep(partNumber, copyFrom?.subarray(order.sourceStart, order.sourceStart + end - start) ?? Buffer.of(), io)
  }
  const blocks: number[] = []
  const hashBlock: PackPorts['hashBlock'] = async (start, sizeBytes) => {
    blocks.push(start)
    // Long after it was asked for: until then its bytes must stay.
    await options.untilBlocksAreHashed
    return hashStored(ring, start, sizeBytes)
  }
  const result = packToParts(
    job,
    { disk, ring, hashTo: createHasher(ring), hashBlock, send, onPart: (part) => told.push(part) },
    { signal },
  )
  result.catch(() => {})
  return { result, sent, told, keep, copies, blocks }
}

describe('packing to parts', () => {
  test('gives parts of one size that make up the archive', async () => {
    const { result, sent, told } = pack()
    const { parts, md5, sizeBytes } = await result
    expect(parts.map(({ partNumber }) => partNumber)).toEqual(parts.map((_, index) => index + 1))
    expect(parts.slice(0, -1).every((part) => part.sizeBytes === partBytes)).toBe(true)
    const whole = Buffer.concat(parts.map(({ partNumber }) => sent.get(partNumber) ?? Buffer.alloc(0)))
    expect(whole.equals(archive)).toBe(true)
    expect([md5, sizeBytes]).toEqual([createHash('md5').update(archive).digest('hex'), archive.length])
    expect([...told].sort((a, b) => a.partNumber - b.partNumber)).toEqual(parts)
  })

  test('never has more on their way than allowed, and uses no buffer that still is', async () => {
    let onTheirWay = 0
    let most = 0
    const packing: ReturnType<typeof pack> = pack({
      sendPart: async (partNumber, bytes, io) => {
        onTheirWay += 1
        most = Math.max(most, onTheirWay)
        // Several turns later the bytes must still be those of this part.
        for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
        onTheirWay -= 1
        return packing.keep(partNumber, bytes, io)
      },
    })
    const { parts } = await packing.result
    expect(most).toBe(3)
    const whole = Buffer.concat(parts.map(({ partNumber }) => packing.sent.get(partNumber) ?? Buffer.alloc(0)))
    expect(whole.equals(archive)).toBe(true)
  })

  test('counts each file once, and settles exactly all of it', async () => {
    const counters = createCounters()
    await pack({ counters: counters.shared }).result
    const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    expect([counters.at(counterIndex.received), counters.at(counterIndex.settled)]).toEqual([total, total])
    expect(counters.at(counterIndex.wire)).toBe(archive.length)
    const settled = files.map((_, index) => counters.at(counterIndex.firstFile + 2 * index + 1))
    expect(settled).toEqual(files.map(({ sizeBytes }) => sizeBytes))
  })

  test('sends nothing that is known with the same bytes, and counts it all the same', async () => {
    const { parts } = await pack().result
    const counters = createCounters()
    const changed = parts.map((part) => (part.partNumber === 2 ? { ...part, md5: '0'.repeat(32) } : part))
    const again = pack({ known: changed, counters: counters.shared })
    expect((await again.result).parts).toEqual(parts)
    expect([...again.sent.keys()]).toEqual([2])
    expect(counters.at(counterIndex.settled)).toBe(370_001)
    expect(counters.at(counterIndex.wire)).toBe(partBytes)
  })

  test('tells how much of it was at the store before', async () => {
    const counters = createCounters()
    const { parts } = await pack({ counters: counters.shared }).result
    expect(counters.at(counterIndex.kept)).toBe(0)
    await pack({ known: [...parts], counters: counters.shared }).result
    expect(counters.at(counterIndex.kept)).toBe(370_001)
  })

  test('replaces no part that a seal may tell of', async () => {
    const { parts } = await pack().result
    const same = pack({ known: [...parts], mayBeSealed: true })
    expect((await same.result).parts).toEqual(parts)
    const changed = parts.map((part) => (part.partNumber === 2 ? { ...part, md5: '0'.repeat(32) } : part))
    const other = pack({ known: changed, mayBeSealed: true })
    await expect(other.result).rejects.toMatchObject({ code: 'upload-not-found' })
    expect(other.sent.size).toBe(0)
  })

  test('ends with the first failure, and nothing is on its way any more', async () => {
    let running = 0
    const gone = new AppError('upload-not-found', { key: 'x' })
    const { result } = pack({
      sendPart: async (partNumber, _, { signal }) => {
        if (partNumber === 2) throw gone
        running += 1
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
        running -= 1
        throw new AppError('cancelled', {})
      },
    })
    await expect(result).rejects.toBe(gone)
    expect(running).toBe(0)
  })

  test('ends when it is stopped', async () => {
    const stop = new AbortController()
    const { result } = pack({
      signal: stop.signal,
      sendPart: (_, __, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new AppError('cancelled', {})), { once: true })
          stop.abort(new AppError('cancelled', {}))
        }),
    })
    await expect(result).rejects.toMatchObject({ code: 'cancelled' })
  })
})

describe('packing blocks', () => {
  const MiB = 1024 * 1024
  test('takes the checksums of stored ones beside, and of others here', async () => {
    const sources = await buildFiles([30 * MiB + 5, 3 * MiB])
    const [first] = sources
    if (first === undefined) throw new Error('no file')
    // Its last block shrinks.
    const text = { path: 'text', sizeBytes: 17 * MiB }
    await writeFile(join(temp.path, 'text'), Buffer.alloc(text.sizeBytes, 'some words '))
    const { mtimeMs, ino } = lstatSync(join(temp.path, 'text'))
    const all = [...sources, { ...text, absolutePath: join(temp.path, 'text'), modifiedMs: mtimeMs, inode: ino }]
    let release = () => {}
    const untilBlocksAreHashed = new Promise<void>((resolve) => (release = resolve))
    const packing = pack({
      sources: all,
      partBytes: 5 * MiB,
      untilBlocksAreHashed,
      sendPart: async (partNumber, bytes, io) => {
        // By then the ring is full of what still has to be hashed; for some turns more there is time to overwrite it.
        if (partNumber === 3) {
          for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => void setImmediate(resolve))
          release()
        }
        return packing.keep(partNumber, bytes, io)
      },
    })
    const packed = await packing.result
    expect(packed.files).toEqual(writeArchive({ files: all, disk, emit: () => {} }).files)
    expect(packing.blocks).toHaveLength(4)
  })

  test('a ring that is too small for that has all of them taken here', async () => {
    const sources = await buildFiles([17 * MiB])
    const { result, blocks } = pack({ sources })
    expect((await result).files).toEqual(writeArchive({ files: sources, disk, emit: () => {} }).files)
    expect(blocks).toEqual([])
  })
})

describe('packing with an archive to copy from', () => {
  test('makes the same archive of ranges that are copied and parts that are sent', async () => {
    const MiB = 1024 * 1024
    const sizes = [6, 7, 5, 17].map((each) => each * MiB + 17)
    const sources = await buildFiles(sizes)
    const before = archiveOf(sources)
    const { files: packed } = writeArchive({ files: sources, disk, emit: () => {} })
    const [, , third] = sources
    if (third === undefined) throw new Error('no file')
    await writeFile(third.absolutePath, createBytes(5 * MiB + 300_000, 7))
    const { size, mtimeMs, ino } = lstatSync(third.absolutePath)
    const changed = sources.map((file) =>
      file === third ? { ...file, sizeBytes: size, modifiedMs: mtimeMs, inode: ino } : file,
    )
    const copySource = { key: 'a', etag: '"a"', leastRunBytes: 0, members: membersOf({ files: packed }) }
    const { result, sent, copies } = pack({ sources: changed, partBytes: 16 * MiB, copySource, copyFrom: before })
    const { parts, copied, md5 } = await result
    const whole = Buffer.concat(parts.map(({ partNumber }) => sent.get(partNumber) ?? Buffer.of()))
    expect(whole.equals(archiveOf(changed))).toBe(true)
    expect(md5).toBe(createHash('md5').update(whole).digest('hex'))
    expect(copies).toEqual([1, 3])
    expect(copied.map(({ partNumber }) => partNumber)).toEqual([1, 3])
    expect(parts[1]?.sizeBytes).toBeLessThan(size * 1.001)
  })
})
