import type { Disk } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import { type HashedFile, type HashJob, hashFiles, hashObject } from './hash.ts'
import { type CredentialsGiven, type CredentialsWanted, receiveCredentials } from './receive-credentials.ts'
import type { WorkerContext } from './serve.ts'

/** The worker's function: tells of each file as it is hashed, or gives the MD5 of an object. */
export async function runHash(
  context: WorkerContext<HashJob, HashedFile | CredentialsWanted, CredentialsGiven>,
  disk: Disk,
): Promise<string | undefined> {
  const { data, signal, post } = context
  if (data.kind === 'files') {
    await hashFiles(data.files, disk, post, { signal })
    return undefined
  }
  // With it comes the SDK.
  const { createStore } = await import('../object-store/create-store.ts')
  const store = createStore(data.spec, {
    disk,
    clock: createSystemClock(),
    log: { write: () => {} },
    connectionName: data.connectionName,
    credentials: receiveCredentials(data.spec, context),
  })
  try {
    return await hashObject(store, data.key, { signal })
  } finally {
    store.close()
  }
}
