import { createHash } from 'node:crypto'
import zlib from 'node:zlib'
import { AppError } from '../../../shared/errors.ts'
import type { Block, ManifestFile } from '../../../shared/model/package.ts'
import type { Disk, OpenFile } from '../ports.ts'
import { gzipHeader, gzipTrailer, maxStoredBytes, storedHeader } from './gzip-member.ts'
import type { SourceFile } from './source-file.ts'

/**
 * archive.gz of a list of files, in one pass, for a worker: everything is synchronous.
 *
 *  1. A file must still be what the plan saw (lstat: kind, size, time, inode), and so must the file that was opened.
 *  2. Up to 16 MiB it is one gzip member. Larger ones are split into blocks of 8 MiB of the source, one member each.
 *  3. Samples (first, middle, last 64 KiB; a small file whole) say how: they shrink to over 0.9 → stored, over 0.75 → Huffman codes only,
 *     else level 6. A compressed member that came out no smaller is stored as well.
 *  4. While its bytes pass: sha256 of the file, of each block, CRC of each member, md5 of the archive.
 *  5. Afterwards the file is looked at again, as in 1.
 * Members hold no time and no name, so the same input gives the same bytes (with the same zlib), and a resumed publish can skip what it sent.
 */
export interface PackOptions {
  /** In the order of the archive. */
  readonly files: readonly SourceFile[]
  readonly disk: Disk
  /** Source bytes just read. */
  readonly onRead?: (bytes: number) => void
  /** A file is complete in the archive. */
  readonly onFile?: (file: ManifestFile, index: number) => void
}
export interface PackedArchive {
  readonly files: readonly ManifestFile[]
  /** lower-case hex */
  readonly md5: string
  readonly sizeBytes: number
}

/** Hands over the archive's bytes in order. They are only valid during the call: their memory is used again. Throws `file-changed`, `file-unreadable`. */
export function writeArchive(options: PackOptions & { readonly emit: (bytes: Uint8Array) => void }): PackedArchive {
  const chunks = packArchive(options)
  for (;;) {
    const next = chunks.next()
    if (next.done === true) return next.value
    options.emit(next.value)
  }
}

const splitAboveBytes = 16 * 1024 * 1024
const blockBytes = 8 * 1024 * 1024
const sampleBytes = 64 * 1024
/** Four stored blocks. */
const chunkBytes = 4 * maxStoredBytes

type Method = 'stored' | 'huffman' | 'deflate'
interface Pass {
  readonly file: SourceFile
  readonly open: OpenFile
  readonly fileHash: ReturnType<typeof createHash>
  readonly scratch: Uint8Array
  readonly onRead: ((bytes: number) => void) | undefined
}

/** The same as writeArchive for a consumer that waits between chunks. Leaving it early closes the file at hand. */
export function* packArchive({ files, disk, onRead, onFile }: PackOptions): Generator<Uint8Array, PackedArchive, void> {
  const archiveHash = createHash('md5')
  const packed: ManifestFile[] = []
  const scratch = new Uint8Array(chunkBytes)
  let offset = 0
  const counted = function* (chunks: Iterable<Uint8Array>): Generator<Uint8Array, void, void> {
    for (const chunk of chunks) {
      archiveHash.update(chunk)
      offset += chunk.length
      yield chunk
    }
  }
  for (const [index, file] of files.entries()) {
    checkUnchanged(file, disk.facts(file.absolutePath)) // 1
    const open = disk.open(file.absolutePath, 'read')
    try {
      checkUnchanged(file, open.facts())
      const pass: Pass = { file, open, fileHash: createHash('sha256'), scratch, onRead }
      const method = chooseMethod(pass)
      const startOffset = offset
      const blocks: Block[] = []
      if (file.sizeBytes <= splitAboveBytes) {
        yield* counted(packMember(pass, 0, file.sizeBytes, method, undefined))
      } else {
        for (let start = 0; start < file.sizeBytes; start += blockBytes) {
          const sizeBytes = Math.min(blockBytes, file.sizeBytes - start)
          const blockHash = createHash('sha256')
          yield* counted(packMember(pass, start, sizeBytes, method, blockHash))
          blocks.push({ endOffset: offset, sizeBytes, sha256: blockHash.digest('hex') })
        }
      }
      checkUnchanged(file, open.facts()) // 5
      checkUnchanged(file, disk.facts(file.absolutePath))
      const entry: ManifestFile = {
        path: file.path,
        sizeBytes: file.sizeBytes,
        startOffset,
        endOffset: offset,
        checksum: { algorithm: 'sha256', hex: pass.fileHash.digest('hex') },
        ...(blocks.length === 0 ? {} : { blocks }),
      }
      packed.push(entry)
      onFile?.(entry, index)
    } finally {
      open.close()
    }
  }
  return { files: packed, md5: archiveHash.digest('hex'), sizeBytes: offset }
}

function checkUnchanged(file: SourceFile, facts: ReturnType<Disk['facts']>): void {
  const isSame =
    facts?.kind === 'file' &&
    facts.sizeBytes === file.sizeBytes &&
    facts.modifiedMs === file.modifiedMs &&
    facts.inode === file.inode
  if (!isSame) throw new AppError('file-changed', { path: file.path })
}

/** Fills `into`, or the file got shorter. */
function readFully({ file, open }: Pass, into: Uint8Array, offset: number): void {
  if (open.read(into, offset) !== into.length) throw new AppError('file-changed', { path: file.path })
}

// 3
function chooseMethod(pass: Pass): Method {
  const { sizeBytes } = pass.file
  const starts =
    sizeBytes <= 3 * sampleBytes ? [0] : [0, Math.floor((sizeBytes - sampleBytes) / 2), sizeBytes - sampleBytes]
  const length = starts.length === 1 ? sizeBytes : sampleBytes
  if (length === 0) return 'stored'
  let shrunkBytes = 0
  for (const start of starts) {
    const sample = pass.scratch.subarray(0, length)
    readFully(pass, sample, start)
    shrunkBytes += zlib.deflateRawSync(sample, { level: 6 }).length
  }
  const ratio = shrunkBytes / (length * starts.length)
  return ratio > 0.9 ? 'stored' : ratio > 0.75 ? 'huffman' : 'deflate'
}

// 2, 4
function* packMember(
  pass: Pass,
  start: number,
  sizeBytes: number,
  method: Method,
  blockHash: ReturnType<typeof createHash> | undefined,
): Generator<Uint8Array, void, void> {
  yield gzipHeader()
  if (method === 'stored') {
    let crc = 0
    let done = 0
    do {
      const chunk = pass.scratch.subarray(0, Math.min(chunkBytes, sizeBytes - done))
      readFully(pass, chunk, start + done)
      crc = take(pass, chunk, blockHash, crc)
      done += chunk.length
      yield* storeChunk(chunk, done === sizeBytes)
    } while (done < sizeBytes)
    yield gzipTrailer(crc, sizeBytes)
    return
  }
  const bytes = new Uint8Array(sizeBytes)
  let crc = 0
  for (let done = 0; done < sizeBytes; done += chunkBytes) {
    const chunk = bytes.subarray(done, Math.min(done + chunkBytes, sizeBytes))
    readFully(pass, chunk, start + done)
    crc = take(pass, chunk, blockHash, crc)
  }
  const strategy = method === 'huffman' ? zlib.constants.Z_HUFFMAN_ONLY : zlib.constants.Z_DEFAULT_STRATEGY
  const shrunk = zlib.deflateRawSync(bytes, { level: 6, strategy })
  if (shrunk.length < sizeBytes) yield shrunk
  else yield* storeChunk(bytes, true)
  yield gzipTrailer(crc, sizeBytes)
}

function take(pass: Pass, chunk: Uint8Array, blockHash: Pass['fileHash'] | undefined, crc: number): number {
  pass.fileHash.update(chunk)
  blockHash?.update(chunk)
  pass.onRead?.(chunk.length)
  return zlib.crc32(chunk, crc)
}

function* storeChunk(chunk: Uint8Array, isLastChunk: boolean): Generator<Uint8Array, void, void> {
  let at = 0
  do {
    const block = chunk.subarray(at, at + maxStoredBytes)
    at += block.length
    yield storedHeader(block.length, isLastChunk && at === chunk.length)
    yield block
  } while (at < chunk.length)
}
