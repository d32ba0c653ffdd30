import { hash as hashAtOnce } from 'node:crypto'
import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { createMemberDecoder, type MemberDecoder } from '../format/archive-reader.ts'
import { decodeAtOnce } from '../format/decode-at-once.ts'
import type { Disk } from '../ports.ts'
import type { FileProver } from './prove-file.ts'
import type { Piece } from './segment-pieces.ts'
import { openStagedFile, putStagedFile, type StagedFile } from './staged-file.ts'
import type { Tally } from './tally.ts'

/**
 * Takes a segment's bytes of the archive in order, in chunks of any size, and leaves its files or blocks in the staged tree:
 *  1. Cut at the pieces' ends; a small piece is gathered, so that it is unpacked in one step. A small file as Orbital packs it is unpacked,
 *     hashed and put in its place right here; whatever is unusual about one goes the long way.
 *  2. Unpack (bounded by the declared size), hash, write at its place. A block of a split file has no hash of its own here: the whole file's
 *     checksum proves it, taken on the way where the block is the file's next (prove-file.ts).
 *  3. End of a piece: nothing missing, checksum or CRC right; only then it counts as settled.
 *  4. Abandoned: what was counted is taken back; what lies in staging is written over by the next try.
 */
export interface UnpackSink {
  push(chunk: Uint8Array): Promise<void>
  /** All pieces are there and right; throws `archive-damaged` otherwise. */
  finish(): void
  abandon(): void
}

interface Current {
  readonly piece: Piece
  readonly file: StagedFile
  readonly decoder: MemberDecoder
}

const gatheredUpToBytes = 128 * 1024

export function createUnpackSink(options: {
  readonly disk: Disk
  /** Folder of the staged tree. */
  readonly tree: string
  readonly pieces: readonly Piece[]
  readonly tally: Tally
  /** False where the bytes were counted when they were spooled. */
  readonly countsReceived: boolean
  readonly ref: string
  /** Takes the checksums of split files on the way; without it somebody else does from what is written. */
  readonly prover?: FileProver | undefined
  readonly makeFolderOf: (target: string) => void
}): UnpackSink {
  const { disk, tree, pieces, tally, countsReceived, ref, prover, makeFolderOf } = options
  let at = 0
  let current: Current | undefined
  let takenBytes = 0
  let held: Uint8Array | undefined
  let receivedOfPiece = 0

  /** Received bytes in the unit of the files: the piece's size in proportion. */
  const countTaken = (piece: Piece) => {
    const received = Math.floor((piece.sizeBytes * takenBytes) / (piece.endOffset - piece.startOffset))
    if (countsReceived) tally.received(piece.file, received - receivedOfPiece)
    receivedOfPiece = received
  }

  const begin = (piece: Piece) => {
    const file = openStagedFile(disk, path.join(tree, piece.path), {
      algorithm: piece.isWholeFile ? piece.checksum.algorithm : undefined,
      fileOffset: piece.fileOffset,
      sizeBytes: piece.sizeBytes,
      isFresh: piece.isWholeFile,
      makeFolderOf,
      onWrite:
        prover === undefined || piece.isWholeFile ? undefined : (bytes, at) => prover.feed(piece.file, at, bytes),
    })
    const decoder = createMemberDecoder({
      expectedBytes: piece.sizeBytes,
      sliceBytes: piece.endOffset - piece.startOffset,
      isProvedByChecksum: true,
      onData: file.write,
      ref,
      path: piece.path,
    })
    return { piece, file, decoder }
  }
  // 1
  const putAtOnce = (piece: Piece, slice: Uint8Array): boolean => {
    const bytes = piece.isWholeFile ? decodeAtOnce(slice, piece.sizeBytes) : undefined
    if (bytes === undefined || hashAtOnce(piece.checksum.algorithm, bytes, 'hex') !== piece.checksum.hex) return false
    const target = path.join(tree, piece.path)
    makeFolderOf(target)
    putStagedFile(disk, target, bytes)
    return true
  }
  // 3
  const end = ({ file, decoder, piece }: Current) => {
    decoder.end()
    const hex = file.finish()
    current = undefined
    if (hex !== undefined && hex !== piece.checksum.hex)
      throw new AppError('archive-damaged', { ref, path: piece.path, reason: 'Its checksum is wrong.' })
  }
  const next = (piece: Piece) => {
    tally.settled(piece.file, piece.sizeBytes)
    at += 1
    takenBytes = 0
    receivedOfPiece = 0
  }

  /** The piece's next bytes; undefined while they are gathered. */
  const gather = (part: Uint8Array, sliceBytes: number): Uint8Array | undefined => {
    if (sliceBytes > gatheredUpToBytes || part.length === sliceBytes) return part
    held ??= new Uint8Array(sliceBytes)
    held.set(part, takenBytes - part.length)
    if (takenBytes < sliceBytes) return undefined
    const whole = held
    held = undefined
    return whole
  }

  return {
    async push(chunk) {
      let rest = chunk
      while (rest.length > 0) {
        const piece = pieces[at]
        if (piece === undefined) throw new AppError('archive-damaged', { ref, reason: 'It is longer than it says.' })
        const sliceBytes = piece.endOffset - piece.startOffset
        const part = rest.subarray(0, sliceBytes - takenBytes)
        rest = rest.subarray(part.length)
        takenBytes += part.length
        const ready = gather(part, sliceBytes)
        const isPut = ready?.length === sliceBytes && putAtOnce(piece, ready)
        if (ready !== undefined && !isPut) {
          current ??= begin(piece)
          await current.decoder.push(ready)
        }
        countTaken(piece)
        if (takenBytes < sliceBytes) continue
        if (current !== undefined) end(current)
        next(piece)
      }
    },
    finish() {
      const piece = pieces[at]
      if (piece !== undefined)
        throw new AppError('archive-damaged', { ref, path: piece.path, reason: 'It is cut off.' })
    },
    abandon() {
      current?.decoder.close()
      current?.file.abandon()
      current = undefined
      for (const each of pieces) if (!each.isWholeFile) prover?.forget(each.file, each.fileOffset)
      const piece = pieces[at]
      if (piece !== undefined && countsReceived) tally.received(piece.file, -receivedOfPiece)
      for (const { file, sizeBytes } of pieces.slice(0, at)) {
        if (countsReceived) tally.received(file, -sizeBytes)
        tally.settled(file, -sizeBytes)
      }
      at = 0
      takenBytes = 0
      receivedOfPiece = 0
      held = undefined
    },
  }
}
