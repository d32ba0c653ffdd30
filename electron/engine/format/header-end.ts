import { type HeaderBytes, maxHeaderBytes, NotThisFormat, walkGguf } from './gguf-header.ts'

/**
 * Where the description at the start of a weights file ends and its tensors begin, so that a changed description costs a description.
 *
 *  - safetensors: 8 bytes little endian say how long the JSON behind them is.
 *  - GGUF: magic, version, counts, key-value pairs, tensor descriptions, padding up to `general.alignment`.
 *
 * The bytes may be anybody's: whatever is not exactly such a start, or longer than the cap, has no end that matters (0). A wrong answer would
 * cost nothing but a cut in another place.
 */
export function findHeaderEnd(file: HeaderBytes & { readonly path: string }): number {
  const path = file.path.toLowerCase()
  const end = path.endsWith('.safetensors') ? safetensorsEnd(file) : path.endsWith('.gguf') ? ggufEnd(file) : 0
  return Number.isSafeInteger(end) && end > 0 && end < file.sizeBytes ? end : 0
}

const openingBrace = 0x7b

/** 0 when it doesn't begin like one. */
export function safetensorsEnd({ sizeBytes, read }: HeaderBytes): number {
  if (sizeBytes < 10) return 0
  const start = read(0, 9)
  const length = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true)
  if (length < 2n || length > BigInt(maxHeaderBytes) || start[8] !== openingBrace) return 0
  return 8 + Number(length)
}

function ggufEnd(file: HeaderBytes): number {
  try {
    return walkGguf(file)
  } catch (error) {
    if (error instanceof NotThisFormat) return 0
    throw error
  }
}
