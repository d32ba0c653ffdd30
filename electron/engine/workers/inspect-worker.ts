import { createNodeDisk } from '../disk/node-disk.ts'
import { type FromInspect, type Inspected, type InspectJob, inspectFiles } from './inspect.ts'
import { inspectArchive } from './inspect-archive.ts'
import { serveWorker } from './serve.ts'

serveWorker<InspectJob, readonly Inspected[], FromInspect>(({ data, signal, throwIfStopped, post }) => {
  if (data.kind === 'files') return inspectFiles(data.files, createNodeDisk(), throwIfStopped)
  return inspectArchive(data.archive, createNodeDisk(), { signal, onMembers: (count) => post({ count }) })
})
