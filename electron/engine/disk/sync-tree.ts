import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { Io } from '../ports.ts'
import { toDiskError } from './disk-errors.ts'

/**
 * Makes a tree of files durable:
 *  1. Many files on Linux: the whole file system at once (`sync -f`, the system's syncfs), which costs one commit of its journal instead of one
 *     a file. Where that is missing or fails: 2.
 *  2. Each file, several at a time in the system's threads, then each folder, the deepest first.
 */
export async function syncTree(
  root: string,
  files: readonly string[],
  { signal, syncFolder }: Io & { readonly syncFolder: (folder: string) => void },
): Promise<void> {
  // 1
  if (files.length > manyFiles && process.platform === 'linux' && (await syncFileSystem(root, signal))) return
  // 2
  const waiting = files[Symbol.iterator]()
  const line = async () => {
    for (const file of waiting) {
      if (signal.aborted) throw signal.reason ?? new AppError('cancelled', {})
      await syncFile(path.join(root, ...file.split('/')))
    }
  }
  await Promise.all(Array.from({ length: filesAtOnce }, line))
  for (const folder of foldersOf(files)) syncFolder(path.join(root, ...folder.split('/')))
  syncFolder(root)
}

/** From here on one commit of the file system pays, although it also writes what others have not yet written. */
const manyFiles = 64
const filesAtOnce = 8

function syncFileSystem(root: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('sync', ['-f', '--', root], { stdio: 'ignore', signal })
    child.once('error', () => resolve(false))
    child.once('close', (code) => resolve(code === 0))
  })
}

function syncFile(file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error: Error | null) =>
      error === null ? resolve() : reject(toDiskError(error, file, 'write file'))
    // Windows syncs only what is open for writing.
    fs.open(file, process.platform === 'win32' ? 'r+' : 'r', (error, handle) => {
      if (error !== null) return settle(error)
      fs.fsync(handle, (failure) => fs.close(handle, (other) => settle(failure ?? other)))
    })
  })
}

/** Every folder on the way to a file, the deepest first, without the root. */
function foldersOf(files: readonly string[]): readonly string[] {
  const folders = new Set<string>()
  for (const file of files) {
    for (
      let folder = path.posix.dirname(file);
      folder !== '.' && !folders.has(folder);
      folder = path.posix.dirname(folder)
    )
      folders.add(folder)
  }
  return [...folders].sort((a, b) => b.split('/').length - a.split('/').length)
}
