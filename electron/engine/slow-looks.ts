import type { Clock } from './ports.ts'

/** Looks at places that may not answer (a share): none holds up the engine's thread, and one that doesn't end holds up no other place. */
export interface SlowLooks {
  /** Looks at each place unless its last look hasn't ended, or took long and is rested from. */
  begin(places: ReadonlyMap<string, () => Promise<void>>): void
  /** Whether a look at it hasn't ended within the time that one takes. */
  isStuck(place: string): boolean
}

/** A look that doesn't end holds a thread of the few that name servers and files are asked in, too. */
const looksAtOnce = 2
const longMs = 200
const restShare = 10
const longestRestMs = 60_000

export function createSlowLooks({ clock }: { readonly clock: Clock }): SlowLooks {
  const since = new Map<string, number>()
  const restsUntil = new Map<string, number>()
  let waiting = new Map<string, () => Promise<void>>()

  const start = (place: string, look: () => Promise<void>) => {
    const startedMs = clock.monotonic()
    since.set(place, startedMs)
    const ended = () => {
      const nowMs = clock.monotonic()
      const tookMs = nowMs - startedMs
      if (tookMs > longMs) restsUntil.set(place, nowMs + Math.min(longestRestMs, restShare * tookMs))
      since.delete(place)
      startWaiting()
    }
    look().then(ended, ended)
  }
  const startWaiting = () => {
    for (const [place, look] of waiting) {
      if (since.size >= looksAtOnce) return
      waiting.delete(place)
      start(place, look)
    }
  }
  return {
    begin(places) {
      const isDue = (place: string) => !since.has(place) && clock.monotonic() >= (restsUntil.get(place) ?? 0)
      waiting = new Map([...places].filter(([place]) => isDue(place)))
      startWaiting()
    },
    isStuck: (place) => clock.monotonic() - (since.get(place) ?? Number.POSITIVE_INFINITY) > longMs,
  }
}
