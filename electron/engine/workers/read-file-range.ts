import { AppError } from '../../../shared/errors.ts'
import type { Disk, Io } from '../ports.ts'

const readBytes = 1024 * 1024

/** Ends early where the file does. A chunk is valid until its push has ended. */
export async function readFileRange(
  disk: Disk,
  file: string,
  offset: number,
  lengthBytes: number,
  push: (chunk: Uint8Array) => Promise<void>,
  { signal }: Io,
): Promise<void> {
  const open = disk.open(file, 'read')
  try {
    const buffer = new Uint8Array(Math.min(readBytes, Math.max(1, lengthBytes)))
    for (let done = 0; done < lengthBytes; ) {
      if (signal.aborted) throw signal.reason ?? new AppError('cancelled', {})
      const chunk = buffer.subarray(0, Math.min(buffer.length, lengthBytes - done))
      const count = open.read(chunk, offset + done)
      // Shorter than it was: what reads it says so.
      if (count === 0) return
      await push(chunk.subarray(0, count))
      done += count
    }
  } finally {
    open.close()
  }
}
