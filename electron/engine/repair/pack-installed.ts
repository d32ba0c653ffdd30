import path from 'node:path'
import type { PackageRef } from '../../../shared/model/package.ts'
import { specOf } from '../../../shared/model/package-ref.ts'
import type { Library } from '../library/library.ts'
import type { Clock, Disk, Io } from '../ports.ts'
import type { BuildJob, BuildResult, FromBuild } from '../workers/build.ts'
import { startWorker } from '../workers/pool.ts'

/**
 * Packs an installed version into a `.sputnik` file: a library keeps no archive. A file that is not as it was installed is `file-damaged`, whatever
 * an earlier look at it said.
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
  const sources = files.map(({ path: name, sizeBytes, checksum }) => {
    const absolutePath = path.join(folder, ...name.split('/'))
    const facts = disk.facts(absolutePath)
    const seen = { modifiedMs: facts?.modifiedMs ?? 0, inode: facts?.inode ?? 0 }
    return { path: name, absolutePath, sizeBytes, ...seen, installed: { ref: specOf(ref), checksum } }
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
