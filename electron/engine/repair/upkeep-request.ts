import * as z from 'zod'
import { AppError } from '../../../shared/errors.ts'
import { packageRef } from '../../../shared/model/package.ts'

/** What a verify or a repair is given, plain JSON in its journal. */
export const upkeepRequest = z.object({
  libraryId: z.string(),
  ref: packageRef,
  /** Of a repair: where from, instead of where the version came from. */
  connectionId: z.string().optional(),
})
export type UpkeepRequest = Readonly<z.infer<typeof upkeepRequest>>

export const exportRequest = z.object({
  source: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('installed'), libraryId: z.string() }),
    /** `path`: only this file of it, as it is. */
    z.object({ kind: z.literal('published'), connectionId: z.string(), path: z.string().optional() }),
  ]),
  ref: packageRef,
  /** Absolute. */
  file: z.string(),
  overwrite: z.boolean(),
})
export type ExportRequest = Readonly<z.infer<typeof exportRequest>>

/** A request as it comes back from a journal; `state-damaged` when it is none. */
export function readRequest<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new AppError('state-damaged', { path: 'request of a transfer' }, parsed.error)
  return parsed.data
}
