import { AppError, assertNever } from '../../../shared/errors.ts'
import type { Manifest } from '../../../shared/model/package.ts'
import { measureTree } from '../library/disk-usage.ts'
import { type TreeReport, verifyTree } from '../library/verify.ts'
import type { Disk, Io } from '../ports.ts'

/** What a library has done off the main thread. */
export type LibraryJob =
  | { readonly kind: 'verify'; readonly folder: string; readonly manifest: Manifest }
  | { readonly kind: 'measure'; readonly roots: readonly string[] }
  | { readonly kind: 'remove'; readonly roots: readonly string[] }
export type LibraryJobResult =
  | { readonly kind: 'verify'; readonly report: TreeReport }
  /** Allocated bytes of each tree (that were freed, for `remove`). */
  | { readonly kind: 'measure' | 'remove'; readonly bytes: readonly number[] }

/** Told while files are read: so many more bytes. */
export interface LibraryJobProgress {
  readonly readBytes: number
}
type JobIo = Io & { readonly onBytes?: (bytes: number) => void }

export async function runLibraryJob(job: LibraryJob, disk: Disk, io: JobIo): Promise<LibraryJobResult> {
  switch (job.kind) {
    case 'verify':
      return { kind: 'verify', report: await verifyTree(disk, job.folder, job.manifest, io) }
    case 'measure':
      return { kind: 'measure', bytes: await each(job.roots, (root) => measureTree(disk, root), io) }
    case 'remove':
      return { kind: 'remove', bytes: await each(job.roots, (root) => measureAndRemove(disk, root), io) }
    default:
      return assertNever(job)
  }
}

const measureAndRemove = (disk: Disk, root: string): number => {
  const bytes = measureTree(disk, root)
  disk.removeTree(root)
  return bytes
}

/** Between two trees a stop is heard. */
async function each(roots: readonly string[], work: (root: string) => number, { signal }: Io): Promise<number[]> {
  const results: number[] = []
  for (const root of roots) {
    await new Promise<void>((resolve) => void setImmediate(resolve))
    if (signal.aborted) throw signal.reason ?? new AppError('cancelled', {})
    results.push(work(root))
  }
  return results
}
