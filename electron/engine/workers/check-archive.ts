import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { AppError } from '../../../shared/errors.ts'
import type { ManifestFile } from '../../../shared/model/package.ts'
import { createMemberDecoder } from '../format/archive-reader.ts'
import type { Disk, Io, OpenFile } from '../ports.ts'
import type { PackSource } from './pack-source.ts'

export type ReadyArchive = Extract<PackSource, { kind: 'sputnik' }>

const chunkBytes = 1024 * 1024

/**
 * Unpacks the archive inside a `.sputnik` file and compares every file, and every block, with its manifest: the archive's md5 says only that it is the
 * one that the manifest means, not that anybody could install it. `not-a-package-file` names the first file that is wrong. `onRead` is told of unpacked bytes.
 */
export async function checkArchive(
  source: ReadyArchive,
  disk: Disk,
  io: Io & { readonly onRead?: (bytes: number) => void },
): Promise<void> {
  const { signal } = io
  const open = disk.open(source.path, 'read')
  const chunk = Buffer.allocUnsafe(chunkBytes)
  try {
    for (const [index, file] of source.files.entries()) {
      signal.throwIfAborted()
      // Lets a stop in.
      if (index % 256 === 0) await setImmediate()
      if (!(await isRight(open, source, file, chunk, io)))
        throw new AppError('not-a-package-file', {
          path: source.path,
          reason: `The file ${file.path} in it is not what its description says.`,
        })
    }
  } finally {
    open.close()
  }
}

async function isRight(
  open: OpenFile,
  { archiveOffset }: ReadyArchive,
  file: ManifestFile,
  chunk: Buffer,
  { signal, onRead }: Parameters<typeof checkArchive>[2],
): Promise<boolean> {
  const fileHash = createHash(file.checksum.algorithm)
  for (const { startOffset, endOffset, sizeBytes, sha256 } of slicesOf(file)) {
    const hash = sha256 === undefined ? undefined : createHash('sha256')
    const onData = (bytes: Uint8Array) => {
      fileHash.update(bytes)
      hash?.update(bytes)
      onRead?.(bytes.length)
    }
    const decoder = createMemberDecoder({ expectedBytes: sizeBytes, sliceBytes: endOffset - startOffset, onData })
    try {
      for (let offset = startOffset; offset < endOffset; offset += chunkBytes) {
        signal.throwIfAborted()
        const bytes = chunk.subarray(0, Math.min(chunkBytes, endOffset - offset))
        if (open.read(bytes, archiveOffset + offset) !== bytes.length) return false
        await decoder.push(bytes)
        if (endOffset - startOffset > chunkBytes) await setImmediate()
      }
      decoder.end()
    } catch (error) {
      if (error instanceof AppError && error.code === 'archive-damaged') return false
      throw error
    } finally {
      decoder.close()
    }
    if (hash?.digest('hex') !== sha256) return false
  }
  return fileHash.digest('hex') === file.checksum.hex
}

interface Slice {
  readonly startOffset: number
  readonly endOffset: number
  readonly sizeBytes: number
  /** Absent where only the whole file has a checksum. */
  readonly sha256?: string
}

const slicesOf = ({ blocks, ...whole }: ManifestFile): readonly Slice[] =>
  blocks === undefined
    ? [whole]
    : blocks.map((block, index) => ({ ...block, startOffset: blocks[index - 1]?.endOffset ?? whole.startOffset }))
