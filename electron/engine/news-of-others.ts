import { toWire } from '../../shared/errors.ts'
import type { Announcer, Change } from '../../shared/ipc/events.ts'
import type { Clock, Log } from './ports.ts'

/**
 * Other processes change what this one shows, and nobody says so: every two seconds a mark is taken of each thing that they may change, and a
 * thing whose mark is another is told of.
 *  1. `begin` takes the first marks, before anybody is shown anything.
 *  2. A look takes every mark before it tells: whoever hears of a thing fetches it afterwards, and has all that its mark stands for.
 *  3. What this process tells of itself is marked anew before it is told, so that it isn't told twice: whoever hears of it also fetches what
 *     others did until then. What comes with it (a library that was added) gets its first mark with it.
 *  4. A look that takes long (a share that doesn't answer) is followed by a rest many times as long.
 */
export interface Watched {
  readonly key: string
  /** Another text once the thing may be another: a few files looked at, never read through. May throw: then it is looked at next time. */
  mark(): string
  tell(): void
}

export interface NewsOfOthers {
  begin(): void
  /** Tells of whatever is another since it was last marked. Throws nothing. */
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
  let timer: ReturnType<typeof setTimeout> | undefined

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
  const markAnew = (thing: Watched): boolean => {
    const mark = attempt(thing.mark)
    if (mark === undefined) return false
    const before = marks.get(thing.key)
    marks.set(thing.key, mark)
    known.set(thing.key, thing)
    return before !== undefined && before !== mark
  }
  const markAll = (): readonly Watched[] => {
    const things = attempt(deps.watched) ?? []
    return things.filter(markAnew)
  }
  const look = () => {
    for (const thing of markAll()) attempt(thing.tell)
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
    for (const key of keys) {
      const thing = known.get(key)
      if (thing !== undefined) markAnew(thing)
    }
    if (!anew) return
    for (const thing of attempt(deps.watched) ?? []) if (!marks.has(thing.key)) markAnew(thing)
  }

  return {
    begin() {
      markAll()
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
    stop: () => clearTimeout(timer),
  }
}
