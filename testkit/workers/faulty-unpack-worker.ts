import { createNodeDisk } from '../../electron/engine/disk/node-disk.ts'
import { createFolderObjectStore } from '../../electron/engine/object-store/folder-object-store.ts'
import type { ObjectStore } from '../../electron/engine/ports.ts'
import { createSystemClock } from '../../electron/engine/system-clock.ts'
import { serveWorker } from '../../electron/engine/workers/serve.ts'
import { type FromUnpack, type ToUnpack, type UnpackStart, unpack } from '../../electron/engine/workers/unpack.ts'

/** An unpack worker over a folder store with a fault, named in the entry's query. */
const fault = new URL(import.meta.url).searchParams.get('fault')

serveWorker<UnpackStart, void, FromUnpack, ToUnpack>((context) => {
  const disk = createNodeDisk()
  const clock = createSystemClock()
  return unpack(context, {
    disk,
    clock,
    async createStore(spec) {
      if (spec.kind !== 'folder') throw new Error('a folder is needed')
      const store = createFolderObjectStore(spec, { disk, clock })
      return fault === 'no-ranges' ? ignoreRanges(store) : flipOnce(store)
    },
  })
})

/** Answers every range with the whole object, as some do. */
const ignoreRanges = (store: ObjectStore): ObjectStore => ({
  ...store,
  open: (key, { range: _, ...options }) => store.open(key, options),
})

/** One bit of the first body that is a whole segment long comes wrong. */
function flipOnce(store: ObjectStore): ObjectStore {
  let isFlipped = false
  async function* flip(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      const copy = Uint8Array.from(chunk)
      if (!isFlipped && copy.length > 1000) {
        isFlipped = true
        copy[500] = (copy[500] ?? 0) ^ 1
      }
      yield copy
    }
  }
  return {
    ...store,
    async open(key, options) {
      const answer = await store.open(key, options)
      return { ...answer, body: flip(answer.body) }
    },
  }
}
