import { createNodeDisk } from '../disk/node-disk.ts'
import { type Inspected, type InspectJob, inspectFiles } from './inspect.ts'
import { serveWorker } from './serve.ts'

serveWorker<InspectJob, readonly Inspected[]>(({ data, throwIfStopped }) =>
  inspectFiles(data.files, createNodeDisk(), throwIfStopped),
)
