/**
 * A forward walk through the start of a GGUF file: magic, version, counts, key-value pairs, tensor descriptions.
 * The bytes may be anybody's: `NotThisFormat` for whatever is not exactly such a start, or longer than the cap.
 */
export interface HeaderBytes {
  readonly sizeBytes: number
  /** Exactly so many bytes from an offset that lies with them inside the file. */
  readonly read: (offset: number, length: number) => Uint8Array
}

export interface GgufVisitor {
  pair?(key: string, value: GgufValue): void
  tensor?(tensor: { readonly name: string; readonly type: number; readonly shape: readonly number[] }): void
  /** Of strings that are not asked for only so many bytes are read. */
  readonly keepBytes?: number
}
/** Arrays tell only how many there are. */
export type GgufValue = number | bigint | boolean | string | { readonly count: number }

/** Thrown and caught by who walks: these bytes are not what they seemed. */
export class NotThisFormat extends Error {}

export const maxHeaderBytes = 100 * 1024 * 1024
const magic = 0x46554747
const maxEntries = 1_000_000
/** Bytes of the value types by number; 8 is a string, 9 an array. */
const fixedSizes = [1, 1, 2, 2, 4, 4, 4, 1, undefined, undefined, 8, 8, 8] as const

/** Where the tensors' bytes begin. */
export function walkGguf(file: HeaderBytes, visitor: GgufVisitor = {}): number {
  const { keepBytes = 64 } = visitor
  const cursor = createCursor(file)
  if (cursor.u32() !== magic) throw new NotThisFormat()
  const version = cursor.u32()
  // The first version had other counts; it is not written any more.
  if (version !== 2 && version !== 3) throw new NotThisFormat()
  const tensors = cursor.count()
  const pairs = cursor.count()
  let alignment = 32
  for (let pair = 0; pair < pairs; pair += 1) {
    const key = cursor.text(Math.max(64, keepBytes))
    const type = cursor.u32()
    const value = readValue(cursor, type, keepBytes, 0)
    if (key === 'general.alignment' && type === 4) alignment = value as number
    visitor.pair?.(key, value)
  }
  for (let tensor = 0; tensor < tensors; tensor += 1) {
    const name = cursor.text(visitor.tensor === undefined ? 0 : keepBytes)
    const dimensions = cursor.u32()
    if (dimensions > 16) throw new NotThisFormat()
    const shape = Array.from({ length: dimensions }, () => cursor.long(Number.MAX_SAFE_INTEGER))
    const type = cursor.u32()
    cursor.skip(8)
    visitor.tensor?.({ name, type, shape })
  }
  if (alignment < 1 || alignment > 65_536) throw new NotThisFormat()
  return Math.ceil(cursor.at() / alignment) * alignment
}

function readValue(cursor: Cursor, type: number, keepBytes: number, depth: number): GgufValue {
  if (type === 8) return cursor.text(keepBytes)
  if (type !== 9) return cursor.number(type)
  if (depth >= 4) throw new NotThisFormat()
  const of = cursor.u32()
  const count = cursor.count()
  const each = fixedSizes[of]
  if (each !== undefined) cursor.skip(each * count)
  else for (let item = 0; item < count; item += 1) readValue(cursor, of, 0, depth + 1)
  return { count }
}

type Cursor = ReturnType<typeof createCursor>

/** Reads forward through at most the cap, a window at a time. */
function createCursor({ sizeBytes, read }: HeaderBytes) {
  const limit = Math.min(sizeBytes, maxHeaderBytes)
  const windowBytes = 64 * 1024
  let window: Uint8Array = new Uint8Array(0)
  let windowStart = 0
  let at = 0
  const take = (length: number): DataView => {
    if (at + length > limit) throw new NotThisFormat()
    if (at < windowStart || at + length > windowStart + window.length) {
      windowStart = at
      // A copy, since what is read may lie in memory that is used again.
      window = Uint8Array.from(read(at, Math.min(Math.max(length, windowBytes), limit - at)))
    }
    const view = new DataView(window.buffer, at - windowStart, length)
    at += length
    return view
  }
  const skip = (length: number) => {
    if (length < 0 || at + length > limit) throw new NotThisFormat()
    at += length
  }
  const long = (most: number): number => {
    const value = take(8).getBigUint64(0, true)
    if (value > BigInt(most)) throw new NotThisFormat()
    return Number(value)
  }
  return {
    at: () => at,
    skip,
    long,
    u32: () => take(4).getUint32(0, true),
    count: () => long(maxEntries),
    number(type: number): number | bigint | boolean {
      const size = fixedSizes[type]
      if (size === undefined) throw new NotThisFormat()
      const view = take(size)
      switch (type) {
        case 0:
          return view.getUint8(0)
        case 1:
          return view.getInt8(0)
        case 2:
          return view.getUint16(0, true)
        case 3:
          return view.getInt16(0, true)
        case 4:
          return view.getUint32(0, true)
        case 5:
          return view.getInt32(0, true)
        case 6:
          return view.getFloat32(0, true)
        case 7:
          return view.getUint8(0) !== 0
        case 10:
          return view.getBigUint64(0, true)
        case 11:
          return view.getBigInt64(0, true)
        default:
          return view.getFloat64(0, true)
      }
    },
    /** A string; only one of at most `keepBytes` is read, others are passed over. */
    text(keepBytes: number): string {
      const length = long(maxHeaderBytes)
      if (length > keepBytes) {
        skip(length)
        return ''
      }
      const view = take(length)
      return new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset, length))
    },
  }
}
