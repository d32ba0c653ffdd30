import { createNodeDisk } from '../disk/node-disk.ts'
import type { HashedFile, HashJob } from './hash.ts'
import { runHash } from './run-hash.ts'
import { serveWorker } from './serve.ts'
import type { CredentialsAnswer, CredentialsWanted } from './worker-credentials.ts'

serveWorker<HashJob, string | undefined, HashedFile | CredentialsWanted, CredentialsAnswer>((context) =>
  runHash(context, createNodeDisk()),
)
