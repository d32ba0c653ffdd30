import { createHash, type Hash } from 'node:crypto'
import path from 'node:path'
import { AppError, isAppError } from '../../../shared/errors.ts'
import type { Disk, Io } from '../ports.ts'
import type { WholeFile } from '../workers/unpack-messages.ts'

/**
 * The checksums of split files, each taken from the file's start on while its blocks still arrive:
 *  1. What is written is fed; where it is the file's next, it is hashed at once.
 *  2. `prove` hashes on up to `toOffset`; what lies before that must be in its place by then. What was not fed is read from the system's cache, as
 *     it has just been written.
 *  3. At the end of the file: `archive-damaged` when it is not the manifest's checksum. Then, and after a failure, it begins anew.
 * Calls of `prove` for one file come one after the other.
 */
export interface FileProver {
  /** `file` is an index into the manifest. */
  feed(file: number, offset: number, bytes: Uint8Array): void
  /** What was fed from this offset on will be written again. */
  forget(file: number, fromOffset: number): void
  prove(file: number, toOffset: number, io: Io): Promise<void>
}

const chunkBytes = 512 * 1024
/** So much is read before messages are let in. */
const turnBytes = 16 * chunkBytes

/** `fileOf`: the file of that index, of which something is fed or proved. */
export function createFileProver(
  disk: Disk,
  tree: string,
  fileOf: (index: number) => WholeFile,
  ref: string,
): FileProver {
  const running = new Map<number, { readonly hash: Hash; offset: number; isReading: boolean }>()
  const buffer = new Uint8Array(chunkBytes)
  const begin = (file: number) => {
    const hash = createHash(fileOf(file).checksum.algorithm)
    const progress = { hash, offset: 0, isReading: false }
    running.set(file, progress)
    return progress
  }

  return {
    // 1
    feed(file, offset, bytes) {
      const progress = running.get(file) ?? (offset === 0 ? begin(file) : undefined)
      if (progress === undefined || progress.isReading || progress.offset !== offset) return
      progress.hash.update(bytes)
      progress.offset += bytes.length
    },
    forget(file, fromOffset) {
      if ((running.get(file)?.offset ?? 0) > fromOffset) running.delete(file)
    },
    async prove(index, toOffset, { signal }) {
      const file = fileOf(index)
      const target = path.join(tree, ...file.path.split('/'))
      const wrong = () => new AppError('archive-damaged', { ref, path: file.path, reason: 'Its checksum is wrong.' })
      const progress = running.get(index) ?? begin(index)
      progress.isReading = true
      let isOver = true
      try {
        const open = disk.open(target, 'read')
        try {
          // 2
          for (let sinceTurnBytes = 0; progress.offset < toOffset; ) {
            if (signal.aborted) throw signal.reason ?? new AppError('cancelled', {})
            const count = open.read(buffer.subarray(0, toOffset - progress.offset), progress.offset)
            if (count === 0) throw wrong()
            progress.hash.update(buffer.subarray(0, count))
            progress.offset += count
            sinceTurnBytes += count
            if (sinceTurnBytes < turnBytes) continue
            sinceTurnBytes = 0
            await new Promise<void>((resolve) => void setImmediate(resolve))
          }
          isOver = toOffset === file.sizeBytes
          if (!isOver) return
          // 3
          if (open.facts().sizeBytes !== file.sizeBytes || progress.hash.digest('hex') !== file.checksum.hex)
            throw wrong()
        } finally {
          open.close()
        }
      } catch (error) {
        throw isAppError(error, 'file-unreadable') ? wrong() : error
      } finally {
        progress.isReading = false
        if (isOver) running.delete(index)
      }
    },
  }
}
