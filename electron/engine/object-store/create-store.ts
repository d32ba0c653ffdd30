import type { Clock, CredentialsIo, Disk, Log, ObjectStore, PlainCredentials, StoreSpec } from '../ports.ts'
import { createFolderObjectStore } from './folder-object-store.ts'
import { createS3ObjectStore } from './s3-object-store.ts'
import { withLog } from './with-log.ts'
import { type RetryNotice, withRetry } from './with-retry.ts'

export interface StoreDeps {
  readonly disk: Disk
  readonly clock: Clock
  readonly log: Log
  /** Fresh credentials, asked for before the first request, when the last ones expire, and (`renew`) when the store refused them; without it the spec's are used to the end. */
  readonly credentials?: (io: CredentialsIo) => Promise<PlainCredentials>
  /** For messages about signing in. */
  readonly connectionName?: string
  /** Called before each pause between tries: "reconnecting". */
  readonly onRetry?: (notice: RetryNotice) => void
  readonly stallMs?: number
}

/** A store that retries and logs, for any thread. Close it when done. */
export const createStore = (spec: StoreSpec, deps: StoreDeps): ObjectStore =>
  withRetry(createPlainStore(spec, deps), deps)

/** Without retries: each call is one request (connections.test). */
export function createPlainStore(spec: StoreSpec, deps: StoreDeps): ObjectStore {
  const store = spec.kind === 'folder' ? createFolderObjectStore(spec, deps) : createS3ObjectStore(spec, deps)
  return withLog(store, deps)
}
