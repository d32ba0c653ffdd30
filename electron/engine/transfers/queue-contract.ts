import type { Announcer } from '../../../shared/ipc/events.ts'
import type { FilesPart, Transfer } from '../../../shared/model/transfer.ts'
import type { Clock, Disk, Log } from '../ports.ts'
import type { NewTransfer, TransferRunner } from './transfer-runner.ts'

/** What others see of the queue (queue.ts says how it works). Unknown ids are `transfer-not-found`. */
export interface TransferQueue {
  /** The same asked for again, while it has not ended well, is that transfer, at the pace that is asked for now. */
  start(transfer: NewTransfer): string
  list(): readonly Transfer[]
  files(id: string, from: number, count: number): FilesPart
  pause(id: string): Promise<void>
  resume(id: string): void
  /** Resolves when what it made is discarded (true), or left for later; `past-cancel` when others may complete it by now. */
  cancel(id: string): Promise<boolean>
  moveUp(id: string): void
  /** Forgets what is done or was cancelled. What failed stays, with what it may yet go on from: `cancel` discards that. */
  clearHistory(): void
  /** Resolves with the transfer when it has ended or stands paused. */
  wait(id: string, io: { readonly signal: AbortSignal }): Promise<Transfer>
  /** The settings' limits are others by now: what runs heeds them. */
  limitsChanged(): void
  /** Looks for journals below these folders. Those whose owner is gone are taken (with `takesOver`), or listed until they are asked for. */
  adopt(journalParents: readonly string[]): void
  /** Lets go of what has its journal in that folder, which is about to be moved; `busy` when one of them runs or waits for its turn. */
  letGo(journalParent: string): void
  /** The journals lie there by now, or still: what was let go is taken again. */
  takeAgain(before: string, now: string): void
  /** The computer slept: what was on its way begins anew over new connections, and goes on where it was; what waits for its store is tried. */
  wake(): Promise<void>
  /** Pauses what runs as interrupted, and gives up the leases. */
  stop(): Promise<void>
}

/** Held while its process lives and is awake. */
export interface TransferLease {
  /** False once another process has taken it over. */
  isOurs(): boolean
  release(): void
}

export interface QueueDeps {
  readonly disk: Disk
  readonly clock: Clock
  readonly log: Log
  readonly announcer: Announcer
  /** Of journals that are of no library, and of the history; nobody but this person writes in it. */
  readonly historyFolder: string
  /** Where the journals of a library lie; undefined: it isn't known here. */
  journalsOf(libraryId: string): string | undefined
  runner(kind: NewTransfer['kind']): TransferRunner
  transfersAtOnce(): number
  /** For each transfer that isn't asked to heed another; undefined: none. */
  limitBytesPerSecond(kind: NewTransfer['kind']): number | undefined
  /** False: interrupted transfers are listed and left alone until they are started, resumed or cancelled (the command line). */
  readonly takesOver: boolean
  /** A living process works on it. */
  isHeld(journalFolder: string): boolean
  /** The library that it lies in is being moved. */
  isMoving(journalFolder: string): boolean
  /** Steps 6 and 8; the command line, which ends, does without. */
  readonly goesOnByItself: boolean
  /** Called before a transfer is told to be done, so that what it changed is seen by then. */
  onSucceeded(transfer: Transfer): void
  /** Another process of this home did, cancelled or finished it. */
  onEndedElsewhere(transfer: Transfer): void
  /** Undefined: another living process holds it. */
  takeLease(journalFolder: string, onLost: () => void): TransferLease | undefined
}
