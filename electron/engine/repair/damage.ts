import path from 'node:path'
import type { Manifest, ManifestFile } from '../../../shared/model/package.ts'
import { hashRange, type TreeReport } from '../library/verify.ts'
import type { Disk, Io } from '../ports.ts'

/** A piece of a file and where it lies in archive.gz: a block of a split file, or the whole of another. */
export interface Piece {
  readonly startOffset: number
  readonly endOffset: number
  /** Where its bytes begin in the file. */
  readonly fileOffset: number
  readonly sizeBytes: number
  /** Absent where only the whole file has a checksum. */
  readonly sha256?: string
}

export function piecesOf(file: ManifestFile): Piece[] {
  const { startOffset, endOffset, sizeBytes, blocks } = file
  if (blocks === undefined) return [{ startOffset, endOffset, fileOffset: 0, sizeBytes }]
  let start = startOffset
  let fileOffset = 0
  return blocks.map((block) => {
    const piece = { startOffset: start, fileOffset, ...block }
    start = block.endOffset
    fileOffset += block.sizeBytes
    return piece
  })
}

/** Which pieces of what lies at a path are as they should be. Nothing is, where there is no regular file or the file isn't split. */
export async function findGoodPieces(
  disk: Disk,
  target: string,
  pieces: readonly Piece[],
  io: Io,
): Promise<Set<Piece>> {
  const good = new Set<Piece>()
  if (disk.facts(target)?.kind !== 'file') return good
  for (const piece of pieces) {
    if (piece.sha256 === undefined) continue
    const range = { offset: piece.fileOffset, length: piece.sizeBytes }
    // Shorter than it should be: its checksum is another one.
    if ((await hashRange(disk, target, range, 'sha256', io)) === piece.sha256) good.add(piece)
  }
  return good
}

/**
 * What must leave a version's folder: files that are no part of it (a folder of nothing else as a whole), and what stands where a
 * folder or a regular file has to be.
 */
export function findExtras(disk: Disk, folder: string, manifest: Manifest, report: TreeReport): string[] {
  const parents = new Set<string>()
  for (const { path: file } of manifest.files) {
    const parts = file.split('/')
    for (let count = 1; count < parts.length; count += 1) parents.add(parts.slice(0, count).join('/'))
  }
  const named = new Map(manifest.files.map(({ path: file }) => [file.toLowerCase(), file]))
  const extras = new Set<string>()
  for (const file of [...report.damaged, ...report.missing]) {
    const obstacle = findObstacle(disk, folder, file)
    if (obstacle !== undefined) extras.add(obstacle)
  }
  for (const file of report.extra) {
    if (!isSameFile(disk, folder, file, named.get(file.toLowerCase()))) extras.add(topOf(file, parents))
  }
  // What lies in another one leaves with it.
  return [...extras].filter((extra) => !ancestorsOf(extra).some((ancestor) => extras.has(ancestor)))
}

/** On a file system that knows no case, a file of the version under another spelling. */
function isSameFile(disk: Disk, folder: string, file: string, other: string | undefined): boolean {
  if (other === undefined) return false
  const inode = disk.facts(path.join(folder, other))?.inode
  return inode !== undefined && inode === disk.facts(path.join(folder, file))?.inode
}

/** The first thing on the way to a file that is of the wrong kind. */
function findObstacle(disk: Disk, folder: string, file: string): string | undefined {
  for (const step of [...ancestorsOf(file), file]) {
    const kind = disk.facts(path.join(folder, step))?.kind
    if (kind === undefined) return undefined
    if (kind !== (step === file ? 'file' : 'folder')) return step
  }
  return undefined
}

const topOf = (file: string, parents: ReadonlySet<string>): string =>
  ancestorsOf(file).find((ancestor) => !parents.has(ancestor)) ?? file

/** `a`, `a/b` of `a/b/c`. */
function ancestorsOf(file: string): string[] {
  const parts = file.split('/')
  return parts.slice(0, -1).map((_, at) => parts.slice(0, at + 1).join('/'))
}
