import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { Disk, Io } from '../ports.ts'

/** An installed version, as a look at its files needs it. */
export interface LookedAt {
  readonly folder: string
  readonly files: readonly { readonly path: string; readonly sizeBytes: number }[]
  /** ISO time of its last full verification. */
  readonly verifiedAt?: string | undefined
}

/** Clocks and file systems with coarse times. */
const toleranceMs = 3000
const most = 1000

/**
 * Files of a version that are visibly others by now: gone, of another size, or written since they were verified. Nothing is read, so what keeps its size
 * and time goes unseen, and what was only written again is named, too: verifying decides. A file counts as written since only if it is younger than
 * the version's meta.json, which is written last, and than the verification: shares have clocks of their own. At most 1000 are named.
 */
export async function changedFiles(
  disk: Disk,
  { folder, files, verifiedAt }: LookedAt,
  { signal }: Io,
): Promise<string[]> {
  const metaMs = disk.facts(path.join(folder, 'meta.json'))?.modifiedMs
  const sinceMs =
    verifiedAt === undefined || metaMs === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(Date.parse(verifiedAt), metaMs) + toleranceMs
  const changed: string[] = []
  for (const [at, file] of files.entries()) {
    if (at % 500 === 0) {
      await new Promise<void>((resolve) => void setImmediate(resolve))
      if (signal.aborted) throw signal.reason ?? new AppError('cancelled', {})
    }
    const facts = disk.facts(path.join(folder, file.path))
    const isSame = facts?.kind === 'file' && facts.sizeBytes === file.sizeBytes && facts.modifiedMs <= sinceMs
    if (!isSame) changed.push(file.path)
    if (changed.length === most) break
  }
  return changed
}
