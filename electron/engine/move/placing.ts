import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { Disk } from '../ports.ts'
import { isClutter } from './clutter.ts'
import type { TreeEntry } from './tree-listing.ts'

/** The step of a move between a whole copy in its staging and one that stands in the library's new folder, and the way back. */
export interface StagedCopy {
  /** The new folder. */
  readonly to: string
  /** The folder in it that belongs to the move. */
  readonly staging: string
  readonly tree: string
}

/** FAT keeps two seconds. */
const timeStepMs = 2000

/** The first path of a copied tree that is not there, or not as it was copied; what is there besides says nothing. */
export function firstMissing(copied: readonly TreeEntry[], there: readonly TreeEntry[]): string | undefined {
  const found = new Map(there.map((entry) => [entry.path, entry]))
  return copied.find((entry) => !looksCopied(entry, found.get(entry.path)) && !isClutter(nameOf(entry)))?.path
}

/** Of two disks: no inodes, times as exact as the coarser one keeps them. A link has a time of its own. */
const looksCopied = (entry: TreeEntry | undefined, there: TreeEntry | undefined): boolean =>
  entry !== undefined &&
  entry.kind === there?.kind &&
  (entry.kind !== 'file' ||
    (entry.sizeBytes === there.sizeBytes && Math.abs(entry.modifiedMs - there.modifiedMs) <= timeStepMs))

/** `already-exists` where something stands in the way of what is to be placed. */
export function refuseCollisions(disk: Disk, { to, tree }: StagedCopy): void {
  for (const { name } of disk.entries(tree)) {
    if (disk.facts(path.join(to, name)) !== undefined && !isClutter(name))
      throw new AppError('already-exists', {
        what: path.join(to, name),
        remedy: 'Move it elsewhere and resume, or cancel the move.',
      })
  }
}

/** Durable before the settings name it: also that the folders are there which the copy made. */
export function syncStaged(disk: Disk, { to, staging }: StagedCopy): void {
  for (const folder of [staging, to, path.dirname(to)]) disk.syncFolder(folder)
}

export function placeTree(disk: Disk, copy: StagedCopy): void {
  const { to, tree } = copy
  if (disk.facts(tree) === undefined) return
  refuseCollisions(disk, copy)
  for (const { name } of disk.entries(tree)) disk.renameInto(path.join(tree, name), path.join(to, name))
  disk.syncFolder(to)
}

/** Back into the staging goes what was placed and is as it was copied. What somebody changed in the new folder since, or put there, stays. */
export function takeBack(
  disk: Disk,
  { to, tree }: StagedCopy,
  copied: readonly TreeEntry[],
  placed: readonly TreeEntry[],
): void {
  const known = new Map(copied.map((entry) => [entry.path, entry]))
  const strange = new Set(
    placed.filter((entry) => !looksCopied(known.get(entry.path), entry) && !isClutter(nameOf(entry))).map(topOf),
  )
  for (const { name } of disk.facts(to) === undefined ? [] : disk.entries(to)) {
    if (!known.has(name) || strange.has(name) || disk.facts(path.join(tree, name)) !== undefined) continue
    disk.makeFolder(tree)
    disk.renameInto(path.join(to, name), path.join(tree, name))
  }
}

const nameOf = (entry: TreeEntry): string => path.posix.basename(entry.path)
const topOf = (entry: TreeEntry): string => entry.path.split('/', 1)[0] ?? ''

/** Whether anything of a copy is to be seen; nothing is where a drive isn't mounted. */
export const hasTrace = (disk: Disk, { to, staging }: StagedCopy, copied: readonly TreeEntry[]): boolean =>
  disk.facts(staging) !== undefined ||
  copied.some((entry) => topOf(entry) === entry.path && disk.facts(path.join(to, entry.path)) !== undefined)
