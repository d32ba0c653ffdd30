import { createHash, hash as hashAtOnce } from 'node:crypto'
import { isAppError } from '../../../shared/errors.ts'
import type { Disk, OpenFile } from '../ports.ts'

/** A file (or a block of one) being written to staging, hashed on the way. Bytes lie in memory until `flush`. */
export interface StagedFile {
  /** The bytes must stay as they are until the next flush. */
  write(bytes: Uint8Array): void
  /** Afterwards the memory of what was written may be used again. */
  flush(): void
  /** All is handed to the system; answers the hex of what was written, unless no algorithm was given. */
  finish(): string | undefined
  /** Closes without a promise about what is there. */
  abandon(): void
}

/** Less is gathered: each write costs a call of its own. */
const worthWritingBytes = 128 * 1024

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
  },
): StagedFile {
  const { algorithm, sizeBytes } = options
  options.makeFolderOf(target)
  const file = options.isFresh ? openFresh(disk, target) : openShared(disk, target)
  let hash: ReturnType<typeof createHash> | undefined
  let hex: string | undefined
  let offset = options.fileOffset
  let parts: Uint8Array[] = []
  let partsBytes = 0
  let gathered: Uint8Array | undefined

  const put = () => {
    if (partsBytes === 0) return
    if (algorithm !== undefined) {
      const only = parts.length === 1 ? parts[0] : undefined
      if (only?.length === sizeBytes) hex = hashAtOnce(algorithm, only, 'hex')
      else {
        hash ??= createHash(algorithm)
        for (const part of parts) hash.update(part)
      }
    }
    file.writeParts(parts, offset)
    offset += partsBytes
    parts = []
    partsBytes = 0
  }
  return {
    write(bytes) {
      parts.push(bytes)
      partsBytes += bytes.length
    },
    flush() {
      if (partsBytes >= worthWritingBytes) return put()
      if (parts.every(({ buffer }) => buffer === gathered?.buffer)) return
      gathered ??= new Uint8Array(worthWritingBytes)
      let at = 0
      for (const part of parts) {
        if (part.buffer !== gathered.buffer) gathered.set(part, at)
        at += part.length
      }
      parts = [gathered.subarray(0, at)]
    },
    finish() {
      try {
        put()
      } finally {
        file.close()
      }
      if (algorithm === undefined) return undefined
      return hex ?? (hash ?? createHash(algorithm)).digest('hex')
    },
    abandon: () => file.close(),
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
