import { createNodeDisk } from '../disk/node-disk.ts'
import { createPlainStore } from '../object-store/create-store.ts'
import { createSystemClock } from '../system-clock.ts'
import { serveWorker } from './serve.ts'
import { type FromUnpack, type ToUnpack, type UnpackStart, unpack } from './unpack.ts'

serveWorker<UnpackStart, void, FromUnpack, ToUnpack>((context) => {
  const disk = createNodeDisk()
  const clock = createSystemClock()
  return unpack(context, {
    disk,
    clock,
    createStore: (spec, credentials) =>
      createPlainStore(spec, {
        disk,
        clock,
        log: { write: () => {} },
        connectionName: context.data.connectionName,
        ...(spec.kind === 's3' ? { credentials } : {}),
      }),
  })
})
