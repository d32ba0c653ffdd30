import { createNodeDisk } from '../disk/node-disk.ts'
import { type FromReadArchive, type ReadArchiveResult, type ReadArchiveStart, runReadArchive } from './read-archive.ts'
import { serveWorker } from './serve.ts'
import type { CredentialsAnswer } from './worker-credentials.ts'

serveWorker<ReadArchiveStart, ReadArchiveResult, FromReadArchive, CredentialsAnswer>((context) =>
  runReadArchive(context, createNodeDisk()),
)
