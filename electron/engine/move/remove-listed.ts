import path from 'node:path'
import { AppError, isAppError } from '../../../shared/errors.ts'
import type { Disk, Io } from '../ports.ts'
import { entryOf, looksSame, type TreeEntry } from './tree-listing.ts'

/**
 * Deletes of a tree what was listed and is still the same, then the folders that are empty by that, with `root`. What was changed or put there
 * since stays, and what stands behind a folder that became a link; so does what may not be deleted. Can be ended anywhere and run again.
 */
export async function removeListed(
  disk: Disk,
  root: string,
  entries: readonly TreeEntry[],
  { signal }: Io,
): Promise<void> {
  const folders = new Map<string, boolean>()
  /** Each folder on the way to it is one, and no link. */
  const isInTree = (relative: string): boolean => {
    const parent = relative.includes('/') ? path.posix.dirname(relative) : ''
    const known = folders.get(parent)
    if (known !== undefined) return known
    const isFolder = (parent === '' || isInTree(parent)) && disk.facts(path.join(root, parent))?.kind === 'folder'
    folders.set(parent, isFolder)
    return isFolder
  }
  for (const [at, entry] of entries.entries()) {
    if (entry.kind === 'folder') continue
    if (at % 100 === 0) await new Promise<void>((resolve) => void setImmediate(resolve))
    if (signal.aborted) throw signal.reason ?? new AppError('cancelled', {})
    if (isInTree(entry.path) && looksSame(entry, entryOf(disk, root, entry.path)))
      ifAllowed(() => disk.removeFile(path.join(root, entry.path)))
  }
  for (const entry of entries.toReversed()) {
    if (entry.kind === 'folder' && isInTree(entry.path) && entryOf(disk, root, entry.path)?.kind === 'folder')
      ifAllowed(() => disk.removeEmptyFolder(path.join(root, entry.path), { opens: true }))
  }
  if (disk.facts(root)?.kind === 'folder') ifAllowed(() => disk.removeEmptyFolder(root))
}

/** What may not be done stays undone. */
export function ifAllowed(work: () => unknown): void {
  try {
    work()
  } catch (error) {
    if (!isAppError(error, 'disk-denied')) throw error
  }
}
