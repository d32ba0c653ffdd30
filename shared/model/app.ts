import * as z from 'zod'

/** A program that loads packages. Names match exactly; version `3.2` means 3.2.0. */
export const app = z.strictObject({ name: z.string().min(1).max(100), version: z.string().min(1).max(64) })
export type App = Readonly<z.infer<typeof app>>

/** A package's answer for one app. */
export const appVerdict = z.discriminatedUnion('kind', [
  /** constraint null: every version. */
  z.strictObject({ kind: z.literal('compatible'), app, constraint: z.string().nullable() }),
  z.strictObject({ kind: z.literal('not-compatible'), app, constraint: z.string() }),
  z.strictObject({ kind: z.literal('not-stated'), app }),
])
export type AppVerdict = Readonly<z.infer<typeof appVerdict>>
