import { AppError } from '../../../shared/errors.ts'
import type { Checksum, Manifest, ManifestFile } from '../../../shared/model/package.ts'
import type { Segment } from '../format/plan-segments.ts'

/** What is unpacked and proved as one: a file, or a block of a split one. Its bytes are archive.gz[startOffset, endOffset). */
export interface Piece {
  readonly file: number
  /** Of a split file, unless it is taken as a whole. */
  readonly block?: number
  readonly path: string
  readonly startOffset: number
  readonly endOffset: number
  /** Uncompressed bytes, and where in the file they begin. */
  readonly sizeBytes: number
  readonly fileOffset: number
  readonly checksum: Checksum
  /** The whole file; else other pieces of it are written too. */
  readonly isWholeFile: boolean
}

/** In archive order. */
export function piecesOf(manifest: Manifest, segment: Segment): readonly Piece[] {
  switch (segment.kind) {
    case 'files':
      return segment.files.map((index) => wholePiece(fileAt(manifest, index), index))
    case 'stream':
      return [wholePiece(fileAt(manifest, segment.file), segment.file)]
    case 'blocks': {
      const file = fileAt(manifest, segment.file)
      let { startOffset, fileOffset } = segment
      return (file.blocks ?? []).slice(segment.firstBlock, segment.firstBlock + segment.blockCount).map((block, at) => {
        const piece: Piece = {
          file: segment.file,
          block: segment.firstBlock + at,
          path: file.path,
          startOffset,
          endOffset: block.endOffset,
          sizeBytes: block.sizeBytes,
          fileOffset,
          checksum: { algorithm: 'sha256', hex: block.sha256 },
          isWholeFile: false,
        }
        startOffset = block.endOffset
        fileOffset += block.sizeBytes
        return piece
      })
    }
  }
}

const wholePiece = (file: ManifestFile, index: number): Piece => ({
  file: index,
  path: file.path,
  startOffset: file.startOffset,
  endOffset: file.endOffset,
  sizeBytes: file.sizeBytes,
  fileOffset: 0,
  checksum: file.checksum,
  isWholeFile: true,
})

export function fileAt(manifest: Manifest, index: number): ManifestFile {
  const file = manifest.files[index]
  if (file === undefined) throw new AppError('internal', { what: 'no such file in the manifest' })
  return file
}
