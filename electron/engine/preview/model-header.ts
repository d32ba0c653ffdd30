import type { ModelHeader } from '../../../shared/model/file-preview.ts'
import { NotThisFormat, walkGguf } from '../format/gguf-header.ts'
import { safetensorsEnd } from '../format/header-end.ts'
import { ggmlTypes } from './ggml-types.ts'

/**
 * What a weights file says of itself in its first bytes: its tensors, their types and shapes, and the notes in it.
 *
 * Takes what is there of the file so far. Answers the description; how many bytes of the file it needs at least, when these are too few; or
 * undefined when this is no such file. The bytes may be anybody's.
 */
export function readModelHeader(
  path: string,
  sizeBytes: number,
  start: Uint8Array,
): ModelHeader | { readonly neededBytes: number } | undefined {
  const read = (offset: number, length: number) => {
    if (offset + length > start.length) throw new Needed(offset + length)
    return start.subarray(offset, offset + length)
  }
  try {
    const name = path.toLowerCase()
    if (name.endsWith('.safetensors')) return readSafetensors({ sizeBytes, read })
    if (name.endsWith('.gguf')) return readGguf({ sizeBytes, read })
    return undefined
  } catch (error) {
    if (error instanceof Needed) return { neededBytes: error.bytes }
    if (error instanceof NotThisFormat) return undefined
    throw error
  }
}

class Needed extends Error {
  readonly bytes: number
  constructor(bytes: number) {
    super()
    this.bytes = bytes
  }
}

interface Start {
  readonly sizeBytes: number
  readonly read: (offset: number, length: number) => Uint8Array
}
type Tensor = ModelHeader['tensors'][number]

/** So many tensors and notes are told one by one; the sums are of all. */
const mostTensors = 5000
const mostNotes = 500
const mostNoteLetters = 500

function describe(
  format: ModelHeader['format'],
  headerBytes: number,
  tensors: readonly Tensor[],
  notes: readonly (readonly [string, string])[],
): ModelHeader {
  const bytesOf = new Map<string, number>()
  let parameters = 0
  for (const { type, shape, sizeBytes } of tensors) {
    bytesOf.set(type, (bytesOf.get(type) ?? 0) + sizeBytes)
    parameters += countOf(shape)
  }
  return {
    format,
    headerBytes,
    parameters,
    tensorCount: tensors.length,
    types: [...bytesOf].sort(([, a], [, b]) => b - a).map(([type]) => type),
    tensors: tensors.slice(0, mostTensors),
    notes: notes.slice(0, mostNotes).map(([key, value]) => ({ key, value: shorten(value) })),
  }
}

const countOf = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1)
const shorten = (value: string) => (value.length <= mostNoteLetters ? value : `${value.slice(0, mostNoteLetters)}…`)

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

/** https://github.com/huggingface/safetensors: `{name: {dtype, shape, data_offsets: [from, to]}, "__metadata__": {text: text}}`. */
function readSafetensors(start: Start): ModelHeader | undefined {
  const end = safetensorsEnd(start)
  if (end === 0 || end > start.sizeBytes) return undefined
  let parsed: unknown
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(start.read(8, end - 8)))
  } catch (error) {
    if (error instanceof Needed) throw error
    return undefined
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined
  const tensors: Tensor[] = []
  const notes: [string, string][] = []
  for (const [name, value] of Object.entries(parsed)) {
    if (typeof value !== 'object' || value === null) return undefined
    if (name === '__metadata__') {
      for (const [key, note] of Object.entries(value)) notes.push([key, String(note)])
      continue
    }
    const { dtype, shape, data_offsets: offsets } = value as Readonly<Record<string, unknown>>
    if (typeof dtype !== 'string' || !Array.isArray(shape) || !shape.every(isCount)) return undefined
    if (!isCount(countOf(shape))) return undefined
    const [from, to] = Array.isArray(offsets) ? offsets : []
    if (!isCount(from) || !isCount(to) || to < from) return undefined
    tensors.push({ name, type: dtype, shape, sizeBytes: to - from })
  }
  return describe('safetensors', end, tensors, notes)
}

function readGguf(start: Start): ModelHeader {
  const tensors: Tensor[] = []
  const notes: [string, string][] = []
  const end = walkGguf(start, {
    keepBytes: 4096,
    pair(key, value) {
      const text = typeof value === 'object' ? `${value.count.toLocaleString('en')} values` : String(value)
      if (notes.length < mostNotes) notes.push([key, text])
    },
    tensor({ name, type, shape }) {
      if (!isCount(countOf(shape))) throw new NotThisFormat()
      const found = ggmlTypes[type]
      const sizeBytes = found === undefined ? 0 : (countOf(shape) / found.blockLength) * found.blockBytes
      tensors.push({ name, type: found?.name ?? `type ${type}`, shape: [...shape], sizeBytes: Math.ceil(sizeBytes) })
    },
  })
  return describe('GGUF', end, tensors, notes)
}
