/**
 * The stretch of an archive that is in memory: bytes by their offset in the archive, in memory that is shared between threads and used again
 * and again. Whoever writes knows what is still needed (pack.ts); nothing here waits.
 */
export interface Ring {
  readonly shared: SharedArrayBuffer
  readonly sizeBytes: number
  /** `bytes` become those from `offset` on. */
  write(offset: number, bytes: Uint8Array): void
  /** [start, end), as one or two pieces of the memory itself. */
  pieces(start: number, end: number): readonly Uint8Array[]
  /** [start, end) in one piece; a copy only where it lies around the end of the memory. */
  read(start: number, end: number): Uint8Array
  copy(start: number, end: number): Uint8Array
}

export const createRing = (sizeBytes: number): Ring => ringOver(new SharedArrayBuffer(sizeBytes))

/** The same ring, seen from another thread. */
export function ringOver(shared: SharedArrayBuffer): Ring {
  const sizeBytes = shared.byteLength
  const all = Buffer.from(shared)
  const pieces = (start: number, end: number): Uint8Array[] => {
    const from = start % sizeBytes
    const length = end - start
    if (from + length <= sizeBytes) return [all.subarray(from, from + length)]
    return [all.subarray(from), all.subarray(0, from + length - sizeBytes)]
  }
  const copy = (start: number, end: number): Uint8Array => Buffer.concat(pieces(start, end))
  return {
    shared,
    sizeBytes,
    write(offset, bytes) {
      // Into shared memory, `copy` of a stretch takes less than half the time of `set`, which `copy` of a whole buffer is.
      const source = Buffer.from(bytes.buffer)
      let at = bytes.byteOffset
      for (const piece of pieces(offset, offset + bytes.length)) at += source.copy(piece, 0, at, at + piece.length)
    },
    pieces,
    copy,
    read(start, end) {
      const [first, ...rest] = pieces(start, end)
      return first === undefined || rest.length > 0 ? copy(start, end) : first
    },
  }
}
