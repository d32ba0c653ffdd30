import { toWire } from '../../shared/errors.ts'
import type { Announcer, Change } from '../../shared/ipc/events.ts'
import type { Clock, Log } from './ports.ts'
import { createSlowLooks } from './slow-looks.ts'

/**
 * Other processes change what this one shows, and nobody says so: every two seconds a mark is taken of each thing that they may change, and a
 * thing whose mark is another is told of.
 *  1. `begin` takes the first marks, before anybody is shown anything.
 *  2. A look takes every mark before it tells: whoever hears of a thing fetches it afterwards, and has all that its mark stands for.
 *  3. What this process tells of itself is marked anew before it is told, so that it isn't told twice: whoever hears of it also fetches what
 *     others did until then. What comes with it (a library that was added) gets its first mark with it.
 *  4. A look that takes long is followed by a rest many times as long.
 *  5. What may not answer (a library on a share) is looked at off this thread, each in its own time (slow-looks.ts). What this process tells of it is
 *     marked on the thread, as it has just answered; where it doesn't, it may be told twice, and is never missed.
 */
export interface Watched {
  readonly key: string
  /** Another text once the thing may be another: a few files looked at, never read through. May throw: then it is looked at next time. */
  mark(): string | undefined
  /** Of what may not answer: the same mark without blocking the thread. Things of one place are looked at one after the other. */
  readonly slow?: { readonly place: string; markLater(): Promise<string | undefined> }
  tell(): void
}

export interface NewsOfOthers {
  begin(): void
  /** Tells of whatever is another since it was last marked, of what is slow once it has answered. Throws nothing. */
  look(): void
  /** For what this process announces itself; the engine's parts get no other. */
  readonly announcer: Announcer
  stop(): void
}

const lookEveryMs = 2000
const restShare = 10
const longestRestMs = 300_000

export function createNewsOfOthers(deps: {
  readonly clock: Clock
  readonly log: Log
  readonly announcer: Announcer
  watched(): readonly Watched[]
  /** Keys of what a change tells of; `anew` where it may bring things that weren't there. */
  toldBy(change: Change): { readonly keys: readonly string[]; readonly anew: boolean }
}): NewsOfOthers {
  const { clock, log, announcer } = deps
  const marks = new Map<string, string>()
  const known = new Map<string, Watched>()
  /** How often each was marked: a slow look that another mark has overtaken says nothing. */
  const counts = new Map<string, number>()
  const slowLooks = createSlowLooks({ clock })
  let timer: ReturnType<typeof setTimeout> | undefined
  let isStopped = false

  const attempt = <T>(work: () => T): T | undefined => {
    try {
      return work()
    } catch (error) {
      // A home or a drive that is away: whatever is shown of it says so.
      log.write('debug', 'news.not-looked-for', toWire(error))
      return undefined
    }
  }
  /** True when it is another. */
  const note = (thing: Watched, mark: string | undefined): boolean => {
    if (mark === undefined) return false
    const before = marks.get(thing.key)
    marks.set(thing.key, mark)
    counts.set(thing.key, (counts.get(thing.key) ?? 0) + 1)
    known.set(thing.key, thing)
    return before !== undefined && before !== mark
  }
  const markAnew = (thing: Watched): boolean => note(thing, attempt(thing.mark))
  const watched = () => attempt(deps.watched) ?? []
  const lookLater = async (things: readonly Watched[]) => {
    for (const thing of things) {
      const count = counts.get(thing.key)
      const mark = await thing.slow?.markLater()
      if (isStopped) return
      if (count === counts.get(thing.key) && note(thing, mark)) attempt(thing.tell)
    }
  }
  const look = () => {
    const things = watched()
    const changed = things.filter((thing) => thing.slow === undefined && markAnew(thing))
    for (const thing of changed) attempt(thing.tell)
    const places = new Set(things.flatMap(({ slow }) => slow?.place ?? []))
    const ofPlace = (place: string) => things.filter(({ slow }) => slow?.place === place)
    slowLooks.begin(new Map([...places].map((place) => [place, () => lookLater(ofPlace(place))])))
  }
  const lookAgain = (restMs: number) => {
    timer = setTimeout(() => {
      const startedMs = clock.monotonic()
      look()
      const tookMs = clock.monotonic() - startedMs
      lookAgain(Math.min(longestRestMs, Math.max(lookEveryMs, restShare * tookMs)))
    }, restMs).unref()
  }
  const markTold = (change: Change) => {
    if (timer === undefined) return
    const { keys, anew } = deps.toldBy(change)
    const markAnswering = (thing: Watched | undefined) => {
      if (thing !== undefined && !slowLooks.isStuck(thing.slow?.place ?? '')) markAnew(thing)
    }
    for (const key of keys) markAnswering(known.get(key))
    if (anew) for (const thing of watched()) if (!marks.has(thing.key)) markAnswering(thing)
  }

  return {
    begin() {
      for (const thing of watched()) markAnew(thing)
      lookAgain(lookEveryMs)
    },
    look,
    announcer: {
      change(change) {
        markTold(change)
        announcer.change(change)
      },
      sample: announcer.sample,
    },
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}
