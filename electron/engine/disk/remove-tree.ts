import fs from 'node:fs'
import path from 'node:path'
import { errnoOf } from './disk-errors.ts'

/**
 * Deletes a tree. A symlink is deleted, never followed; what somebody else deletes meanwhile is fine.
 *  1. lstat: nothing there → done; anything but a folder → unlink.
 *  2. A folder: list it (made readable when it isn't ours to read), delete each entry, then the folder.
 *  3. Somebody put something in meanwhile → again, a few times.
 */
export function removeTree(target: string): void {
  const stats = fs.lstatSync(target, { throwIfNoEntry: false })
  if (stats === undefined) return
  if (!stats.isDirectory()) {
    removeEntry(target)
    return
  }
  for (let attempt = 0; ; attempt += 1) {
    for (const entry of listFolder(target)) {
      const child = path.join(target, entry.name)
      if (entry.isDirectory()) removeTree(child)
      else removeEntry(child)
    }
    try {
      opened(target, () => fs.rmdirSync(target))
      return
    } catch (error) {
      const errno = errnoOf(error)
      if (errno === 'ENOENT') return
      if ((errno !== 'ENOTEMPTY' && errno !== 'EEXIST') || attempt >= 4) throw error
    }
  }
}

function listFolder(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === 'ENOENT') return []
    if (errno !== 'EACCES') throw error
    fs.chmodSync(folder, 0o700)
    return fs.readdirSync(folder, { withFileTypes: true })
  }
}

/** Deletes a file or link; one that is not there is fine. */
export function removeEntry(target: string): void {
  try {
    opened(target, () => fs.unlinkSync(target))
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
  }
}

/** Once more where it is forbidden and can be allowed. */
export function opened(target: string, remove: () => void): void {
  try {
    remove()
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes(errnoOf(error))) throw error
    makeDeletable(target)
    remove()
  }
}

/** The folder of a file may be read-only (POSIX), or the file itself (Windows). Never through a link. */
function makeDeletable(target: string): void {
  const folder = path.dirname(target)
  const stats = fs.lstatSync(folder)
  if (stats.isDirectory()) fs.chmodSync(folder, stats.mode | 0o700)
  if (process.platform === 'win32' && fs.lstatSync(target).isFile()) fs.chmodSync(target, 0o600)
}
