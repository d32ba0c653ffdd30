import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { Disk, Io } from '../ports.ts'
import { entryOf, isSameEntry, type TreeEntry } from './tree-listing.ts'

/**
 * Deletes of a tree what was listed and is still the same, then the folders that are empty by that, with `root`. What was changed or put there since
 * stays. Can be ended anywhere and run again.
 */
export async function removeListed(
  disk: Disk,
  root: string,
  entries: readonly TreeEntry[],
  { signal }: Io,
): Promise<void> {
  for (const [at, entry] of entries.entries()) {
    if (entry.kind === 'folder') continue
    if (at % 100 === 0) await new Promise<void>((resolve) => void setImmediate(resolve))
    if (signal.aborted) throw signal.reason ?? new AppError('cancelled', {})
    const now = entryOf(disk, root, entry.path)
    if (now !== undefined && isSameEntry(entry, now)) disk.removeFile(path.join(root, entry.path))
  }
  for (const entry of entries.toReversed()) {
    if (entry.kind === 'folder' && entryOf(disk, root, entry.path)?.kind === 'folder')
      disk.removeEmptyFolder(path.join(root, entry.path))
  }
  if (disk.facts(root)?.kind === 'folder') disk.removeEmptyFolder(root)
}
