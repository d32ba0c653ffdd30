import { createNodeDisk } from '../disk/node-disk.ts'
import { type LibraryJob, type LibraryJobResult, runLibraryJob } from './library-job.ts'
import { serveWorker } from './serve.ts'

serveWorker<LibraryJob, LibraryJobResult>(({ data, signal }) => runLibraryJob(data, createNodeDisk(), { signal }))
