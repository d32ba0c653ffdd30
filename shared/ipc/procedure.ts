import type * as z from 'zod'

/** One call over the contract: strict input in, checked output out. */
export interface Procedure<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly input: I
  readonly output: O
}

export const procedure = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O): Procedure<I, O> => ({
  input,
  output,
})

export type Contract = { readonly [noun: string]: { readonly [verb: string]: Procedure } }

/** What a call may be given besides its input. */
export interface CallOptions {
  readonly signal?: AbortSignal
  /** Heard by callers in the engine's own process only, of calls that read or fetch much: bytes done of the total, rising. */
  readonly onProgress?: (done: { readonly doneBytes: number; readonly totalBytes: number }) => void
}

/**
 * The functions of a contract: `api.noun.verb(input, {signal})`. Rejects with AppError alone.
 * Callers give `z.input`, and get `z.output`.
 */
export type Api<T extends Contract> = {
  readonly [N in keyof T]: {
    readonly [V in keyof T[N]]: (
      input: z.input<T[N][V]['input']>,
      options?: CallOptions,
    ) => Promise<z.output<T[N][V]['output']>>
  }
}
