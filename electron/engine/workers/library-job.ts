import { AppError, assertNever } from '../../../shared/errors.ts'
import type { Manifest } from '../../../shared/model/package.ts'
import { changedFiles, type LookedAt } from '../library/changed-files.ts'
import { measureTree } from '../library/disk-usage.ts'
import { type TreeReport, verifyTree } from '../library/verify.ts'
import { copyTree, type TreeCopy } from '../move/copy-tree.ts'
import { removeListed } from '../move/remove-listed.ts'
import { listTree, type TreeEntry } from '../move/tree-listing.ts'
import type { Disk, Io } from '../ports.ts'

/** What a library has done off the main thread. */
export type LibraryJob =
  | {
      readonly kind: 'verify'
      readonly folder: string
      readonly manifest: Manifest
      readonly leavesExtraOut?: boolean
    }
  | { readonly kind: 'measure'; readonly roots: readonly string[] }
  | { readonly kind: 'remove'; readonly roots: readonly string[] }
  | { readonly kind: 'look'; readonly versions: readonly LookedAt[] }
  | { readonly kind: 'list-tree'; readonly root: string; readonly leftOut: readonly string[] }
  | ({ readonly kind: 'copy-tree' } & TreeCopy)
  | { readonly kind: 'remove-listed'; readonly root: string; readonly entries: readonly TreeEntry[] }
export type LibraryJobResult =
  | { readonly kind: 'verify'; readonly report: TreeReport }
  /** Allocated bytes of each tree (that were freed, for `remove`). */
  | { readonly kind: 'measure' | 'remove'; readonly bytes: readonly number[] }
  /** Of each version, in their order. */
  | { readonly kind: 'look'; readonly changed: readonly (readonly string[])[] }
  | { readonly kind: 'list-tree'; readonly entries: readonly TreeEntry[] }
  | { readonly kind: 'copy-tree' | 'remove-listed' }

/** Told while files are read: so many more bytes; of a copy, that so many were read back. */
export interface LibraryJobProgress {
  readonly readBytes: number
  readonly settledBytes?: number
  readonly keptBytes?: number
}
type JobIo = Io & {
  readonly onBytes?: (bytes: number) => void
  readonly onSettled?: (bytes: number) => void
  readonly onKept?: (bytes: number) => void
}

export async function runLibraryJob(job: LibraryJob, disk: Disk, io: JobIo): Promise<LibraryJobResult> {
  switch (job.kind) {
    case 'verify': {
      const { folder, manifest, leavesExtraOut = false } = job
      return { kind: 'verify', report: await verifyTree(disk, folder, manifest, { ...io, leavesExtraOut }) }
    }
    case 'measure':
      return { kind: 'measure', bytes: await each(job.roots, (root) => measureTree(disk, root), io) }
    case 'remove':
      return { kind: 'remove', bytes: await each(job.roots, (root) => measureAndRemove(disk, root), io) }
    case 'look': {
      const changed: string[][] = []
      for (const version of job.versions) changed.push(await changedFiles(disk, version, io))
      return { kind: 'look', changed }
    }
    case 'list-tree':
      return { kind: 'list-tree', entries: await listTree(disk, job.root, job.leftOut, io) }
    case 'copy-tree': {
      const { onBytes, onSettled, onKept } = io
      await copyTree(disk, job, {
        signal: io.signal,
        ...(onBytes === undefined ? {} : { onReceived: onBytes }),
        ...(onSettled === undefined ? {} : { onSettled }),
        ...(onKept === undefined ? {} : { onKept }),
      })
      return { kind: 'copy-tree' }
    }
    case 'remove-listed':
      await removeListed(disk, job.root, job.entries, io)
      return { kind: 'remove-listed' }
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
