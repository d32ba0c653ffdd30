import type { Disk, StoreSpec } from '../ports.ts'
import { type RepairedFiles, type RepairFilesJob, repairFiles } from '../repair/repair-files.ts'
import { createSystemClock } from '../system-clock.ts'
import { createLines } from '../transfers/lines.ts'
import { createRateLimit } from '../transfers/rate-limit.ts'
import type { Phase } from '../transfers/transfer-runner.ts'
import type { WorkerContext } from './serve.ts'
import type { CredentialsAnswer, CredentialsWanted } from './worker-credentials.ts'
import { openWorkerStore } from './worker-store.ts'

export interface RepairStart extends RepairFilesJob {
  readonly spec: StoreSpec
  readonly connectionName: string
  readonly stallMs: number
  readonly limit: SharedArrayBuffer
}
export type FromRepair =
  | { readonly kind: 'bytes'; readonly bytes: number }
  | { readonly kind: 'phase'; readonly phase: Phase }
  | CredentialsWanted

/** The worker's function: repairs files with a store of its own. `step` is for tests that kill. */
export async function runRepair(
  context: WorkerContext<RepairStart, FromRepair, CredentialsAnswer>,
  disk: Disk,
  step?: (name: string) => void,
): Promise<RepairedFiles> {
  const { data, signal, post } = context
  const { stallMs } = data
  const clock = createSystemClock()
  const limit = createRateLimit(data.limit, clock)
  const store = openWorkerStore(context, data, { disk, clock })
  const lines = createLines({ clock, tell: (phase) => post({ kind: 'phase', phase }) })
  try {
    const deps = {
      lines,
      disk,
      clock,
      store,
      random: Math.random,
      stallMs,
      pace: limit.take,
      ...(step === undefined ? {} : { step }),
    }
    return await repairFiles(data, deps, { signal, onBytes: (bytes) => post({ kind: 'bytes', bytes }) })
  } finally {
    lines.close()
    store.close()
  }
}
