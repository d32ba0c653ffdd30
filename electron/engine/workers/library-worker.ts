import { createNodeDisk } from '../disk/node-disk.ts'
import { createByteTeller } from './byte-teller.ts'
import { type LibraryJob, type LibraryJobProgress, type LibraryJobResult, runLibraryJob } from './library-job.ts'
import { serveWorker } from './serve.ts'

serveWorker<LibraryJob, LibraryJobResult, LibraryJobProgress>(async ({ data, signal, post }) => {
  const teller = createByteTeller((readBytes) => post({ readBytes }))
  const settled = createByteTeller((settledBytes) => post({ readBytes: 0, settledBytes }))
  const result = await runLibraryJob(data, createNodeDisk(), { signal, onBytes: teller.add, onSettled: settled.add })
  teller.flush()
  settled.flush()
  return result
})
