import { createNodeDisk } from '../disk/node-disk.ts'
import { createLeanReader } from '../object-store/lean-reader.ts'
import { createSystemClock } from '../system-clock.ts'
import { serveWorker } from './serve.ts'
import { type FromUnpack, type ToUnpack, type UnpackStart, unpack } from './unpack.ts'

serveWorker<UnpackStart, void, FromUnpack, ToUnpack>((context) => {
  const disk = createNodeDisk()
  const clock = createSystemClock()
  return unpack(context, {
    disk,
    clock,
    async createStore(spec, credentials) {
      if (spec.kind === 'folder') {
        const { createFolderObjectStore } = await import('../object-store/folder-object-store.ts')
        return createFolderObjectStore(spec, { disk, clock })
      }
      const { connectionName } = context.data
      return createLeanReader(spec, {
        clock,
        disk,
        connectionName,
        credentials,
        async openFallback() {
          const { createPlainStore } = await import('../object-store/create-store.ts')
          return createPlainStore(spec, { disk, clock, log: { write: () => {} }, connectionName, credentials })
        },
      })
    },
  })
})
