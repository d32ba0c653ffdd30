import * as z from 'zod'
import { app } from './app.ts'

export const settings = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  /** Shown as publisher; empty: the system's user name. */
  publisherName: z.string().max(100).default(''),
  apps: z.array(app).max(100).default([]),
  /** Big transfers (over 64 MiB) at a time. */
  transfersAtOnce: z.number().int().min(1).max(4).default(1),
  /** Connections per transfer. */
  connectionsPerTransfer: z.number().int().min(1).max(16).default(4),
  singleKeys: z.boolean().default(true),
  defaultLibraryId: z.string().optional(),
  defaultConnectionId: z.string().optional(),
})
export type Settings = Readonly<z.infer<typeof settings>>

export const library = z.strictObject({
  id: z.string(),
  name: z.string(),
  path: z.string(),
  isDefault: z.boolean(),
  /** Old tools keep one version a name; so does a library with this on. */
  oneVersionPerPackage: z.boolean(),
  /** False when its folder can't be read now. */
  available: z.boolean(),
})
export type Library = Readonly<z.infer<typeof library>>
