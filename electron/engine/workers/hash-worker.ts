import { createNodeDisk } from '../disk/node-disk.ts'
import { createStore } from '../object-store/create-store.ts'
import { createSystemClock } from '../system-clock.ts'
import { type HashedFile, type HashJob, hashFiles, hashObject } from './hash.ts'
import { serveWorker } from './serve.ts'

serveWorker<HashJob, string | undefined, HashedFile>(async ({ data, signal, post }) => {
  const disk = createNodeDisk()
  if (data.kind === 'files') {
    await hashFiles(data.files, disk, (file) => post(file), { signal })
    return undefined
  }
  const store = createStore(data.spec, { disk, clock: createSystemClock(), log: { write: () => {} } })
  try {
    return await hashObject(store, data.key, { signal })
  } finally {
    store.close()
  }
})
