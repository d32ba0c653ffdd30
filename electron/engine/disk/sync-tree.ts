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
  fileCount: number,
  { signal, syncFolder }: Io & { readonly syncFolder: (folder: string) => void },
): Promise<void> {
  // 1
  if (fileCount > manyFiles && process.platform === 'linux' && (await syncFileSystem(root, signal))) return
  // 2
  const { files, folders } = listTree(root)
  const waiting = files[Symbol.iterator]()
  const line = async () => {
    for (const file of waiting) {
      if (signal.aborted) throw signal.reason ?? new AppError('cancelled', {})
      await syncFile(file)
    }
  }
  await Promise.all(Array.from({ length: filesAtOnce }, line))
  for (const folder of folders.reverse()) syncFolder(folder)
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

/** Folders come before those in them. */
function listTree(root: string) {
  const folders = [root]
  const files: string[] = []
  for (const folder of folders) {
    for (const entry of readFolder(folder)) {
      if (entry.isDirectory()) folders.push(path.join(folder, entry.name))
      else if (entry.isFile()) files.push(path.join(folder, entry.name))
    }
  }
  return { files, folders }
}

function readFolder(folder: string): readonly fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    throw toDiskError(error, folder, 'read folder')
  }
}
