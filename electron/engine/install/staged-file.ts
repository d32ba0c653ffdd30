import { createHash, hash as hashAtOnce } from 'node:crypto'
import { isAppError } from '../../../shared/errors.ts'
import type { Disk, OpenFile } from '../ports.ts'

/** A file (or a block of one) being written to staging, hashed on the way. */
export interface StagedFile {
  /** The bytes' memory may be used again afterwards. */
  write(bytes: Uint8Array): void
  /** All is handed to the system; answers the hex of what was written, unless no algorithm was given. */
  finish(): string | undefined
  /** Closes without a promise about what is there. */
  abandon(): void
}

/**
 * So much is written at once. Larger writes take larger pieces of memory from the system; of more than 32 KiB it keeps none at hand, which can
 * cost it five times as much.
 */
const gatherBytes = 32 * 1024
const spare: Uint8Array[] = []

/** `isFresh`: whatever was left there goes. Else the file is shared by several writers, each at its own offset. */
export function openStagedFile(
  disk: Disk,
  target: string,
  options: {
    /** None: others prove what is written. */
    readonly algorithm: 'sha256' | 'md5' | undefined
    readonly fileOffset: number
    /** That many bytes are expected. */
    readonly sizeBytes: number
    readonly isFresh: boolean
    /** Makes the folder; remembers which are there. */
    readonly makeFolderOf: (target: string) => void
    /** Is shown what is going to be written, in order. */
    readonly onWrite?: ((bytes: Uint8Array, fileOffset: number) => void) | undefined
  },
): StagedFile {
  const { algorithm, sizeBytes } = options
  options.makeFolderOf(target)
  const file = options.isFresh ? openFresh(disk, target) : openShared(disk, target)
  let hash: ReturnType<typeof createHash> | undefined
  let hex: string | undefined
  /** Up to where it is hashed, and up to where it is written. */
  let hashedTo = options.fileOffset
  let offset = options.fileOffset
  let gathered: Uint8Array | undefined
  let gatheredBytes = 0

  const hashNext = (bytes: Uint8Array) => {
    options.onWrite?.(bytes, hashedTo)
    hashedTo += bytes.length
    if (algorithm === undefined) return
    if (bytes.length === sizeBytes) hex = hashAtOnce(algorithm, bytes, 'hex')
    else {
      hash ??= createHash(algorithm)
      hash.update(bytes)
    }
  }
  const put = (bytes: Uint8Array) => {
    file.write(bytes, offset)
    offset += bytes.length
  }
  const close = () => {
    if (gathered !== undefined) spare.push(gathered)
    gathered = undefined
    file.close()
  }
  return {
    write(bytes) {
      if (bytes.length === 0) return
      hashNext(bytes)
      // All of a small file.
      if (bytes.length === sizeBytes && sizeBytes <= gatherBytes) return put(bytes)
      for (let from = 0; from < bytes.length; ) {
        gathered ??= spare.pop() ?? new Uint8Array(gatherBytes)
        const part = bytes.subarray(from, from + gatherBytes - gatheredBytes)
        from += part.length
        if (part.length === gatherBytes) {
          put(part)
          continue
        }
        gathered.set(part, gatheredBytes)
        gatheredBytes += part.length
        if (gatheredBytes < gatherBytes) continue
        put(gathered)
        gatheredBytes = 0
      }
    },
    finish() {
      try {
        if (gathered !== undefined && gatheredBytes > 0) put(gathered.subarray(0, gatheredBytes))
      } finally {
        close()
      }
      if (algorithm === undefined) return undefined
      return hex ?? (hash ?? createHash(algorithm)).digest('hex')
    },
    abandon: close,
  }
}

/** All of a small file at once, over whatever was left there. */
export function putStagedFile(disk: Disk, target: string, bytes: Uint8Array): void {
  try {
    disk.create(target, bytes, { synced: false })
  } catch (error) {
    if (!isAppError(error, 'already-exists')) throw error
    disk.removeFile(target)
    disk.create(target, bytes, { synced: false })
  }
}

function openFresh(disk: Disk, target: string): OpenFile {
  try {
    return disk.open(target, 'create')
  } catch (error) {
    if (!isAppError(error, 'already-exists')) throw error
    disk.removeFile(target)
    return disk.open(target, 'create')
  }
}

function openShared(disk: Disk, target: string): OpenFile {
  try {
    return disk.open(target, 'create')
  } catch (error) {
    if (isAppError(error, 'already-exists')) return disk.open(target, 'update')
    throw error
  }
}
