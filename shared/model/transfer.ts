import * as z from 'zod'
import type { WireError } from '../errors.ts'
import { trashEntry } from './installed.ts'
import { packageRef } from './package.ts'

export const wireError = z.custom<WireError>((value) => typeof value === 'object' && value !== null && 'code' in value)

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
  z.strictObject({
    kind: z.literal('finishing'),
    /** It waits: a program has files open that are to be moved (Windows). */
    isHeld: z.boolean().optional(),
  }),
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
  /** Of what stands in the other figures already: so much is being read (or fetched) once more, after a stop, before anything new comes. */
  again: z.strictObject({ doneBytes: z.number(), totalBytes: z.number() }).optional(),
})
export type Progress = Readonly<z.infer<typeof progress>>

export const fileProgress = z.strictObject({
  path: z.string(),
  sizeBytes: z.number(),
  settledBytes: z.number(),
  receivedBytes: z.number(),
})
export type FileProgress = Readonly<z.infer<typeof fileProgress>>

/** Some of a transfer's files, and how many of all there are and are settled. */
export const filesPart = z.strictObject({
  fileCount: z.number(),
  settledCount: z.number(),
  files: z.array(fileProgress),
})
export type FilesPart = Readonly<z.infer<typeof filesPart>>

/** `verify`, `repair`: of an installed version. `export`: a version written as a `.sputnik` file. `move`: of a whole library to another folder. */
export const transferKind = z.enum(['install', 'publish', 'verify', 'repair', 'export', 'move'])

export const transfer = z.strictObject({
  id: z.string(),
  kind: transferKind,
  /** Absent for a move, which is of no version; its title is the library's name. */
  ref: packageRef.optional(),
  title: z.string(),
  /** Absent for `.sputnik` files. */
  connectionId: z.string().optional(),
  libraryId: z.string().optional(),
  /** The file that an export writes, the folder that a library moves to. */
  file: z.string().optional(),
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
      /** Of an install or repair: bytes of the archive that were fetched; of an install: bytes of files that were taken from this machine. */
      downloadBytes: z.number().optional(),
      reusedBytes: z.number().optional(),
      unprotected: z.boolean().optional(),
      alreadyThere: z.boolean().optional(),
      path: z.string().optional(),
      /** Of a verify or repair: files as they were found, changed or missing, and those that are no part of the version. */
      badFiles: z.number().optional(),
      extraFiles: z.number().optional(),
      /** Of a verify: files that were read before it was interrupted, and looked the same when it went on. */
      earlierFiles: z.number().optional(),
      /** Of an export: the file's size, and the md5 of the archive where it is the published one. */
      sizeBytes: z.number().optional(),
      md5: z.string().optional(),
      /** Of a move: files that stay in the old folder, since they were changed or put there meanwhile. */
      keptFiles: z.number().optional(),
    })
    .optional(),
})
/** What a verify or a repair found, and what a repair did. */
export const upkeepReport = z.strictObject({
  ref: packageRef,
  verifiedFiles: z.number(),
  /** As they were found, before a repair. */
  damaged: z.array(z.string()),
  missing: z.array(z.string()),
  extra: z.array(z.string()),
  /** Files that were read before the verify was interrupted, and looked the same when it went on. */
  earlierFiles: z.number().optional(),
  /** Only of a repair, as what follows. */
  repaired: z.array(z.string()).optional(),
  /** Of the archive, compressed. */
  fetchedBytes: z.number().optional(),
  /** What went to the trash, whole folders as one. */
  takenOut: z.array(z.string()).optional(),
  trash: trashEntry.optional(),
})
export type UpkeepReport = Readonly<z.infer<typeof upkeepReport>>

export type Transfer = Readonly<z.infer<typeof transfer>>
