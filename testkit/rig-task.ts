import { once } from 'node:events'
import type { Clock, Log } from '../electron/engine/ports.ts'
import { createMeter, type Meter } from '../electron/engine/transfers/meter.ts'
import { createSharedLimit } from '../electron/engine/transfers/rate-limit.ts'
import type { Pace, Phase, TransferTask } from '../electron/engine/transfers/transfer-runner.ts'
import { AppError } from '../shared/errors.ts'

export const silentLog: Log = { write: () => {} }

/** What the queue hands to a runner, for tests that have no queue. */
export interface RigTask extends TransferTask {
  readonly meter: Meter
  /** What was entered, in order. */
  readonly phases: readonly Phase[]
  /** Resolves when a phase of that kind is entered, or was before. */
  entered(kind: Phase['kind']): Promise<void>
  abort(): void
}

export function createRigTask(
  facts: Pick<TransferTask, 'id' | 'request' | 'journal'> & {
    readonly clock: Clock
    readonly totalBytes: number
    readonly pace?: Pace
  },
): RigTask {
  const { clock, totalBytes, pace = {}, ...task } = facts
  const stopping = new AbortController()
  const meter = createMeter(clock, { totalBytes, receivedBytes: 0, settledBytes: 0, wireBytes: 0 })
  const phases: Phase[] = []
  const entries = new EventTarget()
  return {
    ...task,
    pace: () => pace,
    limit: createSharedLimit(pace.limitBytesPerSecond),
    counters: meter.counters,
    signal: stopping.signal,
    ensureOwned: () => {},
    enter(phase) {
      phases.push(phase)
      entries.dispatchEvent(new Event(phase.kind))
    },
    setTotal: meter.setTotal,
    log: silentLog,
    meter,
    phases,
    async entered(kind) {
      if (!phases.some((phase) => phase.kind === kind)) await once(entries, kind)
    },
    abort: () => stopping.abort(new AppError('cancelled', {})),
  }
}
