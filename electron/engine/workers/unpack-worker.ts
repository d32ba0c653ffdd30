import { createNodeDisk } from '../disk/node-disk.ts'
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
      // Loading the SDK takes longer than many an install from a folder, which needs none of it.
      if (spec.kind === 'folder') {
        const { createFolderObjectStore } = await import('../object-store/folder-object-store.ts')
        return createFolderObjectStore(spec, { disk, clock })
      }
      const { createPlainStore } = await import('../object-store/create-store.ts')
      return createPlainStore(spec, {
        disk,
        clock,
        log: { write: () => {} },
        connectionName: context.data.connectionName,
        credentials,
      })
    },
  })
})
