import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { Disk, Io } from '../ports.ts'

/** One thing in a tree. What tells whether a file is still the same: size, time (whole ms) and, within one run, the inode. */
export interface TreeEntry {
  /** Relative, `/`-separated. */
  readonly path: string
  readonly kind: 'file' | 'folder' | 'symlink'
  readonly sizeBytes: number
  readonly modifiedMs: number
  /** Of FAT on Linux it is another one after each mount. */
  readonly inode: number
}

/** Everything below a folder but what is `leftOut`, each folder before what is in it. `path-not-allowed` for what can't be copied (a pipe, a device). */
export async function listTree(
  disk: Disk,
  root: string,
  leftOut: readonly string[],
  { signal }: Io,
): Promise<TreeEntry[]> {
  const listed: TreeEntry[] = []
  const waiting = ['']
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    await new Promise<void>((resolve) => void setImmediate(resolve))
    if (signal.aborted) throw signal.reason ?? new AppError('cancelled', {})
    for (const { name } of namesIn(disk, path.join(root, folder))) {
      const relative = folder === '' ? name : `${folder}/${name}`
      const entry = leftOut.includes(relative) ? undefined : entryOf(disk, root, relative)
      if (entry === undefined) continue
      listed.push(entry)
      if (entry.kind === 'folder') waiting.push(relative)
    }
  }
  return listed
}

/** What stands at a path of a tree now; undefined when nothing does. */
export function entryOf(disk: Disk, root: string, relative: string): TreeEntry | undefined {
  const facts = disk.facts(path.join(root, relative))
  if (facts === undefined) return undefined
  const { kind, sizeBytes, modifiedMs, inode } = facts
  if (kind === 'special')
    throw new AppError('path-not-allowed', {
      path: path.join(root, relative),
      reason: 'It is neither a file nor a folder.',
    })
  return { path: relative, kind, sizeBytes, modifiedMs: Math.floor(modifiedMs), inode }
}

/** Nothing has changed between two listings of a tree. A folder's own time says nothing: what is in it is listed. */
export function isSameTree(
  before: readonly TreeEntry[],
  after: readonly TreeEntry[],
  isSame: typeof isSameEntry = isSameEntry,
): boolean {
  const known = new Map(before.map((entry) => [entry.path, entry]))
  return before.length === after.length && after.every((entry) => isSame(known.get(entry.path), entry))
}

export const isSameEntry = (before: TreeEntry | undefined, now: TreeEntry | undefined): boolean =>
  looksSame(before, now) && before?.inode === now?.inode

/** Of what another run has listed. */
export const looksSame = (before: TreeEntry | undefined, now: TreeEntry | undefined): boolean =>
  before !== undefined &&
  before.kind === now?.kind &&
  (before.kind === 'folder' || (before.sizeBytes === now.sizeBytes && before.modifiedMs === now.modifiedMs))

export const bytesOf = (entries: readonly TreeEntry[]): number =>
  entries.reduce((sum, { kind, sizeBytes }) => sum + (kind === 'file' ? sizeBytes : 0), 0)

/** A folder that vanished meanwhile holds nothing. */
const namesIn = (disk: Disk, folder: string) => (disk.facts(folder)?.kind === 'folder' ? disk.entries(folder) : [])
