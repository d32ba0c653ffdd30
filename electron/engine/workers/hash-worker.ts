import { createNodeDisk } from '../disk/node-disk.ts'
import type { HashedFile, HashJob } from './hash.ts'
import type { CredentialsGiven, CredentialsWanted } from './receive-credentials.ts'
import { runHash } from './run-hash.ts'
import { serveWorker } from './serve.ts'

serveWorker<HashJob, string | undefined, HashedFile | CredentialsWanted, CredentialsGiven>((context) =>
  runHash(context, createNodeDisk()),
)
