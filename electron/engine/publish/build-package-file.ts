import path from 'node:path'
import { identOf } from '../../../shared/model/package-ref.ts'
import type { Clock, Disk, Io } from '../ports.ts'
import type { BuildJob, BuildResult } from '../workers/build.ts'
import { startWorker } from '../workers/pool.ts'
import type { PublishRequest } from './publish-request.ts'
import { readSource } from './read-source.ts'

/**
 * Writes what a request would publish as a `.sputnik` file, whole or not at all, in a worker: to `out`, into it if it is a folder, or beside the
 * source. `already-exists`, `file-changed`.
 */
export async function buildPackageFile(
  deps: { readonly disk: Disk; readonly clock: Clock; readonly tool: string },
  request: PublishRequest,
  out: string | undefined,
  io: Io,
): Promise<BuildResult> {
  const { info, source, maxArchiveBytes, publishedBy } = request
  const place = out ?? path.dirname(source.path)
  const isFolder = ['folder', 'symlink'].includes(deps.disk.facts(place)?.kind ?? '')
  const job: BuildJob = {
    source: readSource(request, deps.disk),
    maxArchiveBytes,
    info,
    publishedBy,
    publishedAt: new Date(deps.clock.now()).toISOString(),
    tool: deps.tool,
    out: isFolder ? path.join(place, `${identOf(info)}.sputnik`) : place,
  }
  return startWorker<BuildResult>('build', job, io).result
}
