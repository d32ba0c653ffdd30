import type { Clock } from '../ports.ts'
import type { Phase } from './transfer-runner.ts'

/** Without a byte for this long it is told to stand still. */
export const quietMs = 5_000

/** One connection of a transfer to its store. */
export type LineState =
  | { readonly kind: 'moving' }
  | { readonly kind: 'stalled'; readonly sinceMs: number }
  | { readonly kind: 'reconnecting'; readonly attempt: number; readonly nextTryAtMs: number }

/** One line that moves is enough; else the soonest next try; else how long nothing came or went. Undefined without a line. */
export function phaseOf(states: readonly LineState[]): Phase | undefined {
  if (states.length === 0) return undefined
  if (states.some(({ kind }) => kind === 'moving')) return { kind: 'transferring' }
  const tries = states.flatMap((state) => (state.kind === 'reconnecting' ? [state] : []))
  const soonest = tries.sort((a, b) => a.nextTryAtMs - b.nextTryAtMs)[0]
  if (soonest !== undefined) return { kind: 'reconnecting', attempt: soonest.attempt, nextTryAtMs: soonest.nextTryAtMs }
  const since = states.flatMap((state) => (state.kind === 'stalled' ? [state.sinceMs] : []))
  return { kind: 'stalled', sinceMs: Math.min(...since) }
}

export interface Lines {
  /** `isSilent`: the store works by itself, and no byte is to be expected. */
  begin(id: number, options: { readonly isSilent: boolean }): void
  moved(id: number): void
  /** Until it moves again this side keeps it back. */
  held(id: number): void
  reconnecting(id: number, next: { readonly attempt: number; readonly nextTryAtMs: number }): void
  end(id: number): void
  close(): void
}

/** Watches lines, and tells what they come to together when that changes; it begins and ends as `transferring`. */
export function createLines(options: {
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly quietMs?: number | undefined
  tell(phase: Phase): void
}): Lines {
  const { clock, tell } = options
  const mostQuietMs = options.quietMs ?? quietMs
  const everyMs = Math.min(1000, mostQuietMs)
  const lines = new Map<number, { state: LineState; movedMs: number; isSilent: boolean; isHeld: boolean }>()
  let told = JSON.stringify({ kind: 'transferring' })
  let lookedMs = clock.monotonic()

  const tellNews = () => {
    const phase = phaseOf([...lines.values()].map(({ state }) => state)) ?? { kind: 'transferring' }
    const text = JSON.stringify(phase)
    if (text === told) return
    told = text
    tell(phase)
  }
  const touch = (id: number, isHeld: boolean) => {
    const line = lines.get(id)
    if (line === undefined) return
    line.movedMs = clock.monotonic()
    line.isHeld = isHeld
    if (line.state.kind === 'moving') return
    line.state = { kind: 'moving' }
    tellNews()
  }
  const look = () => {
    const nowMs = clock.monotonic()
    // This thread itself stood still: what moved meanwhile is not heard yet.
    const isLate = nowMs - lookedMs > 2 * everyMs
    lookedMs = nowMs
    if (isLate) return
    for (const line of lines.values()) {
      const quietForMs = nowMs - line.movedMs
      if (line.state.kind === 'moving' && !line.isSilent && !line.isHeld && quietForMs > mostQuietMs)
        line.state = { kind: 'stalled', sinceMs: clock.now() - quietForMs }
    }
    tellNews()
  }
  const looking = setInterval(look, everyMs)

  return {
    begin(id, { isSilent }) {
      lines.set(id, { state: { kind: 'moving' }, movedMs: clock.monotonic(), isSilent, isHeld: false })
      tellNews()
    },
    moved: (id) => touch(id, false),
    held: (id) => touch(id, true),
    reconnecting(id, { attempt, nextTryAtMs }) {
      const line = lines.get(id)
      if (line === undefined) return
      line.state = { kind: 'reconnecting', attempt, nextTryAtMs }
      tellNews()
    },
    end(id) {
      if (lines.delete(id)) tellNews()
    },
    close() {
      clearInterval(looking)
      lines.clear()
      tellNews()
    },
  }
}
