import { createNodeDisk } from '../disk/node-disk.ts'
import type { HashedFile, HashJob } from './hash.ts'
import { runHash } from './run-hash.ts'
import { serveWorker } from './serve.ts'

serveWorker<HashJob, string | undefined, HashedFile>((context) => runHash(context, createNodeDisk()))
