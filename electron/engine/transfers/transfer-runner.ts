import type { PackageRef } from '../../../shared/model/package.ts'
import type { Transfer } from '../../../shared/model/transfer.ts'
import type { Log } from '../ports.ts'

/**
 * What the queue and the recovery know of install and publish: engine/index.ts hands runners over, so that neither side imports the other.
 *
 * A transfer is a record in a journal: `request` (plain JSON, all that is needed to start over after a restart) and what the runner appended.
 */

/** Append-only records, each fsynced with a checksum; a torn tail is dropped when it is opened. */
export interface Journal {
  /** Folder of this transfer's own files: `<library>/.orbital/journal/<id>` or `<home>/state/transfers/<id>`. */
  readonly folder: string
  /** Records appended so far, this run and earlier ones, oldest first. */
  readonly records: readonly JournalRecord[]
  /** Durable when it returns; with `synced: false` it outlives its process, and not a loss of power. */
  append(record: JournalRecord, options?: { readonly synced?: boolean }): void
}
/** Plain JSON; `kind` is the runner's. */
export type JournalRecord = { readonly kind: string } & Readonly<Record<string, unknown>>

/**
 * Counters of one transfer that workers add to without messages (Atomics on a BigInt64Array).
 * Index 0: received (or sent) bytes, 1: settled bytes, 2: wire bytes, 3: received bytes that were there before (a part that is still at the
 * store, a file that goes on): they are no speed, then two a file (received, settled) where the runner wants per-file detail.
 */
export interface Counters {
  readonly shared: SharedArrayBuffer
  /** The counters restart at these values (what a resume found); call before work starts. */
  reset(values: { readonly receivedBytes: number; readonly settledBytes: number }): void
  addReceived(bytes: number): void
  addSettled(bytes: number): void
  addWire(bytes: number): void
  /** Received and settled, and no speed: it was there before. */
  addKept(bytes: number): void
}
export const counterIndex = { received: 0, settled: 1, wire: 2, kept: 3, firstFile: 4 } as const

/** How much of the line a transfer takes, as asked for it; what is absent is as the settings say. No part of what a transfer is. */
export interface Pace {
  readonly connections?: number | undefined
  readonly limitBytesPerSecond?: number | undefined
}

export type Phase =
  | { readonly kind: 'preparing' | 'transferring' | 'verifying' }
  | { readonly kind: 'finishing'; readonly isHeld?: boolean }
  | { readonly kind: 'stalled'; readonly sinceMs: number }
  | { readonly kind: 'reconnecting'; readonly attempt: number; readonly nextTryAtMs: number }

/** Why a run is stopped; `lost`: another process has taken the transfer over. */
export type StopReason = 'pause' | 'cancel' | 'shutdown' | 'lost'

export interface TransferTask {
  readonly id: string
  /** What start() was given; the same after a restart. */
  readonly request: unknown
  readonly journal: Journal
  /** As asked for last, which may be while it runs. */
  pace(): Pace
  /** The bytes a second that all its threads keep together (rate-limit.ts): as asked for, or as set, also when that changes while it runs. */
  readonly limit: SharedArrayBuffer
  readonly counters: Counters
  /** Aborts with an AppError `cancelled` as reason. */
  readonly signal: AbortSignal
  /** Throws `cancelled` when another process has taken this transfer over; call it before what can't be taken back. */
  ensureOwned(): void
  /** Says what is being done; `finishing` means that pause and cancel are refused from here on. */
  enter(phase: Phase): void
  /** Total in uncompressed bytes once it is known better than in the request. */
  setTotal(totalBytes: number, files?: readonly { readonly path: string; readonly sizeBytes: number }[]): void
  readonly log: Log
}

export type Outcome = NonNullable<Transfer['outcome']>

export interface TransferRunner {
  readonly kind: Transfer['kind']
  /** Runs or goes on (records say how far it came). Rejects with AppError; after an abort it has left what a resume needs, and nothing else running. */
  run(task: TransferTask): Promise<Outcome>
  /** Removes everything that the journal says was made (staging, spool, open uploads), for cancel and for giving up. Can run twice. */
  discard(task: TransferTask): Promise<void>
  /** True once others may complete what the records tell of, so that it can only go on. */
  isPastCancel(request: unknown, records: readonly JournalRecord[]): boolean
}

/** What start() of the queue takes. */
export interface NewTransfer {
  readonly kind: Transfer['kind']
  readonly ref?: PackageRef
  readonly title: string
  readonly connectionId?: string
  readonly libraryId?: string
  /** The file that an export writes, the folder that a library moves to. */
  readonly file?: string
  readonly totalBytes: number
  /** Absolute folder in which `<id>/` is made for the journal. */
  readonly journalParent: string
  /** What makes it this transfer and no other: asked for again with an equal one, it goes on. */
  readonly request: unknown
  readonly pace?: Pace
}
