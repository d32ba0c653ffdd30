import fs from 'node:fs'
import path from 'node:path'

/**
 * Runs a rename whose folders may be read-only, as trees are that their owner protects from changes:
 *  1. A regular file that is replaced lends its permissions to what comes.
 *  2. Folders that forbid the owner to write are opened for him.
 *  3. Afterwards they are as before. Killed in between: they stay open to their owner, nothing else.
 */
export function throughReadOnly(from: string, to: string, rename: () => void): void {
  const replaced = fs.lstatSync(to, { throwIfNoEntry: false })
  // 1
  if (replaced?.isFile() === true && fs.lstatSync(from).isFile()) {
    fs.chmodSync(from, replaced.mode & 0o777)
    // Windows replaces no read-only file.
    if (process.platform === 'win32') fs.chmodSync(to, 0o666)
  }
  const closeAgain = [...new Set([path.dirname(from), path.dirname(to)])].flatMap(openFolder)
  try {
    rename()
  } finally {
    // 3
    for (const close of closeAgain) close()
  }
}

// 2
function openFolder(folder: string): (() => void)[] {
  const stats = fs.lstatSync(folder, { throwIfNoEntry: false })
  if (stats?.isDirectory() !== true || (stats.mode & 0o300) === 0o300) return []
  fs.chmodSync(folder, stats.mode | 0o700)
  return [() => fs.chmodSync(folder, stats.mode & 0o7777)]
}
