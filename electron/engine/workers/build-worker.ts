import { createNodeDisk } from '../disk/node-disk.ts'
import { type BuildJob, type BuildResult, buildSputnik } from './build.ts'
import { serveWorker } from './serve.ts'

serveWorker<BuildJob, BuildResult>(({ data, signal, throwIfStopped }) =>
  buildSputnik(data, createNodeDisk(), { signal, throwIfStopped }),
)
