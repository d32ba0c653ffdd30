import { createNodeDisk } from '../../electron/engine/disk/node-disk.ts'
import { createFolderObjectStore } from '../../electron/engine/object-store/folder-object-store.ts'
import { createSystemClock } from '../../electron/engine/system-clock.ts'
import { serveWorker } from '../../electron/engine/workers/serve.ts'
import { type FromUnpack, type ToUnpack, type UnpackStart, unpack } from '../../electron/engine/workers/unpack.ts'

/** An unpack worker whose store answers every range with the whole object, as some do. */
serveWorker<UnpackStart, void, FromUnpack, ToUnpack>((context) => {
  const disk = createNodeDisk()
  const clock = createSystemClock()
  return unpack(context, {
    disk,
    clock,
    async createStore(spec) {
      if (spec.kind !== 'folder') throw new Error('a folder is needed')
      const store = createFolderObjectStore(spec, { disk, clock })
      return { ...store, open: (key, { range: _, ...options }) => store.open(key, options) }
    },
  })
})
