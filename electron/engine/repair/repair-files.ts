import { createHash } from 'node:crypto'
import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { Manifest, ManifestFile } from '../../../shared/model/package.ts'
import { specOf } from '../../../shared/model/package-ref.ts'
import { createMemberDecoder } from '../format/archive-reader.ts'
import { type FetchDeps, type FetchState, fetchRange, fetchWhole, type WantedPart } from '../install/fetch-range.ts'
import { hashFile } from '../library/verify.ts'
import type { Disk, Io, OpenFile } from '../ports.ts'
import { stampOf } from '../stamp-of.ts'
import type { Lines } from '../transfers/lines.ts'
import { findGoodPieces, type Piece, piecesOf } from './damage.ts'

/**
 * Damaged and missing files of an installed version, made anew one by one, in a worker:
 *  1. What is still right of the file (blocks of a split one that have their checksum) stays; the rest is to be fetched.
 *  2. A new file is staged beside the library's versions: right blocks are copied, the others fetched by range, unpacked and hashed.
 *  3. The staged file as a whole must have its checksum. It is synced.
 *  4. If the version is still the one that was looked at, the staged file takes the place by one rename; folders on the way that are missing come
 *     with it. Killed at any point: the file is the old one or the right one, and no other was touched.
 */
export interface RepairFilesJob {
  /** The version's folder. */
  readonly folder: string
  /** Exclusively this repair's own, on the library's volume. */
  readonly staging: string
  /** As published: it says where the bytes lie in the archive. */
  readonly manifest: Manifest
  /** Indexes into the manifest. */
  readonly files: readonly number[]
  readonly archive: { readonly key: string; readonly etag: string }
  /** Of the version's meta.json: another one means another version. */
  readonly stamp: string
}

export interface RepairedFiles {
  readonly repaired: string[]
  readonly fetchedBytes: number
}

interface RepairFilesDeps extends FetchDeps {
  readonly disk: Disk
  readonly lines: Lines
  readonly step?: (name: string) => void
}

const linesAtOnce = 4

export async function repairFiles(
  job: RepairFilesJob,
  deps: RepairFilesDeps,
  io: Io & { readonly onBytes: (bytes: number) => void },
): Promise<RepairedFiles> {
  const { disk, step } = deps
  const { folder, manifest } = job
  const repaired: string[] = []
  let fetchedBytes = 0
  const left = [...job.files]

  const repair = async (line: number, index: number, file: ManifestFile) => {
    const target = path.join(folder, ...file.path.split('/'))
    const staged = path.join(job.staging, `${index}`)
    // 1
    const pieces = piecesOf(file)
    const good = await findGoodPieces(disk, target, pieces, io)
    // 2
    disk.removeFile(staged)
    const open = disk.open(staged, 'create')
    try {
      if (good.size > 0) copyPieces(disk, target, open, good, io)
      for (const { sizeBytes } of good) io.onBytes(sizeBytes)
      for (const piece of pieces) {
        if (good.has(piece)) continue
        await fetchPiece(deps, job, piece, { open, file, line }, io)
        fetchedBytes += piece.endOffset - piece.startOffset
        io.onBytes(piece.sizeBytes)
        step?.('repair.fetched')
      }
      open.sync()
    } finally {
      open.close()
    }
    // 3
    if ((await hashFile(disk, staged, file.checksum.algorithm, io)) !== file.checksum.hex)
      throw damaged(manifest, file, 'its checksum differs.')
    io.signal.throwIfAborted()
    step?.('repair.staged')
    // 4
    if (stampOf(disk, path.join(folder, 'meta.json')) !== job.stamp)
      throw new AppError('object-changed', { key: path.join(folder, 'meta.json') })
    place(disk, job, file.path, staged)
    step?.('repair.placed')
    repaired.push(file.path)
  }
  const repairNext = async (line: number): Promise<void> => {
    for (let index = left.shift(); index !== undefined; index = left.shift()) {
      const file = manifest.files[index]
      try {
        if (file !== undefined) await repair(line, index, file)
      } catch (error) {
        // The others end after the file at hand.
        left.length = 0
        throw error
      }
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: linesAtOnce }, (_, line) => repairNext(line)))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return { repaired: repaired.sort(), fetchedBytes }
}

function copyPieces(disk: Disk, from: string, to: OpenFile, pieces: Iterable<Piece>, { signal }: Io): void {
  const source = disk.open(from, 'read')
  const buffer = new Uint8Array(1024 * 1024)
  try {
    for (const { fileOffset, sizeBytes } of pieces) {
      signal.throwIfAborted()
      for (let done = 0; done < sizeBytes; ) {
        const length = source.read(buffer.subarray(0, Math.min(buffer.length, sizeBytes - done)), fileOffset + done)
        // Whatever it has become meanwhile, the whole checksum tells.
        if (length === 0) break
        to.write(buffer.subarray(0, length), fileOffset + done)
        done += length
      }
    }
  } finally {
    source.close()
  }
}

function hear(lines: Lines, line: number, state: FetchState): void {
  if (state.kind === 'reconnecting') lines.reconnecting(line, state)
  else if (state.kind === 'moving') lines.moved(line)
}

async function fetchPiece(
  { lines, ...deps }: RepairFilesDeps,
  { archive, manifest }: RepairFilesJob,
  piece: Piece,
  { open, file, line }: { readonly open: OpenFile; readonly file: ManifestFile; readonly line: number },
  io: Io,
): Promise<void> {
  const { startOffset, endOffset } = piece
  const openSink = (): ReturnType<WantedPart['open']> => {
    const hash = createHash('sha256')
    let offset = piece.fileOffset
    const decoder = createMemberDecoder({
      expectedBytes: piece.sizeBytes,
      ref: specOf(manifest.ref),
      path: file.path,
      onData(bytes) {
        hash.update(bytes)
        open.write(bytes, offset)
        offset += bytes.length
      },
    })
    return {
      push: async (chunk) => {
        lines.moved(line)
        await decoder.push(chunk)
      },
      async finish() {
        decoder.end()
        if (piece.sha256 !== undefined && hash.digest('hex') !== piece.sha256)
          throw damaged(manifest, file, 'the checksum of a block differs.')
      },
      abandon: decoder.close,
    }
  }
  const sink = openSink()
  const pace = async (bytes: number): Promise<void> => {
    const paid = deps.pace?.(bytes, io)
    if (paid === undefined) return
    lines.held(line)
    await paid
    lines.moved(line)
  }
  const fetching = { ...deps, pace, onState: (state: FetchState) => hear(lines, line, state) }
  lines.begin(line, { isSilent: false })
  try {
    const came = await fetchRange(fetching, { ...archive, startOffset, endOffset }, sink.push, io)
    if (came === 'complete') return await sink.finish()
    // A store that knows no ranges.
    await fetchWhole(fetching, archive, [{ startOffset, endOffset, open: openSink }], {
      ...io,
      onChunk: () => lines.moved(line),
    })
  } finally {
    lines.end(line)
    sink.abandon()
  }
}

/** Also into a tree that is read-only, folders that are missing included. */
function place(disk: Disk, { folder }: RepairFilesJob, file: string, staged: string): void {
  const parts = file.split('/')
  const pathOf = (count: number) => path.join(folder, ...parts.slice(0, count))
  let there = 0
  while (there < parts.length - 1 && disk.facts(pathOf(there + 1)) !== undefined) there += 1
  const isParentThere = there === parts.length - 1
  if (isParentThere) disk.renameInto(staged, path.join(folder, ...parts))
  else {
    const top = `${staged}.folder`
    disk.removeTree(top)
    const inside = path.join(top, ...parts.slice(there + 1))
    disk.makeFolder(path.dirname(inside))
    disk.rename(staged, inside)
    disk.syncFolder(path.dirname(inside))
    disk.renameInto(top, pathOf(there + 1))
  }
  disk.syncFolder(pathOf(there))
}

const damaged = ({ ref }: Manifest, { path: file }: ManifestFile, reason: string) =>
  new AppError('archive-damaged', { ref: specOf(ref), path: file, reason })
