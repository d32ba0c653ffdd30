import { createHash } from 'node:crypto'
import path from 'node:path'
import { AppError, isAppError } from '../../../shared/errors.ts'
import type { ManifestFile } from '../../../shared/model/package.ts'
import type { Disk, Io } from '../ports.ts'

/**
 * The checksum of a split file, taken while its blocks still arrive: each call hashes on, from where the last one ended up to `toOffset`; what
 * lies before that must be in its place by then. The bytes come from the system's cache, as they have just been written.
 * At the end of the file: `archive-damaged` when it is not the manifest's checksum. Calls for one file come one after the other.
 */
export interface FileProver {
  prove(file: ManifestFile, toOffset: number, io: Io): Promise<void>
}

const chunkBytes = 512 * 1024

export function createFileProver(disk: Disk, tree: string, ref: string): FileProver {
  const running = new Map<string, { readonly hash: ReturnType<typeof createHash>; offset: number }>()
  const buffer = new Uint8Array(chunkBytes)

  return {
    async prove(file, toOffset, { signal }) {
      const target = path.join(tree, ...file.path.split('/'))
      const wrong = () => new AppError('archive-damaged', { ref, path: file.path, reason: 'Its checksum is wrong.' })
      const state = running.get(file.path) ?? { hash: createHash(file.checksum.algorithm), offset: 0 }
      running.delete(file.path)
      try {
        const open = disk.open(target, 'read')
        try {
          while (state.offset < toOffset) {
            if (signal.aborted) throw signal.reason ?? new AppError('cancelled', {})
            const count = open.read(buffer.subarray(0, toOffset - state.offset), state.offset)
            if (count === 0) throw wrong()
            state.hash.update(buffer.subarray(0, count))
            state.offset += count
            // Lets messages in.
            if (state.offset % (16 * chunkBytes) === 0) await new Promise<void>((resolve) => void setImmediate(resolve))
          }
          if (toOffset < file.sizeBytes) return void running.set(file.path, state)
          if (open.facts().sizeBytes !== file.sizeBytes || state.hash.digest('hex') !== file.checksum.hex) throw wrong()
        } finally {
          open.close()
        }
      } catch (error) {
        throw isAppError(error, 'file-unreadable') ? wrong() : error
      }
    },
  }
}
