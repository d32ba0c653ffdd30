import * as z from 'zod'
import type { WireError } from '../errors.ts'
import { packageRef } from './package.ts'

const wireError = z.custom<WireError>((value) => typeof value === 'object' && value !== null && 'code' in value)

export const pauseReason = z.enum(['by-person', 'interrupted', 'disk-full', 'sign-in', 'store-unreachable'])
export type PauseReason = z.infer<typeof pauseReason>

/** The one honest state of a transfer. Times are ms since the epoch by the engine's clock. */
export const transferState = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('queued') }),
  z.strictObject({ kind: z.literal('preparing') }),
  z.strictObject({ kind: z.literal('transferring') }),
  z.strictObject({ kind: z.literal('stalled'), sinceMs: z.number() }),
  z.strictObject({ kind: z.literal('reconnecting'), attempt: z.number(), nextTryAtMs: z.number() }),
  z.strictObject({ kind: z.literal('verifying') }),
  /** From here it can't be cancelled: it takes moments. */
  z.strictObject({ kind: z.literal('finishing') }),
  z.strictObject({ kind: z.literal('paused'), reason: pauseReason, error: wireError.optional() }),
  z.strictObject({ kind: z.literal('cancelling') }),
  z.strictObject({ kind: z.literal('cancelled') }),
  z.strictObject({ kind: z.literal('failed'), error: wireError }),
  z.strictObject({ kind: z.literal('done') }),
])
export type TransferState = Readonly<z.infer<typeof transferState>>

/** Bytes of one transfer. settled ≤ received ≤ total; none ever falls. */
export const progress = z.strictObject({
  /** Verified (install) or confirmed by the store (publish), in uncompressed bytes of files. */
  settledBytes: z.number(),
  /** Received or sent, not yet settled included; same unit. */
  receivedBytes: z.number(),
  totalBytes: z.number(),
  /** Over the last ten seconds; 0 while standing still. */
  bytesPerSecond: z.number(),
  /** Absent while it can't be told. */
  secondsLeft: z.number().optional(),
})
export type Progress = Readonly<z.infer<typeof progress>>

export const fileProgress = z.strictObject({
  path: z.string(),
  sizeBytes: z.number(),
  settledBytes: z.number(),
  receivedBytes: z.number(),
})
export type FileProgress = Readonly<z.infer<typeof fileProgress>>

export const transfer = z.strictObject({
  id: z.string(),
  kind: z.enum(['install', 'publish', 'verify']),
  ref: packageRef,
  title: z.string(),
  /** Absent for `.sputnik` files. */
  connectionId: z.string().optional(),
  libraryId: z.string().optional(),
  state: transferState,
  progress,
  createdAtMs: z.number(),
  endedAtMs: z.number().optional(),
  /** Bytes on the wire so far, this run and earlier ones. */
  wireBytes: z.number(),
  /** Another process holds its lease: shown, not steered. */
  readOnly: z.boolean(),
  /** What ended well, in facts: reused bytes, a warning of the store. */
  outcome: z
    .strictObject({
      /** Of an install: bytes of the archive that were fetched, and bytes of files that were taken from this machine. */
      downloadBytes: z.number().optional(),
      reusedBytes: z.number().optional(),
      unprotected: z.boolean().optional(),
      alreadyThere: z.boolean().optional(),
      path: z.string().optional(),
    })
    .optional(),
})
export type Transfer = Readonly<z.infer<typeof transfer>>
