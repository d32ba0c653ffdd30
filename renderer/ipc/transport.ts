import type { EngineEvent } from '../../shared/ipc/events.ts'
import type { Answer, CallEnvelope } from '../../shared/ipc/wire.ts'

/** `lost`: the host doesn't answer. `refused`: it answers, and is another one than this page came from. */
export type LinkState = 'up' | 'lost' | 'refused'

/** How the window reaches its host. `call` may reject only when the host itself can't be reached. */
export interface Transport {
  call(envelope: CallEnvelope): Promise<Answer>
  /** Never throws; a call that has ended is not disturbed. */
  cancel(callId: string): void
  /** Events from now on; the first one is `hello`, again after each reconnection. Returns the unsubscriber. */
  onEvent(listener: (event: EngineEvent) => void): () => void
  /** Tells whether the host answers, whenever that changes. Returns the unsubscriber. */
  onLink(listener: (link: LinkState) => void): () => void
  /** Absolute path of a dropped file or folder; empty when the host can't know it (a browser). */
  pathOfDrop(file: File): string
}
