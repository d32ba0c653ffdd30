import type { Change, EngineEvent, Sample } from '../../shared/ipc/events.ts'

/**
 * Follows the engine's numbered changes.
 *
 *  1. `hello` tells where the engine stands. The first one, one of another epoch, or one that is ahead of what was seen: fetch everything.
 *  2. A change that is next in line is handed on.
 *  3. A change already seen is dropped.
 *  4. A change that is ahead (one was lost or overtaken) or of another epoch: fetch everything; the late ones are then old and dropped.
 *  5. Samples of the current epoch are handed on, whatever their order.
 */
export interface MirrorHandlers {
  /** Fetch all state again: what was handed on so far may miss something. */
  refetch(): void
  change(change: Change): void
  samples(samples: readonly Sample[]): void
}

export function createMirror(handlers: MirrorHandlers): (event: EngineEvent) => void {
  let epoch: string | undefined
  let seen = 0

  const startOver = (newEpoch: string, seq: number) => {
    epoch = newEpoch
    seen = seq
    handlers.refetch()
  }

  return (event) => {
    switch (event.kind) {
      case 'hello':
        if (event.epoch !== epoch || event.seq > seen) startOver(event.epoch, event.seq)
        return
      case 'change':
        if (event.epoch === epoch && event.seq <= seen) return
        if (event.epoch === epoch && event.seq === seen + 1) {
          seen = event.seq
          handlers.change(event.change)
          return
        }
        startOver(event.epoch, event.seq)
        return
      case 'samples':
        if (event.epoch === epoch) handlers.samples(event.samples)
        return
    }
  }
}
