import zlib from 'node:zlib'
import { parseGzipHeader, trailerLength } from './gzip-member.ts'

/** Larger ones are unpacked piece by piece, whatever a slice claims to hold. */
const mostBytes = 4 * 1024 * 1024

/**
 * The bytes of a small file from its whole slice of archive.gz, without what a slice that comes in pieces needs. Answers only where the slice is
 * one gzip member, of one stored block or one that zlib unpacks, with the right CRC and exactly the expected size; undefined for everything
 * else, which the decoder then reads or refuses with a reason. What is answered may lie in the slice's memory.
 */
export function decodeAtOnce(slice: Uint8Array, expectedBytes: number): Uint8Array | undefined {
  const header = parseGzipHeader(slice)
  const bodyEnd = slice.length - trailerLength
  if (expectedBytes > mostBytes || header.kind !== 'complete' || header.length >= bodyEnd) return undefined
  const body = slice.subarray(header.length, bodyEnd)
  const bytes = ((body[0] ?? 0) & 6) === 0 ? storedBytes(body) : inflated(body, expectedBytes)
  if (bytes?.length !== expectedBytes) return undefined
  const isRight = readUint32(slice, bodyEnd) === zlib.crc32(bytes) && readUint32(slice, bodyEnd + 4) === expectedBytes
  return isRight ? bytes : undefined
}

/** Of the one stored block that the body is. */
function storedBytes(body: Uint8Array): Uint8Array | undefined {
  const length = (body[1] ?? 0) | ((body[2] ?? 0) << 8)
  const complement = (body[3] ?? 0) | ((body[4] ?? 0) << 8)
  const isLast = ((body[0] ?? 0) & 1) === 1
  return isLast && (length ^ complement) === 0xffff && body.length === 5 + length ? body.subarray(5) : undefined
}

function inflated(body: Uint8Array, expectedBytes: number): Uint8Array | undefined {
  try {
    const limits = { maxOutputLength: expectedBytes + 1, chunkSize: Math.max(64, Math.min(expectedBytes + 1, 262_144)) }
    const result: unknown = zlib.inflateRawSync(body, { ...limits, info: true })
    const { buffer, engine } = result as { buffer: Uint8Array; engine: { bytesWritten: number } }
    return engine.bytesWritten === body.length ? buffer : undefined
  } catch {
    // Too long, or no deflate: the decoder says which.
    return undefined
  }
}

const readUint32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0
