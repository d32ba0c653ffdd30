import path from 'node:path'
import type { PackageRef } from '../../../shared/model/package.ts'
import type { Library } from '../library/library.ts'
import type { Clock, Disk, Io } from '../ports.ts'
import type { BuildJob, BuildResult, FromBuild } from '../workers/build.ts'
import { startWorker } from '../workers/pool.ts'

/**
 * Packs an installed version, whose files are known to be right, into a `.sputnik` file: a library keeps no archive.
 * Who published it, and when, stays; unknown (an old tool did) it is whoever exports it, now.
 */
export async function packInstalled(
  deps: { readonly disk: Disk; readonly clock: Clock; readonly tool: string; publisher(): string },
  library: Library,
  ref: PackageRef,
  where: Pick<BuildJob, 'out' | 'temporary' | 'overwrite' | 'transaction'>,
  { signal, onBytes }: Io & { readonly onBytes: (bytes: number) => void },
): Promise<BuildResult> {
  const { disk, clock, tool } = deps
  const { info, files, orbital, totalBytes } = library.manifest(ref)
  const folder = library.pathOf(ref)
  const sources = files.map(({ path: name, sizeBytes }) => {
    const absolutePath = path.join(folder, ...name.split('/'))
    const facts = disk.facts(absolutePath)
    return { path: name, absolutePath, sizeBytes, modifiedMs: facts?.modifiedMs ?? 0, inode: facts?.inode ?? 0 }
  })
  const job: BuildJob = {
    source: { kind: 'folder', files: sources },
    // Stored members add a little to each block and file.
    maxArchiveBytes: totalBytes + Math.ceil(totalBytes / 1024) + 8192 * files.length,
    info,
    publishedBy: orbital?.publishedBy ?? deps.publisher(),
    publishedAt: orbital?.publishedAt ?? new Date(clock.now()).toISOString(),
    tool: orbital?.tool ?? tool,
    ...where,
  }
  const worker = startWorker<BuildResult, FromBuild>('build', job, { signal })
  worker.onMessage(({ readBytes }) => onBytes(readBytes))
  return worker.result
}
