import type { Progress, Transfer } from '../model/transfer.ts'

/**
 * What changed, never lost: numbered by `seq` (rising by 1) within an engine's `epoch`. A client that sees a gap or another epoch refetches.
 * A change names what to refetch, or carries the new value where that is small.
 */
export type Change =
  | { readonly kind: 'transfer.changed'; readonly transfer: Transfer }
  | { readonly kind: 'transfer.removed'; readonly id: string }
  | { readonly kind: 'transfers.reordered' }
  | { readonly kind: 'catalog.changed'; readonly connectionId: string }
  | {
      readonly kind: 'package.published'
      readonly connectionId: string
      readonly name: string
      readonly version: string
    }
  | { readonly kind: 'plan.refined'; readonly planId: string }
  /** A large folder is being read: so many entries so far. */
  | { readonly kind: 'plan.reading'; readonly planId: string; readonly entryCount: number }
  /** A plan is being written as a `.sputnik`: bytes of files read, of all that are to be read. */
  | {
      readonly kind: 'plan.building'
      readonly planId: string
      readonly doneBytes: number
      readonly totalBytes: number
    }
  | { readonly kind: 'installed.changed'; readonly libraryId: string }
  | { readonly kind: 'libraries.changed' }
  | { readonly kind: 'connections.changed' }
  | { readonly kind: 'settings.changed' }
  | { readonly kind: 'host.requested' }

/** Newest wins, may be dropped. */
export interface Sample {
  readonly transferId: string
  readonly progress: Progress
}

export type EngineEvent =
  | { readonly kind: 'change'; readonly epoch: string; readonly seq: number; readonly change: Change }
  | { readonly kind: 'samples'; readonly epoch: string; readonly samples: readonly Sample[] }
  /** First event of every subscription. */
  | { readonly kind: 'hello'; readonly epoch: string; readonly seq: number }

/** How engine modules tell of changes and progress; the event hub numbers them. */
export interface Announcer {
  change(change: Change): void
  sample(sample: Sample): void
}
