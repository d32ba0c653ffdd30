import { createHash } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { buildPackageFolder } from '../../../testkit/package-builder.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { writeArchive } from '../format/archive-writer.ts'
import type { SourceFile } from '../format/source-file.ts'
import { counterIndex } from '../transfers/transfer-runner.ts'
import { type PackedPart, type PackPorts, packToParts } from './pack.ts'

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

/** A store that keeps parts; `uploadPart` may be wrapped. */
function pack(
  options: {
    known?: PackedPart[]
    mayBeSealed?: boolean
    counters?: SharedArrayBuffer
    signal?: AbortSignal
  } & Partial<PackPorts> = {},
) {
  const sent = new Map<number, Buffer>()
  const told: PackedPart[] = []
  const keep: PackPorts['uploadPart'] = async (partNumber, bytes) => {
    sent.set(partNumber, Buffer.from(bytes))
    return { partNumber, etag: `"${partNumber}"`, sizeBytes: bytes.length }
  }
  const {
    known = [],
    mayBeSealed = false,
    counters = createCounters().shared,
    signal = never,
    uploadPart = keep,
  } = options
  const result = packToParts(
    { source: { kind: 'folder', files }, partBytes, known, mayBeSealed, partsInFlight: 3, counters },
    { disk, onPart: (part) => told.push(part), ...options, uploadPart: (...given) => uploadPart(...given) },
    { signal },
  )
  result.catch(() => {})
  return { result, sent, told, keep }
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
      uploadPart: async (partNumber, bytes, io) => {
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
      uploadPart: async (partNumber, _, { signal }) => {
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
      uploadPart: (_, __, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new AppError('cancelled', {})), { once: true })
          stop.abort(new AppError('cancelled', {}))
        }),
    })
    await expect(result).rejects.toMatchObject({ code: 'cancelled' })
  })
})
