import zlib from 'node:zlib'
import { AppError } from '../../../shared/errors.ts'
import { parseGzipHeader, trailerLength } from './gzip-member.ts'
import { createInflater, type Inflater } from './inflater.ts'

export { type PlanSegmentsOptions, planSegments, type Segment } from './plan-segments.ts'

/**
 * The bytes of one file (or block) from its slice of archive.gz: pure bytes, incremental, bounded by what the manifest declares.
 *
 *  1. header: of a gzip member; anything else, also after the last member, is refused.
 *  2. body: deflate blocks. Stored ones are passed on as they lie in the chunk; at the first of another kind the rest of the body goes
 *     through zlib, which is given the last 32 KiB as its window.
 *  3. Whatever comes out is counted: one byte more than declared ends it at once.
 *  4. trailer: CRC and size (modulo 2³²) of the member; then 1 again. Who proves the bytes by a checksum of their own can do without the CRC
 *     of members that are stored as they are.
 *  5. end: must come between members, with exactly the declared size.
 */
export interface MemberDecoderOptions {
  /** Exactly what must come out. */
  readonly expectedBytes: number
  /** Length of the slice, when known: small compressed files are then unpacked in one synchronous step. */
  readonly sliceBytes?: number
  /** What comes out is proved by a checksum: no CRC is taken of members that begin with a stored block. */
  readonly isProvedByChecksum?: boolean
  /** Unpacked bytes, in order, only valid during the call. Never more than expectedBytes in total. */
  readonly onData: (bytes: Uint8Array) => void
  /** Named in the error. */
  readonly ref?: string
  readonly path?: string
}
/**
 * Every failure is `archive-damaged`; after one the decoder is closed. `push` answers a promise where zlib works in another thread: wait for
 * it before the next push and before the chunk's memory is used again.
 */
export interface MemberDecoder {
  push(chunk: Uint8Array): Promise<void> | undefined
  /** The slice is over: throws unless everything came and was right. */
  end(): void
  /** Frees what an abandoned decoder holds. */
  close(): void
}

const windowBytes = 32 * 1024
const noBytes = new Uint8Array(0)
/** Larger results are unpacked piece by piece. */
const oneStepBytes = 4 * 1024 * 1024

type State =
  | { readonly kind: 'header' | 'block' | 'trailer' }
  | { readonly kind: 'stored'; leftBytes: number; readonly isLast: boolean }
  | { readonly kind: 'inflate'; readonly inflater: Inflater }

export function createMemberDecoder(options: MemberDecoderOptions): MemberDecoder {
  const { expectedBytes, sliceBytes, isProvedByChecksum = false, onData } = options
  let state: State = { kind: 'header' }
  /** Bytes of a header or trailer that came in pieces. */
  let held = new Uint8Array(0)
  let crc = 0
  let takesCrc = true
  let memberBytes = 0
  let totalBytes = 0
  let pushedBytes = 0
  const window = createWindow()
  let isClosed = false

  const close = () => {
    isClosed = true
    if (state.kind === 'inflate') state.inflater.close()
  }
  const refuse = (reason: string, cause?: unknown): never => {
    close()
    throw damaged(options, reason, cause)
  }
  // 3
  const pass = (bytes: Uint8Array) => {
    totalBytes += bytes.length
    memberBytes += bytes.length
    if (totalBytes > expectedBytes) refuse('It unpacks to more than its description says.')
    if (takesCrc) crc = zlib.crc32(bytes, crc)
    onData(bytes)
  }
  /** Held bytes and the chunk's, once `length` of them are there; else they are held. */
  const gather = (chunk: Uint8Array, length: number): Uint8Array | undefined => {
    const bytes = held.length === 0 ? chunk : concat(held, chunk)
    if (bytes.length < length) held = Uint8Array.from(bytes)
    else held = new Uint8Array(0)
    return bytes.length < length ? undefined : bytes
  }

  // 1
  const readHeader = (chunk: Uint8Array): Uint8Array | undefined => {
    const bytes = held.length === 0 ? chunk : concat(held, chunk)
    const header = parseGzipHeader(bytes)
    if (header.kind === 'wrong') return refuse('It holds bytes that are not part of it.')
    if (header.kind === 'more') {
      held = Uint8Array.from(bytes)
      return undefined
    }
    held = new Uint8Array(0)
    crc = 0
    takesCrc = true
    memberBytes = 0
    window.clear()
    state = { kind: 'block' }
    return bytes.subarray(header.length)
  }
  // 2
  const readBlock = (chunk: Uint8Array): Uint8Array | undefined => {
    const first = held[0] ?? chunk[0]
    if (first === undefined) return undefined
    if ((first & 6) !== 0) return startInflating(held.length === 0 ? chunk : concat(held, chunk))
    const bytes = gather(chunk, 5)
    if (bytes === undefined) return undefined
    const leftBytes = (bytes[1] ?? 0) | ((bytes[2] ?? 0) << 8)
    if ((leftBytes ^ ((bytes[3] ?? 0) | ((bytes[4] ?? 0) << 8))) !== 0xffff) return refuse('It does not unpack.')
    if (memberBytes === 0) takesCrc = !isProvedByChecksum
    state = { kind: 'stored', leftBytes, isLast: (first & 1) === 1 }
    return bytes.subarray(5)
  }
  const readStored = (chunk: Uint8Array, stored: State & { kind: 'stored' }): Uint8Array => {
    const bytes = chunk.subarray(0, stored.leftBytes)
    if (bytes.length > 0) pass(bytes)
    stored.leftBytes -= bytes.length
    if (stored.isLast) window.clear()
    else window.note(bytes)
    if (stored.leftBytes === 0) state = { kind: stored.isLast ? 'trailer' : 'block' }
    return chunk.subarray(bytes.length)
  }
  const startInflating = (bytes: Uint8Array): Uint8Array | undefined => {
    held = new Uint8Array(0)
    const leftBytes = expectedBytes - totalBytes
    if (sliceBytes === pushedBytes && leftBytes <= oneStepBytes) return inflateAtOnce(bytes, leftBytes)
    state = { kind: 'inflate', inflater: createInflater({ dictionary: window.bytes(), leftBytes, onData: pass }) }
    return bytes
  }
  const inflateAtOnce = (bytes: Uint8Array, leftBytes: number): Uint8Array => {
    try {
      const before = window.bytes()
      const dictionary = before.length === 0 ? {} : { dictionary: before }
      const limits = { maxOutputLength: leftBytes + 1, chunkSize: Math.max(64, Math.min(leftBytes + 1, 262_144)) }
      const result: unknown = zlib.inflateRawSync(bytes, { ...dictionary, ...limits, info: true })
      const { buffer, engine } = result as { buffer: Uint8Array; engine: { bytesWritten: number } }
      state = { kind: 'trailer' }
      if (buffer.length > 0) pass(buffer)
      return bytes.subarray(engine.bytesWritten)
    } catch (error) {
      if (error instanceof AppError) throw error
      const isTooLong = error instanceof RangeError
      return refuse(isTooLong ? 'It unpacks to more than its description says.' : 'It does not unpack.', error)
    }
  }
  // 4
  const readTrailer = (chunk: Uint8Array): Uint8Array | undefined => {
    const bytes = gather(chunk, trailerLength)
    if (bytes === undefined) return undefined
    const view = new DataView(bytes.buffer, bytes.byteOffset, trailerLength)
    if (takesCrc && view.getUint32(0, true) !== crc >>> 0) return refuse('Its check sum (CRC) is wrong.')
    if (view.getUint32(4, true) !== memberBytes % 2 ** 32) return refuse('Its size is not the one at its end.')
    state = { kind: 'header' }
    return bytes.subarray(trailerLength)
  }

  const step = (chunk: Uint8Array): Uint8Array | undefined | Promise<Uint8Array | undefined> => {
    switch (state.kind) {
      case 'header':
        return readHeader(chunk)
      case 'block':
        return readBlock(chunk)
      case 'stored':
        return readStored(chunk, state)
      case 'trailer':
        return readTrailer(chunk)
      case 'inflate':
        return state.inflater.push(chunk).then(
          (rest) => {
            if (rest !== undefined) state = { kind: 'trailer' }
            return rest
          },
          (error: unknown) => {
            if (error instanceof AppError) throw error
            return refuse('It does not unpack.', error)
          },
        )
    }
  }
  const drain = (chunk: Uint8Array): Promise<void> | undefined => {
    let rest: Uint8Array | undefined = chunk
    while (rest !== undefined && rest.length > 0) {
      if (isClosed) throw damaged(options, 'It is closed.')
      const next: Uint8Array | undefined | Promise<Uint8Array | undefined> = step(rest)
      if (next instanceof Promise) return next.then((left) => (left === undefined ? undefined : drain(left)))
      rest = next
    }
    return undefined
  }

  return {
    push(chunk) {
      pushedBytes += chunk.length
      // The chunk's memory is used again: what a next block may refer to is kept.
      const draining = drain(chunk)
      if (draining !== undefined) return draining.then(window.keep)
      window.keep()
      return undefined
    },
    // 5
    end() {
      if (state.kind !== 'header' || held.length > 0 || (pushedBytes === 0 && !isClosed)) refuse('It is cut off.')
      if (totalBytes !== expectedBytes) refuse('It unpacks to less than its description says.')
      close()
    },
    close,
  }
}

/** A whole slice at once. */
export async function decodeMembers(
  slice: Uint8Array,
  options: Omit<MemberDecoderOptions, 'sliceBytes'>,
): Promise<void> {
  const decoder = createMemberDecoder({ ...options, sliceBytes: slice.length })
  try {
    await decoder.push(slice)
    decoder.end()
  } finally {
    decoder.close()
  }
}

const damaged = ({ ref = '', path }: MemberDecoderOptions, reason: string, cause?: unknown) =>
  new AppError('archive-damaged', { ref, ...(path === undefined ? {} : { path }), reason }, cause)

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

/** The last 32 KiB of what came out of stored blocks. Noted bytes are copied only when they are asked for, or their memory goes. */
function createWindow() {
  let kept = noBytes
  let keptBytes = 0
  let noted: Uint8Array[] = []
  const keep = () => {
    let room = windowBytes
    const last: Uint8Array[] = []
    for (let index = noted.length - 1; index >= 0 && room > 0; index -= 1) {
      const bytes = noted[index]?.subarray(-room) ?? new Uint8Array(0)
      room -= bytes.length
      last.unshift(bytes)
    }
    noted = []
    if (last.length === 0) return
    if (kept.length === 0) kept = new Uint8Array(windowBytes)
    const old = Math.min(keptBytes, room)
    kept.copyWithin(0, keptBytes - old, keptBytes)
    keptBytes = old
    for (const bytes of last) {
      kept.set(bytes, keptBytes)
      keptBytes += bytes.length
    }
  }
  return {
    clear() {
      keptBytes = 0
      noted = []
    },
    note(bytes: Uint8Array) {
      if (bytes.length > 0) noted.push(bytes)
    },
    keep,
    bytes(): Uint8Array {
      keep()
      return Uint8Array.from(kept.subarray(0, keptBytes))
    },
  }
}
