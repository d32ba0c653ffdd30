import path from 'node:path'
import { AppError, isAppError } from '../../../shared/errors.ts'
import type { Disk, Io } from '../ports.ts'
import type { Piece } from './segment-pieces.ts'
import { openStagedFile } from './staged-file.ts'
import type { Tally } from './tally.ts'

const chunkBytes = 256 * 1024
const buffer = new Uint8Array(chunkBytes)

/**
 * Pieces from files of this machine into the staged tree, hashed on the way. `archive-damaged` when a source is not there (any more) or not what
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
    const target = openStagedFile(disk, path.join(tree, ...piece.path.split('/')), {
      algorithm: piece.checksum.algorithm,
      fileOffset: piece.fileOffset,
      sizeBytes: piece.sizeBytes,
      isFresh: piece.isWholeFile,
      makeFolderOf,
    })
    try {
      for (let done = 0; done < piece.sizeBytes; ) {
        if (signal.aborted) throw signal.reason ?? new AppError('cancelled', {})
        const count = source.read(buffer.subarray(0, piece.sizeBytes - done), from.offset + done)
        if (count === 0) throw wrong()
        target.write(buffer.subarray(0, count))
        done += count
        sinceTurnBytes += count
        // Lets messages in.
        if (sinceTurnBytes >= 16 * chunkBytes) {
          sinceTurnBytes = 0
          await new Promise<void>((resolve) => void setImmediate(resolve))
        }
      }
      if (target.finish() !== piece.checksum.hex) throw wrong()
    } catch (error) {
      throw isAppError(error, 'file-unreadable') ? wrong() : error
    } finally {
      target.abandon()
      source.close()
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
