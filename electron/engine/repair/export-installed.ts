import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { CallOptions } from '../../../shared/ipc/procedure.ts'
import type { PackageRef } from '../../../shared/model/package.ts'
import { identOf, specOf } from '../../../shared/model/package-ref.ts'
import type { Library } from '../library/library.ts'
import { isWhole } from '../library/verify.ts'
import type { Clock, Disk, Io } from '../ports.ts'
import type { BuildJob, BuildResult } from '../workers/build.ts'
import { startWorker } from '../workers/pool.ts'
import { exportFileOf } from './published-archive.ts'

/**
 * Writes an installed version as a `.sputnik` file. Its files are verified first (`file-damaged`) and packed anew: a library keeps no archive.
 * Who published it, and when, stays; unknown (an old tool did) it is whoever exports it, now.
 */
export async function exportInstalled(
  deps: { readonly disk: Disk; readonly clock: Clock; readonly tool: string; publisher(): string },
  library: Library,
  ref: PackageRef,
  out: string,
  { signal, onProgress }: Io & Pick<CallOptions, 'onProgress'>,
): Promise<BuildResult> {
  const { disk, clock, tool } = deps
  const file = exportFileOf(disk, out, identOf(ref))
  const { info, files, orbital, totalBytes } = library.manifest(ref)
  const folder = library.pathOf(ref)
  const sources = files.map(({ path: name, sizeBytes }) => {
    const absolutePath = path.join(folder, ...name.split('/'))
    const facts = disk.facts(absolutePath)
    return { path: name, absolutePath, sizeBytes, modifiedMs: facts?.modifiedMs ?? 0, inode: facts?.inode ?? 0 }
  })
  let doneBytes = 0
  const onBytes = (bytes: number) => {
    doneBytes += bytes
    onProgress?.({ doneBytes, totalBytes })
  }
  const report = await library.verify(ref, { signal, onBytes })
  if (!isWhole(report))
    throw new AppError('file-damaged', { ref: specOf(ref), path: [...report.damaged, ...report.missing][0] ?? '' })
  const job: BuildJob = {
    source: { kind: 'folder', files: sources },
    // Stored members add a little to each block and file.
    maxArchiveBytes: totalBytes + Math.ceil(totalBytes / 1024) + 8192 * files.length,
    info,
    publishedBy: orbital?.publishedBy ?? deps.publisher(),
    publishedAt: orbital?.publishedAt ?? new Date(clock.now()).toISOString(),
    tool: orbital?.tool ?? tool,
    out: file,
  }
  return startWorker<BuildResult>('build', job, { signal }).result
}
