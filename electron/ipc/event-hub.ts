/**
 * What the engine tells, on its way to the windows.
 *
 * 1. A new listener first gets `hello` with the number of the last change, then everything that comes.
 * 2. A change gets the next number and goes out at once, to everyone, in order.
 * 3. Samples are gathered, the newest of each transfer; all of them go out as one event, at most four times a second.
 * 4. A change that carries a transfer makes a sample of it that still waits out of date: it is dropped.
 * 5. A listener that throws is reported and does not keep the others from hearing.
 */
import type { Announcer, Change, EngineEvent, Sample } from '../../shared/ipc/events.ts'

export interface EventHub extends Announcer {
  /** Gives what ends it. */
  subscribe(listener: (event: EngineEvent) => void): () => void
  /** No event after this one. */
  close(): void
}

export interface EventHubOptions {
  /** New with every engine. */
  readonly epoch: string
  readonly clock: {
    monotonic(): number
    sleep(ms: number, options: { readonly signal: AbortSignal }): Promise<void>
  }
  readonly report?: (error: unknown) => void
}

const tickMs = 250

export function createEventHub({ epoch, clock, report }: EventHubOptions): EventHub {
  const listeners = new Set<(event: EngineEvent) => void>()
  const waiting = new Map<string, Sample>()
  const closing = new AbortController()
  let seq = 0
  let ticking = false
  let lastTickMs = Number.NEGATIVE_INFINITY

  const send = (event: EngineEvent, to: Iterable<(event: EngineEvent) => void>) => {
    for (const listener of [...to]) {
      try {
        listener(event)
      } catch (error) {
        report?.(error) // 5
      }
    }
  }
  const tick = async () => {
    ticking = true
    try {
      await clock.sleep(Math.max(0, lastTickMs + tickMs - clock.monotonic()), { signal: closing.signal })
    } catch {
      return // Only closing ends the sleep early, and then nobody listens.
    }
    ticking = false
    lastTickMs = clock.monotonic()
    const samples = [...waiting.values()]
    waiting.clear()
    if (samples.length > 0) send({ kind: 'samples', epoch, samples }, listeners)
  }

  return {
    subscribe(listener) {
      if (closing.signal.aborted) return () => {}
      const own = (event: EngineEvent) => listener(event)
      send({ kind: 'hello', epoch, seq }, [own]) // 1
      listeners.add(own)
      return () => void listeners.delete(own)
    },
    change(change) {
      if (closing.signal.aborted) return
      const stale = transferOf(change)
      if (stale !== undefined) waiting.delete(stale) // 4
      seq += 1
      send({ kind: 'change', epoch, seq, change }, listeners) // 2
    },
    sample(sample) {
      if (closing.signal.aborted) return
      waiting.set(sample.transferId, sample) // 3
      if (!ticking) void tick()
    },
    close() {
      listeners.clear()
      closing.abort()
    },
  }
}

function transferOf(change: Change): string | undefined {
  if (change.kind === 'transfer.changed') return change.transfer.id
  return change.kind === 'transfer.removed' ? change.id : undefined
}
