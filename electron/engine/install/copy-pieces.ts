import { createHash } from 'node:crypto'
import path from 'node:path'
import { AppError, isAppError } from '../../../shared/errors.ts'
import type { Disk, Io, OpenFile } from '../ports.ts'
import type { Piece } from './segment-pieces.ts'
import { openStagedFile } from './staged-file.ts'
import type { Tally } from './tally.ts'

const chunkBytes = 256 * 1024
const buffer = new Uint8Array(chunkBytes)

/** Of smaller files it pays no more to share their blocks than to copy them. */
const leastCloneBytes = 1024 * 1024

/**
 * Pieces from files of this machine into the staged tree, hashed on the way; a large file as a whole shares its blocks where the volume can, and
 * what then lies in the tree is hashed. `archive-damaged` when a source is not there (any more) or not what
 * it was; then nothing counts as settled, and what lies in staging is written over by who fetches it.
 */
export async function copyPieces(
  options: {
    readonly disk: Disk
    readonly tree: string
    readonly pieces: readonly Piece[]
    readonly sourceOf: (piece: Piece) => { readonly path: string; readonly offset: number } | undefined
    readonly tally: Tally
    readonly ref: string
    readonly makeFolderOf: (target: string) => void
  },
  { signal }: Io,
): Promise<void> {
  const { disk, tree, pieces, sourceOf, tally, ref, makeFolderOf } = options
  let sinceTurnBytes = 0
  const counted: { readonly file: number; readonly bytes: number }[] = []
  const copy = async (piece: Piece): Promise<void> => {
    const wrong = () =>
      new AppError('archive-damaged', { ref, path: piece.path, reason: 'What was installed of it is not what it was.' })
    const from = sourceOf(piece)
    if (from === undefined) throw wrong()
    const source = openSource(disk, from.path, wrong)
    try {
      const target = path.join(tree, piece.path)
      const hex =
        (await clone(piece, source, from.path, target, wrong)) ??
        (await write(piece, source, from.offset, target, wrong))
      if (hex !== piece.checksum.hex) throw wrong()
    } catch (error) {
      throw isAppError(error, 'file-unreadable') ? wrong() : error
    } finally {
      source.close()
    }
  }
  /** The checksum of the clone; undefined where there is none. */
  const clone = async (piece: Piece, source: OpenFile, from: string, target: string, wrong: () => AppError) => {
    const isAll = piece.isWholeFile && source.facts().sizeBytes === piece.sizeBytes
    if (!isAll || piece.sizeBytes < leastCloneBytes) return undefined
    makeFolderOf(target)
    disk.removeFile(target)
    if (!disk.clone(from, target)) return undefined
    const cloned = disk.open(target, 'read')
    try {
      if (cloned.facts().sizeBytes !== piece.sizeBytes) throw wrong()
      const hash = createHash(piece.checksum.algorithm)
      await readPiece(piece, cloned, 0, wrong, (bytes) => void hash.update(bytes))
      return hash.digest('hex')
    } finally {
      cloned.close()
    }
  }
  const write = async (piece: Piece, source: OpenFile, offset: number, target: string, wrong: () => AppError) => {
    const file = openStagedFile(disk, target, {
      algorithm: piece.checksum.algorithm,
      fileOffset: piece.fileOffset,
      sizeBytes: piece.sizeBytes,
      isFresh: piece.isWholeFile,
      makeFolderOf,
    })
    try {
      await readPiece(piece, source, offset, wrong, file.write)
      return file.finish()
    } finally {
      file.abandon()
    }
  }
  const readPiece = async (
    { sizeBytes }: Piece,
    file: OpenFile,
    offset: number,
    wrong: () => AppError,
    take: (bytes: Uint8Array) => void,
  ) => {
    for (let done = 0; done < sizeBytes; ) {
      if (signal.aborted) throw signal.reason ?? new AppError('cancelled', {})
      const count = file.read(buffer.subarray(0, sizeBytes - done), offset + done)
      if (count === 0) throw wrong()
      take(buffer.subarray(0, count))
      done += count
      sinceTurnBytes += count
      // Lets messages in.
      if (sinceTurnBytes < 16 * chunkBytes) continue
      sinceTurnBytes = 0
      await new Promise<void>((resolve) => void setImmediate(resolve))
    }
  }
  try {
    for (const piece of pieces) {
      await copy(piece)
      tally.received(piece.file, piece.sizeBytes)
      tally.settled(piece.file, piece.sizeBytes)
      counted.push({ file: piece.file, bytes: piece.sizeBytes })
    }
  } catch (error) {
    for (const { file, bytes } of counted) {
      tally.received(file, -bytes)
      tally.settled(file, -bytes)
    }
    throw error
  }
}

function openSource(disk: Disk, source: string, wrong: () => AppError) {
  try {
    return disk.open(source, 'read')
  } catch (error) {
    throw isAppError(error) ? wrong() : error
  }
}
