import fs from 'node:fs'
import path from 'node:path'
import { errnoOf } from './disk-errors.ts'
import { opened } from './remove-tree.ts'

/** What takes a tree from one place to another, as it is. */

/** The path itself, or the nearest folder above it that is there. */
export function nearestThere(target: string): string {
  let place = target
  while (!fs.existsSync(place) && path.dirname(place) !== place) place = path.dirname(place)
  return place
}

export function realPath(target: string): string {
  const there = nearestThere(path.resolve(target))
  return path.join(readRealPath(there), path.relative(there, path.resolve(target)))
}

/** As it is spelt on the disk, where case makes no difference; some drives of Windows can't tell that. */
function readRealPath(target: string): string {
  try {
    return fs.realpathSync.native(target)
  } catch {
    return fs.realpathSync(target)
  }
}

export const onOneVolume = (a: string, b: string): boolean =>
  fs.statSync(nearestThere(a)).dev === fs.statSync(nearestThere(b)).dev

export function removeEmptyFolder(target: string, { opens = false }: { readonly opens?: boolean } = {}): boolean {
  const remove = () => fs.rmdirSync(target)
  try {
    if (opens) opened(target, remove)
    else remove()
    return true
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST'].includes(errnoOf(error))) return false
    if (errnoOf(error) === 'ENOENT') return true
    throw error
  }
}

export const copyLink = (from: string, to: string): void => fs.symlinkSync(fs.readlinkSync(from), to)

/** Times are set in seconds, whose fractions may be cut: the millisecond, by which Orbital knows a file again, is held. */
export function copyMarks(from: string, to: string): void {
  const { mode, atimeMs, mtimeMs } = fs.statSync(from)
  fs.chmodSync(to, mode & 0o7777)
  for (const spareMs of [0, 0.001, 0.01]) {
    fs.utimesSync(to, atimeMs / 1000, (mtimeMs + spareMs) / 1000)
    if (Math.floor(fs.statSync(to).mtimeMs) === Math.floor(mtimeMs)) return
  }
}
