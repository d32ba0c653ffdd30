import type { WireError } from '../errors.ts'
import type { EngineEvent } from './events.ts'

/** Channel names of Electron's IPC; everything the preload imports. */
export const channels = {
  call: 'orbital:call',
  cancel: 'orbital:cancel',
  event: 'orbital:event',
  subscribe: 'orbital:subscribe',
} as const

export interface CallEnvelope {
  /** Unique within the window, for cancel. */
  readonly callId: string
  /** `noun.verb` */
  readonly procedure: string
  readonly input: unknown
}
export type Answer = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: WireError }

/** What the preload puts on `window.orbital`, frozen. */
export interface Bridge {
  call(envelope: CallEnvelope): Promise<Answer>
  cancel(callId: string): void
  /** Returns the unsubscriber. The first event is `hello`. */
  onEvent(listener: (event: EngineEvent) => void): () => void
  /** Absolute path of a dropped File; empty when it has none. */
  pathOfDrop(file: unknown): string
}
