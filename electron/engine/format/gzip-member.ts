/** The frame of a gzip member as Orbital writes it: no time, no name, so that the same bytes give the same member. */
const headerBytes = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff)
export const gzipHeader = (): Uint8Array => headerBytes
export const trailerLength = 8

export function gzipTrailer(crc: number, sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(trailerLength)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, crc >>> 0, true)
  view.setUint32(4, sizeBytes % 2 ** 32, true)
  return bytes
}

/** Most that one stored block of deflate can hold. */
export const maxStoredBytes = 65_535
/** Header of a stored block: last-block bit, type 0, length, its complement. */
export function storedHeader(length: number, isLast: boolean): Uint8Array {
  return Uint8Array.of(isLast ? 1 : 0, length & 0xff, length >>> 8, ~length & 0xff, (~length >>> 8) & 0xff)
}

/** Where the content of such a member stands: [start, end) of each of its blocks. */
export function* storedExtents(
  memberStart: number,
  sizeBytes: number,
): Generator<readonly [number, number], void, void> {
  for (let at = memberStart + headerBytes.length, left = sizeBytes; left > 0; ) {
    const length = Math.min(left, maxStoredBytes)
    at += 5
    yield [at, at + length]
    at += length
    left -= length
  }
}

/** Length of a member that holds so many bytes as they are. */
export const storedMemberBytes = (sizeBytes: number): number =>
  headerBytes.length + sizeBytes + 5 * Math.max(1, Math.ceil(sizeBytes / maxStoredBytes)) + trailerLength

export type HeaderParse =
  | { readonly kind: 'complete'; readonly length: number }
  | { readonly kind: 'more' }
  | { readonly kind: 'wrong' }
const maxHeaderBytes = 65_536

/** The header of any gzip member at the start of `bytes`: its length, whether more bytes are needed, or that it is none. */
export function parseGzipHeader(bytes: Uint8Array): HeaderParse {
  const wrong: HeaderParse = { kind: 'wrong' }
  const more: HeaderParse = bytes.length > maxHeaderBytes ? wrong : { kind: 'more' }
  if ((bytes[0] ?? 0x1f) !== 0x1f || (bytes[1] ?? 0x8b) !== 0x8b || (bytes[2] ?? 8) !== 8) return wrong
  if (bytes.length < 10) return more
  const flags = bytes[3] ?? 0
  if ((flags & 0xe0) !== 0) return wrong
  let at = 10
  if ((flags & 4) !== 0) {
    if (bytes.length < at + 2) return more
    at += 2 + ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8))
  }
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue
    const end = at < bytes.length ? bytes.indexOf(0, at) : -1
    if (end < 0) return more
    at = end + 1
  }
  if ((flags & 2) !== 0) at += 2
  if (at > maxHeaderBytes) return wrong
  return bytes.length < at ? more : { kind: 'complete', length: at }
}
