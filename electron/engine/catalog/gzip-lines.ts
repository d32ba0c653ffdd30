/** Lines of text, gzipped: written in pieces, and read within caps, so that no list of packages takes all memory. */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { AppError, isAppError } from '../../../shared/errors.ts'

export interface LineCaps {
  /** Of the gzipped whole. */
  readonly maxBytes: number
  /** Unpacked. */
  readonly maxTextBytes: number
  readonly maxLineBytes: number
}
interface LineIo {
  readonly signal: AbortSignal
  /** Waited for between lines. */
  readonly turn: () => Promise<void> | void
}

/** About so much text goes into a piece, so that the thread is free in between. */
export const pieceLength = 64 * 1024

/** Throws what making the pieces throws. */
export async function gzipPieces(
  pieces: AsyncIterable<Uint8Array>,
  { signal }: Pick<LineIo, 'signal'>,
): Promise<Buffer> {
  const packed: Uint8Array[] = []
  await pipeline(
    Readable.from(pieces),
    createGzip({ level: 3, chunkSize: 256 * 1024 }),
    async (chunks: AsyncIterable<Uint8Array>) => {
      for await (const chunk of chunks) packed.push(chunk)
    },
    { signal },
  )
  return Buffer.concat(packed)
}

/**
 * Gives each line to `take`, until it answers false, or a line or the whole is too long. False when the gzip is broken or cut off: what came
 * before was given. Throws what reading the bytes and `take` throw, and `cancelled`.
 */
export async function readGzipLines(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  take: (line: Uint8Array) => boolean,
  { caps, turn, signal }: LineIo & { readonly caps: LineCaps },
): Promise<boolean> {
  let sourceError: unknown
  async function* capped() {
    let totalBytes = 0
    try {
      for await (const chunk of source) {
        totalBytes += chunk.length
        if (totalBytes > caps.maxBytes) return
        yield chunk
      }
    } catch (error) {
      sourceError = error
      throw error
    }
  }
  try {
    await pipeline(
      Readable.from(capped()),
      createGunzip({ chunkSize: 128 * 1024 }),
      (text: AsyncIterable<Uint8Array>) => cutLines(text, take, turn, caps),
      { signal },
    )
    return true
  } catch (error) {
    if (signal.aborted) throw new AppError('cancelled', {}, error)
    if (sourceError !== undefined) throw sourceError
    if (isAppError(error)) throw error
    return false
  }
}

async function cutLines(
  text: AsyncIterable<Uint8Array>,
  take: (line: Uint8Array) => boolean,
  turn: () => Promise<void> | void,
  caps: LineCaps,
): Promise<void> {
  let totalBytes = 0
  let begun: Uint8Array = new Uint8Array()
  for await (const chunk of text) {
    totalBytes += chunk.length
    const bytes = begun.length === 0 ? chunk : Buffer.concat([begun, chunk])
    let at = 0
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, at)) {
      if (end - at > caps.maxLineBytes || !take(bytes.subarray(at, end))) return
      at = end + 1
      const wait = turn()
      if (wait !== undefined) await wait
    }
    begun = bytes.subarray(at)
    if (begun.length > caps.maxLineBytes || totalBytes > caps.maxTextBytes) return
  }
}
