import { createHash } from 'node:crypto'
import path from 'node:path'
import { isAppError } from '../../../shared/errors.ts'
import type { Disk, OpenFile } from '../ports.ts'

/** A file (or a block of one) being written to staging, hashed on the way. */
export interface StagedFile {
  write(bytes: Uint8Array): void
  /** Everything is on disk when it returns, synced; answers the hex of what was written. */
  finish(): string
  /** Closes without a promise about what is there. */
  abandon(): void
}

const maxGatherBytes = 256 * 1024

/** `fresh`: whatever was left there goes. Else the file is shared by several writers, each at its own offset. */
export function openStagedFile(
  disk: Disk,
  target: string,
  options: {
    readonly algorithm: 'sha256' | 'md5'
    readonly fileOffset: number
    /** That many bytes are expected. */
    readonly sizeBytes: number
    readonly isFresh: boolean
  },
): StagedFile {
  const hash = createHash(options.algorithm)
  const file = options.isFresh ? openFresh(disk, target) : openShared(disk, target)
  let offset = options.fileOffset
  const gatherBytes = Math.max(1, Math.min(maxGatherBytes, options.sizeBytes))
  let gathered: Uint8Array | undefined
  let gatheredBytes = 0

  const put = (bytes: Uint8Array) => {
    hash.update(bytes)
    file.write(bytes, offset)
    offset += bytes.length
  }
  const flush = () => {
    if (gathered !== undefined && gatheredBytes > 0) put(gathered.subarray(0, gatheredBytes))
    gatheredBytes = 0
  }
  return {
    write(bytes) {
      if (gatheredBytes === 0 && bytes.length >= gatherBytes) return put(bytes)
      // Connections deliver 16 KiB at a time: each would cost a call of its own.
      let from = 0
      while (from < bytes.length) {
        gathered ??= new Uint8Array(gatherBytes)
        const part = bytes.subarray(from, from + gatherBytes - gatheredBytes)
        gathered.set(part, gatheredBytes)
        gatheredBytes += part.length
        from += part.length
        if (gatheredBytes === gatherBytes) flush()
      }
    },
    finish() {
      try {
        flush()
        file.sync()
      } finally {
        file.close()
      }
      return hash.digest('hex')
    },
    abandon: () => file.close(),
  }
}

function openFresh(disk: Disk, target: string): OpenFile {
  disk.removeFile(target)
  disk.makeFolder(path.dirname(target))
  return disk.open(target, 'create')
}

function openShared(disk: Disk, target: string): OpenFile {
  disk.makeFolder(path.dirname(target))
  try {
    return disk.open(target, 'create')
  } catch (error) {
    if (isAppError(error, 'already-exists')) return disk.open(target, 'update')
    throw error
  }
}
