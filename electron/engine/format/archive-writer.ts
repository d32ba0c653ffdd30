import { createHash } from 'node:crypto'
import zlib from 'node:zlib'
import { AppError } from '../../../shared/errors.ts'
import type { Block, ManifestFile } from '../../../shared/model/package.ts'
import type { Disk, OpenFile } from '../ports.ts'
import { gzipHeader, gzipTrailer, maxStoredBytes, storedHeader } from './gzip-member.ts'
import { findHeaderEnd } from './header-end.ts'
import type { SourceFile } from './source-file.ts'

/**
 * archive.gz of a list of files, in one pass, for a worker: everything is synchronous.
 *
 *  1. A file must still be what the plan saw (lstat: kind, size, time, inode), and so must the file that was opened.
 *  2. Up to 16 MiB it is one gzip member. Larger ones are split into blocks of 8 MiB of the source, one member each; where the format of weights
 *     is known, its header has blocks of its own and the others begin where the tensors do, so that a changed header costs a header.
 *  3. Samples (first, middle, last 64 KiB; a small file whole) say how: they shrink to over 0.9 → stored, over 0.75 → Huffman codes only,
 *     else level 6. A header is sampled by itself. A compressed member that came out no smaller is stored as well.
 *  4. While its bytes pass: sha256 of the file, of each block, CRC of each member, md5 of the archive.
 *  5. Afterwards the file is looked at again, as in 1; one of an installed version must have the checksum that it was installed with.
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
  /** A piece that can be unpacked by itself (a whole file, or one block) is complete in the archive, and was handed over. */
  readonly onMember?: (member: PackedMember) => void
  /** A block that is stored as it is was handed over: whoever hears of it takes its sha256, and it has none in the result. Not together with `onMember`. */
  readonly onStoredBlock?: (startOffset: number, sizeBytes: number) => void
}
/** What stands in the archive at [startOffset, endOffset). */
export interface PackedMember {
  readonly startOffset: number
  readonly endOffset: number
  /** Uncompressed bytes, and their sha256. */
  readonly sizeBytes: number
  readonly sha256: string
}
export interface PackedFiles {
  readonly files: readonly ManifestFile[]
  readonly sizeBytes: number
}
export interface PackedArchive extends PackedFiles {
  /** lower-case hex */
  readonly md5: string
}

/** Hands over the archive's bytes in order. They are only valid during the call: their memory is used again. Throws `file-changed`, `file-unreadable`, `file-damaged`. */
export function writeArchive(options: PackOptions & { readonly emit: (bytes: Uint8Array) => void }): PackedArchive {
  const chunks = withMd5(packArchive(options))
  for (;;) {
    const next = chunks.next()
    if (next.done === true) return next.value
    options.emit(next.value)
  }
}

/** The same chunks, with the md5 of them all in the end. */
export function* withMd5(chunks: Generator<Uint8Array, PackedFiles, void>): Generator<Uint8Array, PackedArchive, void> {
  const hash = createHash('md5')
  try {
    for (;;) {
      const next = chunks.next()
      if (next.done === true) return { ...next.value, md5: hash.digest('hex') }
      hash.update(next.value)
      yield next.value
    }
  } finally {
    chunks.return({ files: [], sizeBytes: 0 })
  }
}

/** Files over this size are split into blocks of that one. */
export const splitAboveBytes = 16 * 1024 * 1024
export const blockBytes = 8 * 1024 * 1024
const sampleBytes = 64 * 1024
/** Four stored blocks. */
const chunkBytes = 4 * maxStoredBytes

type Method = 'stored' | 'huffman' | 'deflate'
interface Pass {
  readonly file: SourceFile
  readonly open: OpenFile
  readonly fileHash: ReturnType<typeof createHash>
  /** Of the file too, where an old tool published it: what is compared is an md5. */
  readonly md5Hash: ReturnType<typeof createHash> | undefined
  readonly scratch: Uint8Array
  readonly onRead: ((bytes: number) => void) | undefined
}

/** The same as writeArchive for a consumer that waits between chunks and takes the md5 elsewhere. Leaving it early closes the file at hand. */
export function* packArchive({
  files,
  disk,
  onRead,
  onFile,
  onMember,
  onStoredBlock,
}: PackOptions): Generator<Uint8Array, PackedFiles, void> {
  const packed: ManifestFile[] = []
  const scratch = new Uint8Array(chunkBytes)
  let offset = 0
  const counted = function* (chunks: Iterable<Uint8Array>): Generator<Uint8Array, void, void> {
    for (const chunk of chunks) {
      offset += chunk.length
      yield chunk
    }
  }
  for (const [index, file] of files.entries()) {
    checkUnchanged(file, disk.facts(file.absolutePath)) // 1
    const open = disk.open(file.absolutePath, 'read')
    try {
      checkUnchanged(file, open.facts())
      const md5Hash = file.installed?.checksum.algorithm === 'md5' ? createHash('md5') : undefined
      const pass: Pass = { file, open, fileHash: createHash('sha256'), md5Hash, scratch, onRead }
      const startOffset = offset
      const blocks: Block[] = []
      if (file.sizeBytes <= splitAboveBytes) {
        yield* counted(packMember(pass, 0, file.sizeBytes, chooseMethod(pass, 0, file.sizeBytes), undefined))
      } else {
        for (const { start, end, method } of cutBlocks(pass)) {
          const isHashedElsewhere = onStoredBlock !== undefined && method === 'stored'
          const blockHash = isHashedElsewhere ? undefined : createHash('sha256')
          const blockStart = offset
          yield* counted(packMember(pass, start, end - start, method, blockHash))
          const block = { endOffset: offset, sizeBytes: end - start, sha256: blockHash?.digest('hex') ?? '' }
          blocks.push(block)
          if (isHashedElsewhere) onStoredBlock(blockStart, end - start)
          onMember?.({ ...block, startOffset: blockStart })
        }
      }
      checkUnchanged(file, open.facts()) // 5
      checkUnchanged(file, disk.facts(file.absolutePath))
      const hex = pass.fileHash.digest('hex')
      checkInstalled(file, md5Hash?.digest('hex') ?? hex)
      const entry: ManifestFile = {
        path: file.path,
        sizeBytes: file.sizeBytes,
        startOffset,
        endOffset: offset,
        checksum: { algorithm: 'sha256', hex },
        ...(blocks.length === 0 ? {} : { blocks }),
      }
      packed.push(entry)
      if (blocks.length === 0)
        onMember?.({ startOffset, endOffset: offset, sizeBytes: file.sizeBytes, sha256: entry.checksum.hex })
      onFile?.(entry, index)
    } finally {
      open.close()
    }
  }
  return { files: packed, sizeBytes: offset }
}

function checkUnchanged(file: SourceFile, facts: ReturnType<Disk['facts']>): void {
  const isSame =
    facts?.kind === 'file' &&
    facts.sizeBytes === file.sizeBytes &&
    facts.modifiedMs === file.modifiedMs &&
    facts.inode === file.inode
  if (!isSame) throw new AppError('file-changed', { path: file.path })
}

function checkInstalled({ path, installed }: SourceFile, hex: string): void {
  if (installed !== undefined && installed.checksum.hex !== hex)
    throw new AppError('file-damaged', { ref: installed.ref, path })
}

/** Fills `into`, or the file got shorter. */
function readFully({ file, open }: Pass, into: Uint8Array, offset: number): void {
  if (open.read(into, offset) !== into.length) throw new AppError('file-changed', { path: file.path })
}

interface Cut {
  readonly start: number
  readonly end: number
  readonly method: Method
}

// 2
function cutBlocks(pass: Pass): Cut[] {
  const { path, sizeBytes } = pass.file
  const read = (offset: number, length: number) => {
    const bytes = pass.scratch.subarray(0, length)
    readFully(pass, bytes, offset)
    return bytes
  }
  const headerEnd = findHeaderEnd({ path, sizeBytes, read })
  const cuts: Cut[] = []
  for (const [from, to] of [
    [0, headerEnd],
    [headerEnd, sizeBytes],
  ] as const) {
    if (from === to) continue
    const method = chooseMethod(pass, from, to)
    for (let start = from; start < to; start += blockBytes)
      cuts.push({ start, end: Math.min(to, start + blockBytes), method })
  }
  return cuts
}

// 3
function chooseMethod(pass: Pass, from: number, to: number): Method {
  const sizeBytes = to - from
  const starts =
    sizeBytes <= 3 * sampleBytes ? [from] : [from, from + Math.floor((sizeBytes - sampleBytes) / 2), to - sampleBytes]
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
  pass.md5Hash?.update(chunk)
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
