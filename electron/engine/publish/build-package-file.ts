import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { CallOptions } from '../../../shared/ipc/procedure.ts'
import { identOf } from '../../../shared/model/package-ref.ts'
import { makeTemporaryName, sweepTemporaries } from '../object-store/folder-temporary.ts'
import type { Clock, Disk, Io } from '../ports.ts'
import type { BuildJob, BuildResult, FromBuild } from '../workers/build.ts'
import { startWorker } from '../workers/pool.ts'
import type { PublishRequest } from './publish-request.ts'
import { readSource } from './read-source.ts'

/** Where the file goes, and whether what is there may be replaced. */
export interface BuildTarget {
  readonly out?: string
  readonly overwrite?: boolean
}

/**
 * Writes what a request would publish as a `.sputnik` file, whole or not at all, in a worker: to `out`, into it if it is a folder, or beside the
 * source; what killed builds left there goes. `already-exists` unless `overwrite`, `file-changed`. Tells of the bytes of files that were read; those of a `.sputnik` are read twice, compared first.
 */
export async function buildPackageFile(
  deps: { readonly disk: Disk; readonly clock: Clock; readonly tool: string },
  request: PublishRequest,
  { out, overwrite = false }: BuildTarget,
  { signal, onProgress }: Io & Pick<CallOptions, 'onProgress'>,
): Promise<BuildResult> {
  const { info, source, maxArchiveBytes, publishedBy } = request
  const place = out ?? path.dirname(source.path)
  const isFolder = ['folder', 'symlink'].includes(deps.disk.facts(place)?.kind ?? '')
  const file = isFolder ? path.join(place, `${identOf(info)}.sputnik`) : place
  const folder = path.dirname(file)
  try {
    sweepTemporaries(deps.disk, folder, deps.clock.now(), { onlyTold: true })
  } catch (error) {
    // What other builds left may be somebody else's, or the folder may not be listed: that is no matter of this one.
    if (!(error instanceof AppError)) throw error
  }
  const job: BuildJob = {
    source: readSource(request, deps.disk),
    maxArchiveBytes,
    info,
    publishedBy,
    publishedAt: new Date(deps.clock.now()).toISOString(),
    tool: deps.tool,
    out: file,
    temporary: path.join(folder, makeTemporaryName()),
    overwrite,
  }
  const totalBytes = request.totalBytes * (source.kind === 'sputnik' ? 2 : 1)
  let doneBytes = 0
  const worker = startWorker<BuildResult, FromBuild>('build', job, { signal })
  worker.onMessage(({ readBytes }) => {
    doneBytes = Math.min(totalBytes, doneBytes + readBytes)
    onProgress?.({ doneBytes, totalBytes })
  })
  return worker.result
}
