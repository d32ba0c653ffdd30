import * as z from 'zod'

/** What a weights file says of itself. Sums are of all tensors; lists may be cut. */
const modelHeader = z.strictObject({
  format: z.enum(['safetensors', 'GGUF']),
  /** So far reaches the description; the tensors follow. */
  headerBytes: z.number(),
  parameters: z.number(),
  tensorCount: z.number(),
  /** Number types, the one with most bytes first. */
  types: z.array(z.string()),
  tensors: z.array(
    z.strictObject({ name: z.string(), type: z.string(), shape: z.array(z.number()), sizeBytes: z.number() }),
  ),
  notes: z.array(z.strictObject({ key: z.string(), value: z.string() })),
})
export type ModelHeader = Readonly<z.infer<typeof modelHeader>>

/** A file to look at. A text may be cut, a picture is whole. */
export const filePreview = z.strictObject({
  path: z.string(),
  sizeBytes: z.number(),
  content: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('text'), text: z.string(), truncated: z.boolean() }),
    z.strictObject({ kind: z.literal('model'), header: modelHeader }),
    /** Loading it runs code. `imports`: what it asks Python for, by name; all of it, if `isWhole`. */
    z.strictObject({ kind: z.literal('pickle'), imports: z.array(z.string()), isWhole: z.boolean() }),
    /** `type` is a media type that browsers draw; no SVG, which is a text. */
    z.strictObject({ kind: z.literal('picture'), type: z.string(), base64: z.string() }),
    z.strictObject({ kind: z.literal('binary') }),
  ]),
})
export type FilePreview = Readonly<z.infer<typeof filePreview>>
