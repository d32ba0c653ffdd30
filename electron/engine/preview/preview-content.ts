import type { FilePreview } from '../../../shared/model/file-preview.ts'
import { findPickleImports } from '../format/pickle-imports.ts'
import { readModelHeader } from './model-header.ts'

/** A file's beginning, as far as it is worth reading. */
export interface Beginning {
  /** So many bytes from the start, when `bytes` are there; undefined: these are enough. */
  wantedBytes(bytes: Uint8Array): number | undefined
  content(bytes: Uint8Array): FilePreview['content']
}

/** A description may be that long, beyond what else is read of a file. */
const mostHeaderBytes = 32 * 1024 * 1024
const mostPickleBytes = 8 * 1024 * 1024
const mostPictureBytes = 4 * 1024 * 1024

/**
 * What to read of a file and what it shows: of weights the description at their start, as far as it reaches; of a pickle what it asks for when it
 * is loaded, from its first bytes; of a picture everything, if it is not too large; of anything else the first `maxBytes` as text, if it is one.
 */
export function beginningOf(file: { readonly path: string; readonly sizeBytes: number }, maxBytes: number): Beginning {
  const { path, sizeBytes } = file
  const least = Math.min(sizeBytes, maxBytes)
  if (/\.(?:safetensors|gguf)$/i.test(path)) {
    return {
      wantedBytes(bytes) {
        if (bytes.length < least) return least
        const found = readModelHeader(path, sizeBytes, bytes)
        if (found === undefined || !('neededBytes' in found) || found.neededBytes > mostHeaderBytes) return undefined
        // Doubled, since a description of unknown length says so a piece at a time.
        return Math.min(sizeBytes, mostHeaderBytes, Math.max(found.neededBytes, bytes.length * 2))
      },
      content(bytes) {
        const found = readModelHeader(path, sizeBytes, bytes)
        if (found !== undefined && 'format' in found) return { kind: 'model', header: found }
        return textOf(bytes, bytes.length < sizeBytes)
      },
    }
  }
  if (/\.(?:pkl|pickle|joblib|pt|pth|ckpt|bin)$/i.test(path)) {
    const wanted = Math.min(sizeBytes, mostPickleBytes)
    return {
      wantedBytes(bytes) {
        if (bytes.length < Math.min(wanted, least)) return Math.min(wanted, least)
        // Of other files with such a name the beginning is enough.
        return bytes.length < wanted && findPickleImports(bytes) !== undefined ? wanted : undefined
      },
      content(bytes) {
        const found = findPickleImports(bytes)
        if (found === undefined) return textOf(bytes, bytes.length < sizeBytes)
        return { kind: 'pickle', imports: [...found.names], isWhole: found.isWhole }
      },
    }
  }
  const isPicture = pictureName.test(path) && sizeBytes <= mostPictureBytes
  const wanted = isPicture ? sizeBytes : least
  return {
    wantedBytes: (bytes) => (bytes.length < wanted ? wanted : undefined),
    content(bytes) {
      const type = isPicture ? pictureTypeOf(bytes) : undefined
      if (type !== undefined) return { kind: 'picture', type, base64: Buffer.from(bytes).toString('base64') }
      const shown = bytes.subarray(0, wanted)
      return textOf(shown, shown.length < sizeBytes)
    },
  }
}

const pictureName = /\.(?:png|jpe?g|gif|webp)$/i

/** By its first bytes; what a name says doesn't count. */
function pictureTypeOf(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1')
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (/^GIF8[79]a/.test(start)) return 'image/gif'
  return /^RIFF[\s\S]{4}WEBP/.test(start) ? 'image/webp' : undefined
}

/** UTF-8 without NUL is text; a character that the cut went through is dropped. */
function textOf(bytes: Uint8Array, truncated: boolean): FilePreview['content'] {
  if (bytes.includes(0)) return { kind: 'binary' }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: truncated })
    return { kind: 'text', text, truncated }
  } catch {
    return { kind: 'binary' }
  }
}
