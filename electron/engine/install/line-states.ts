import type { Clock } from '../ports.ts'
import type { Phase } from '../transfers/transfer-runner.ts'
import type { LineState } from '../workers/unpack-messages.ts'
import type { FetchState } from './fetch-range.ts'

/** What is told of a transfer's lines: one that moves is enough; else the soonest next try; else how long nothing came. */
export function phaseOf(states: readonly LineState[]): Phase | undefined {
  if (states.length === 0) return undefined
  if (states.some(({ kind }) => kind === 'moving')) return { kind: 'transferring' }
  const tries = states.flatMap((state) => (state.kind === 'reconnecting' ? [state] : []))
  const soonest = tries.sort((a, b) => a.nextTryAtMs - b.nextTryAtMs)[0]
  if (soonest !== undefined) return { kind: 'reconnecting', attempt: soonest.attempt, nextTryAtMs: soonest.nextTryAtMs }
  const since = states.flatMap((state) => (state.kind === 'stalled' ? [state.sinceMs] : []))
  return { kind: 'stalled', sinceMs: Math.min(...since) }
}

export type LineStates = ReturnType<typeof createLineStates>

/** Follows the lines of one worker, and says what they make of the transfer whenever that is another. */
export function createLineStates(deps: {
  readonly clock: Clock
  /** Without a byte for this long a line is told to stand still. */
  readonly quietMs: number
  onPhase(phase: Phase): void
}) {
  const { clock, quietMs, onPhase } = deps
  const lines = new Map<number, { state: LineState; lastMs: number }>()
  let told = JSON.stringify({ kind: 'transferring' })
  const tell = () => {
    const phase = phaseOf([...lines.values()].map(({ state }) => state))
    if (phase === undefined || JSON.stringify(phase) === told) return
    told = JSON.stringify(phase)
    onPhase(phase)
  }
  const set = (id: number, state: LineState) => {
    lines.set(id, { state, lastMs: clock.now() })
    tell()
  }
  const looker = setInterval(
    () => {
      for (const line of lines.values()) {
        const isQuiet = line.state.kind === 'moving' && clock.now() - line.lastMs > quietMs
        if (isQuiet) line.state = { kind: 'stalled', sinceMs: line.lastMs }
      }
      tell()
    },
    Math.min(1000, quietMs),
  )
  return {
    begin: (id: number) => set(id, { kind: 'moving' }),
    hear(id: number, state: FetchState) {
      if (state.kind !== 'waiting') return set(id, state)
      const line = lines.get(id)
      if (line !== undefined) line.lastMs = clock.now()
    },
    came(id: number) {
      const line = lines.get(id)
      if (line?.state.kind !== 'moving') return set(id, { kind: 'moving' })
      line.lastMs = clock.now()
    },
    end(id: number) {
      lines.delete(id)
      tell()
    },
    close: () => clearInterval(looker),
  }
}
