import { createNodeDisk } from '../disk/node-disk.ts'
import { type BuildJob, type BuildResult, buildSputnik, type FromBuild } from './build.ts'
import { createByteTeller } from './byte-teller.ts'
import { serveWorker } from './serve.ts'

serveWorker<BuildJob, BuildResult, FromBuild>(async ({ data, signal, throwIfStopped, post }) => {
  const teller = createByteTeller((readBytes) => post({ readBytes }))
  const result = await buildSputnik(data, createNodeDisk(), { signal, throwIfStopped, onRead: teller.add })
  teller.flush()
  return result
})
