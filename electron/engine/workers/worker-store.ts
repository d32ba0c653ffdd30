import { createStore } from '../object-store/create-store.ts'
import type { Clock, Disk, ObjectStore, StoreSpec } from '../ports.ts'
import { type CredentialsAnswer, type CredentialsWanted, createCredentialsAsker } from './worker-credentials.ts'

/** A worker's own way to a store: what it needs to sign, it asks the engine for. Takes all messages of a worker that gets no others. */
export function openWorkerStore(
  context: { post(message: CredentialsWanted): void; onMessage(handler: (answer: CredentialsAnswer) => void): void },
  { spec, connectionName }: { readonly spec: StoreSpec; readonly connectionName: string },
  { disk, clock }: { readonly disk: Disk; readonly clock: Clock },
): ObjectStore {
  const credentials = createCredentialsAsker(spec, context.post)
  context.onMessage(credentials.hear)
  return createStore(spec, {
    disk,
    clock,
    log: { write: () => {} },
    connectionName,
    credentials: credentials.ask,
  })
}
