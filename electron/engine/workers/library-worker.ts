import { createNodeDisk } from '../disk/node-disk.ts'
import { createByteTeller } from './byte-teller.ts'
import { type LibraryJob, type LibraryJobProgress, type LibraryJobResult, runLibraryJob } from './library-job.ts'
import { serveWorker } from './serve.ts'

serveWorker<LibraryJob, LibraryJobResult, LibraryJobProgress>(async ({ data, signal, post }) => {
  const teller = createByteTeller((readBytes) => post({ readBytes }))
  const settled = createByteTeller((settledBytes) => post({ readBytes: 0, settledBytes }))
  const kept = createByteTeller((keptBytes) => post({ readBytes: 0, keptBytes }))
  const hearers = { onBytes: teller.add, onSettled: settled.add, onKept: kept.add }
  const result = await runLibraryJob(data, createNodeDisk(), { signal, ...hearers })
  kept.flush()
  teller.flush()
  settled.flush()
  return result
})
