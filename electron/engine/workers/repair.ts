import { createStore } from '../object-store/create-store.ts'
import type { Disk, StoreSpec } from '../ports.ts'
import { type RepairedFiles, type RepairFilesJob, repairFiles } from '../repair/repair-files.ts'
import { createSystemClock } from '../system-clock.ts'
import type { WorkerContext } from './serve.ts'
import { type CredentialsAnswer, type CredentialsWanted, createCredentialsAsker } from './worker-credentials.ts'

export interface RepairStart extends RepairFilesJob {
  readonly spec: StoreSpec
  readonly connectionName: string
  readonly stallMs: number
}
export type FromRepair = { readonly kind: 'bytes'; readonly bytes: number } | CredentialsWanted

/** The worker's function: repairs files with a store of its own. `step` is for tests that kill. */
export async function runRepair(
  context: WorkerContext<RepairStart, FromRepair, CredentialsAnswer>,
  disk: Disk,
  step?: (name: string) => void,
): Promise<RepairedFiles> {
  const { data, signal, post } = context
  const { spec, connectionName, stallMs } = data
  const clock = createSystemClock()
  const credentials = createCredentialsAsker(spec, post)
  context.onMessage(credentials.hear)
  const store = createStore(spec, {
    disk,
    clock,
    log: { write: () => {} },
    connectionName,
    credentials: credentials.ask,
  })
  try {
    const deps = { disk, clock, store, random: Math.random, stallMs, ...(step === undefined ? {} : { step }) }
    return await repairFiles(data, deps, { signal, onBytes: (bytes) => post({ kind: 'bytes', bytes }) })
  } finally {
    store.close()
  }
}
