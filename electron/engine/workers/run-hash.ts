import type { Disk } from '../ports.ts'
import { createSystemClock } from '../system-clock.ts'
import { checkArchive } from './check-archive.ts'
import { type HashedFile, type HashJob, hashFiles, hashObject } from './hash.ts'
import type { WorkerContext } from './serve.ts'
import type { CredentialsAnswer, CredentialsWanted } from './worker-credentials.ts'

/** The worker's function: tells of each file as it is hashed, checks an archive that lies ready, or gives the MD5 of an object. */
export async function runHash(
  context: WorkerContext<HashJob, HashedFile | CredentialsWanted, CredentialsAnswer>,
  disk: Disk,
): Promise<string | undefined> {
  const { data, signal, post } = context
  if (data.kind === 'files') {
    await hashFiles(data.files, disk, post, { signal })
    return undefined
  }
  if (data.kind === 'archive') {
    await checkArchive(data.source, disk, { signal })
    return undefined
  }
  // With it comes the SDK.
  const { openWorkerStore } = await import('./worker-store.ts')
  const store = openWorkerStore(context, data, { disk, clock: createSystemClock() })
  try {
    return await hashObject(store, data.key, { signal })
  } finally {
    store.close()
  }
}
