import { createHash } from 'node:crypto'
import path from 'node:path'
import { AppError, isAppError } from '../../../shared/errors.ts'
import type { Disk, OpenFile } from '../ports.ts'
import type { Piece } from './segment-pieces.ts'
import type { Tally } from './tally.ts'

/** The spooled slice of archive.gz of one large unsplit file, by its index in the manifest. */
export const spoolFileOf = (spool: string, index: number): string => path.join(spool, `${index}.part`)

export interface SpoolSink {
  push(chunk: Uint8Array): Promise<void>
  /** The range is on disk, synced; answers its sha256 in hex. */
  finish(): Promise<string>
  abandon(): void
}

/** A range of a large file's slice of the archive, as it came, at its place in the spool. */
export function createSpoolSink(options: {
  readonly disk: Disk
  readonly spool: string
  /** The whole file. */
  readonly piece: Piece
  readonly range: { readonly startOffset: number; readonly endOffset: number }
  readonly tally: Tally
}): SpoolSink {
  const { disk, spool, piece, range, tally } = options
  const hash = createHash('sha256')
  const sliceBytes = piece.endOffset - piece.startOffset
  const share = (offset: number) => Math.floor((piece.sizeBytes * (offset - piece.startOffset)) / sliceBytes)
  let offset = range.startOffset
  let open: OpenFile | undefined

  return {
    async push(chunk) {
      open ??= openSpool(disk, spool, spoolFileOf(spool, piece.file))
      open.write(chunk, offset - piece.startOffset)
      hash.update(chunk)
      tally.received(piece.file, share(offset + chunk.length) - share(offset))
      offset += chunk.length
    },
    async finish() {
      if (offset !== range.endOffset || open === undefined)
        throw new AppError('archive-damaged', { ref: piece.path, path: piece.path, reason: 'It is cut off.' })
      await open.syncLater()
      open.close()
      open = undefined
      return hash.digest('hex')
    },
    abandon() {
      open?.close()
      open = undefined
      tally.received(piece.file, share(range.startOffset) - share(offset))
      offset = range.startOffset
    },
  }
}

function openSpool(disk: Disk, spool: string, target: string): OpenFile {
  disk.makeFolder(spool)
  try {
    return disk.open(target, 'create')
  } catch (error) {
    if (isAppError(error, 'already-exists')) return disk.open(target, 'update')
    throw error
  }
}
