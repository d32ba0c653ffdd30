/**
 * Where the description at the start of a weights file ends and its tensors begin, so that a changed description costs a description.
 *
 *  - safetensors: 8 bytes little endian say how long the JSON behind them is.
 *  - GGUF: magic, version, counts, key-value pairs, tensor descriptions, padding up to `general.alignment`.
 *
 * The bytes may be anybody's: whatever is not exactly such a start, or longer than the cap, has no end that matters (0). A wrong answer would
 * cost nothing but a cut in another place.
 */
export function findHeaderEnd(file: {
  readonly path: string
  readonly sizeBytes: number
  /** Exactly so many bytes from an offset that lies with them inside the file. */
  readonly read: (offset: number, length: number) => Uint8Array
}): number {
  const path = file.path.toLowerCase()
  const end = path.endsWith('.safetensors') ? safetensorsEnd(file) : path.endsWith('.gguf') ? ggufEnd(file) : 0
  return Number.isSafeInteger(end) && end > 0 && end < file.sizeBytes ? end : 0
}

type File = Parameters<typeof findHeaderEnd>[0]

const maxHeaderBytes = 100 * 1024 * 1024
const openingBrace = 0x7b

function safetensorsEnd({ sizeBytes, read }: File): number {
  if (sizeBytes < 10) return 0
  const start = read(0, 9)
  const length = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true)
  if (length < 2n || length > BigInt(maxHeaderBytes) || start[8] !== openingBrace) return 0
  return 8 + Number(length)
}

const ggufMagic = 0x46554747
const maxEntries = 1_000_000
/** Bytes of GGUF's value types by number; 8 is a string, 9 an array. */
const fixedSizes = [1, 1, 2, 2, 4, 4, 4, 1, undefined, undefined, 8, 8, 8] as const

/** Thrown and caught here: these bytes are not what they seemed. */
class NotThisFormat extends Error {}

function ggufEnd(file: File): number {
  const cursor = createCursor(file)
  try {
    if (cursor.u32() !== ggufMagic) return 0
    const version = cursor.u32()
    // The first version had other counts; it is not written any more.
    if (version !== 2 && version !== 3) return 0
    const tensors = cursor.count()
    const pairs = cursor.count()
    let alignment = 32
    for (let pair = 0; pair < pairs; pair += 1) {
      const isAlignment = cursor.text(64) === 'general.alignment'
      const type = cursor.u32()
      if (isAlignment && type === 4) alignment = cursor.u32()
      else skipValue(cursor, type, 0)
    }
    for (let tensor = 0; tensor < tensors; tensor += 1) {
      cursor.text(0)
      const dimensions = cursor.u32()
      if (dimensions > 16) return 0
      cursor.skip(dimensions * 8 + 4 + 8)
    }
    if (alignment < 1 || alignment > 65_536) return 0
    return Math.ceil(cursor.at() / alignment) * alignment
  } catch (error) {
    if (error instanceof NotThisFormat) return 0
    throw error
  }
}

function skipValue(cursor: Cursor, type: number, depth: number): void {
  const size = fixedSizes[type]
  if (size !== undefined) cursor.skip(size)
  else if (type === 8) cursor.text(0)
  else if (type === 9 && depth < 4) {
    const of = cursor.u32()
    const count = cursor.count()
    const each = fixedSizes[of]
    if (each !== undefined) cursor.skip(each * count)
    else for (let item = 0; item < count; item += 1) skipValue(cursor, of, depth + 1)
  } else throw new NotThisFormat()
}

type Cursor = ReturnType<typeof createCursor>

/** Reads forward through at most the cap, a window at a time. */
function createCursor({ sizeBytes, read }: File) {
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
      window = Uint8Array.from(read(at, Math.min(windowBytes, limit - at)))
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
    u32: () => take(4).getUint32(0, true),
    count: () => long(maxEntries),
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
