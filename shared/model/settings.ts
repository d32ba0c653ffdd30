import * as z from 'zod'
import { app } from './app.ts'

const fields = {
  theme: z.enum(['system', 'light', 'dark']),
  /** Shown as publisher; empty: the system's user name. */
  publisherName: z.string().max(100),
  apps: z.array(app).max(100),
  /** Big transfers (over 64 MiB) at a time. */
  transfersAtOnce: z.number().int().min(1).max(4),
  /** Connections that a transfer starts with; an install takes more while they bring more. */
  connectionsPerTransfer: z.number().int().min(1).max(16),
  /** Of each publish; 0 or absent: none. */
  uploadLimitBytesPerSecond: z.number().int().min(0).optional(),
  /** Of each install; 0 or absent: none. */
  downloadLimitBytesPerSecond: z.number().int().min(0).optional(),
  /** Absolute path of a file (PEM) with certificate authorities that are trusted for every store; empty or absent: none. */
  certificateFile: z.string().max(4096).optional(),
  singleKeys: z.boolean(),
  defaultLibraryId: z.string().optional(),
}

export const settings = z.strictObject({
  ...fields,
  theme: fields.theme.default('system'),
  publisherName: fields.publisherName.default(''),
  apps: fields.apps.default([]),
  transfersAtOnce: fields.transfersAtOnce.default(1),
  connectionsPerTransfer: fields.connectionsPerTransfer.default(4),
  singleKeys: fields.singleKeys.default(true),
})
export type Settings = Readonly<z.infer<typeof settings>>

/** Some of the settings. Made of fields without defaults: those would be filled in, and so set what nobody asked to change. */
export const settingsChanges = z.strictObject(fields).partial()

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
