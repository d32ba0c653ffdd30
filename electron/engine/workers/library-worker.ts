import { createNodeDisk } from '../disk/node-disk.ts'
import { createByteTeller } from './byte-teller.ts'
import { type LibraryJob, type LibraryJobProgress, type LibraryJobResult, runLibraryJob } from './library-job.ts'
import { serveWorker } from './serve.ts'

serveWorker<LibraryJob, LibraryJobResult, LibraryJobProgress>(async ({ data, signal, post }) => {
  const teller = createByteTeller((readBytes) => post({ readBytes }))
  const result = await runLibraryJob(data, createNodeDisk(), { signal, onBytes: teller.add })
  teller.flush()
  return result
})
