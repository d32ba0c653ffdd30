import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { Disk, EntryFacts, FileFacts, OpenFile } from '../ports.ts'
import { type DiskAction, errnoOf, toDiskError } from './disk-errors.ts'
import { throughReadOnly } from './read-only.ts'
import { removeEntry, removeTree } from './remove-tree.ts'
import { type RenameRetry, renameSoon, renameWithRetry } from './retry-rename.ts'
import { syncTree } from './sync-tree.ts'
import { copyLink, copyMarks, nearestThere, onOneVolume, realPath, removeEmptyFolder } from './whole-trees.ts'

export interface NodeDiskOptions {
  readonly renameRetry?: Partial<RenameRetry>
}

const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants
/** Files beside their final place; never `*.tmp`, which old tools delete. */
const temporaryName = (target: string): string =>
  path.join(path.dirname(target), `.orbital-new-${randomBytes(9).toString('hex')}`)

/** The real disk: the only place of the engine that writes files. Holds no state; every thread makes its own. */
export function createNodeDisk(options: NodeDiskOptions = {}): Disk {
  const retry: RenameRetry = {
    platform: process.platform,
    limitMs: 60_000,
    wait: (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms),
    monotonic: () => performance.now(),
    ...options.renameRetry,
  }
  const move = (from: string, to: string) =>
    attempt(to, 'move', () => renameWithRetry(() => fs.renameSync(from, to), retry))

  return {
    facts: (target) => attempt(target, 'look up', () => readFacts(target)),
    factsLater: (target) => readFactsLater(target),
    entries: (target) =>
      attempt(target, 'read folder', () =>
        fs.readdirSync(target, { withFileTypes: true }).map((entry) => ({ name: entry.name, kind: kindOf(entry) })),
      ),
    read: (target, { maxBytes } = {}) => attempt(target, 'read file', () => readFile(target, maxBytes)),
    open: (target, mode) => attempt(target, openActions[mode], () => openFile(target, mode)),
    replace(target, bytes, { secret = false } = {}) {
      const temporary = temporaryName(target)
      try {
        attempt(target, 'save', () => writeNew(temporary, bytes, { mode: secret ? 0o600 : 0o666, synced: true }))
        move(temporary, target)
      } catch (error) {
        removeLeftover(temporary)
        throw error
      }
      syncFolder(path.dirname(target))
    },
    create: (target, bytes, { synced = true } = {}) =>
      attempt(target, 'create file', () => writeNew(target, bytes, { mode: 0o666, synced })),
    clone: cloneFile,
    append: (target, bytes, { synced = true } = {}) =>
      attempt(target, 'write file', () => appendFile(target, bytes, synced)),
    makeFolder: (target) => attempt(target, 'make folder', () => makeFolder(target)),
    makeNewFolder: (target) => attempt(target, 'make folder', () => fs.mkdirSync(target)),
    rename(from, to, { waits = true } = {}) {
      // A folder that comes between this look and the rename is refused by the system unless it is empty.
      if (attempt(to, 'move', () => fs.lstatSync(to, { throwIfNoEntry: false })) !== undefined) {
        throw new AppError('already-exists', { what: to })
      }
      if (waits) move(from, to)
      else attempt(to, 'move', () => renameSoon(() => fs.renameSync(from, to), from, retry))
    },
    renameOver: move,
    renameInto: (from, to) => attempt(to, 'move', () => throughReadOnly(from, to, () => move(from, to))),
    renameNew: (from, to) => attempt(to, 'move', () => renameNew(from, to)),
    removeFile: (target) => attempt(target, 'delete', () => removeEntry(target)),
    removeTree: (target) => attempt(target, 'delete', () => removeTree(target)),
    removeEmptyFolder: (target, options) => attempt(target, 'delete', () => removeEmptyFolder(target, options)),
    copyLink: (from, to) => attempt(to, 'create file', () => copyLink(from, to)),
    copyMarks: (from, to) => attempt(to, 'save', () => copyMarks(from, to)),
    realPath: (target) => attempt(target, 'look up', () => realPath(target)),
    onOneVolume: (a, b) => attempt(a, 'look up', () => onOneVolume(a, b)),
    syncFolder,
    syncTree: (root, fileCount, io) => syncTree(root, fileCount, { ...io, syncFolder }),
    volume: (target) => attempt(target, 'measure', () => readVolume(target)),
  }
}

const openActions = { read: 'read file', create: 'create file', update: 'write file' } as const

function attempt<T>(target: string, action: DiskAction, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw toDiskError(error, target, action)
  }
}

type Kinds = Pick<fs.Stats, 'isFile' | 'isDirectory' | 'isSymbolicLink'>
const kindOf = (entry: Kinds): EntryFacts['kind'] =>
  entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : entry.isSymbolicLink() ? 'symlink' : 'special'

function readFacts(target: string): FileFacts | undefined {
  try {
    const stats = fs.lstatSync(target, { throwIfNoEntry: false })
    return stats === undefined ? undefined : toFacts(target, stats)
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return undefined
    throw error
  }
}

async function readFactsLater(target: string): Promise<FileFacts | undefined> {
  try {
    return toFacts(target, await fs.promises.lstat(target))
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error))) return undefined
    throw toDiskError(error, target, 'look up')
  }
}

const toFacts = (target: string, stats: fs.Stats): FileFacts => ({
  name: path.basename(target),
  kind: kindOf(stats),
  sizeBytes: stats.size,
  allocatedBytes: stats.isFile() && stats.nlink > 1 ? 0 : stats.blocks * 512,
  modifiedMs: stats.mtimeMs,
  inode: stats.ino,
  links: stats.nlink,
})

/** Opened without waiting for a FIFO's other end; anything but a regular file is refused. */
function openRegular(target: string): number {
  const handle = fs.openSync(target, O_RDONLY | O_NONBLOCK)
  const stats = fs.fstatSync(handle)
  if (stats.isFile()) return handle
  fs.closeSync(handle)
  throw new AppError('file-unreadable', { path: target })
}

function readFile(target: string, maxBytes: number | undefined): Uint8Array | undefined {
  let handle: number
  try {
    handle = openRegular(target)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error))) return undefined
    throw error
  }
  try {
    if (maxBytes !== undefined && fs.fstatSync(handle).size > maxBytes) {
      throw new AppError('package-too-large', { what: target, limit: `${maxBytes} bytes` })
    }
    return fs.readFileSync(handle)
  } finally {
    fs.closeSync(handle)
  }
}

function openFile(target: string, mode: 'read' | 'create' | 'update'): OpenFile {
  // Windows can't be told not to follow one.
  if (mode === 'update' && O_NOFOLLOW === 0 && readFacts(target)?.kind === 'symlink')
    throw new AppError('path-not-allowed', { path: target, reason: 'It is a symbolic link.', isHere: true })
  const handle =
    mode === 'read'
      ? openRegular(target)
      : fs.openSync(target, mode === 'create' ? O_RDWR | O_CREAT | O_EXCL : O_RDWR | O_NOFOLLOW, 0o666)
  let isOpen = true
  return {
    facts: () => attempt(target, 'look up', () => toFacts(target, fs.fstatSync(handle))),
    write: (bytes, offset) => attempt(target, 'write file', () => writeAll(handle, bytes, offset)),
    read: (into, offset) => attempt(target, 'read file', () => readAll(handle, into, offset)),
    sync: () => attempt(target, 'write file', () => fs.fsyncSync(handle)),
    syncLater: () =>
      new Promise((resolve, reject) => {
        fs.fsync(handle, (error) => (error === null ? resolve() : reject(toDiskError(error, target, 'write file'))))
      }),
    close() {
      if (!isOpen) return
      isOpen = false
      attempt(target, 'write file', () => fs.closeSync(handle))
    },
  }
}

function writeAll(handle: number, bytes: Uint8Array, offset: number | null): void {
  let written = 0
  while (written < bytes.length) {
    const position = offset === null ? null : offset + written
    written += fs.writeSync(handle, bytes, written, bytes.length - written, position)
  }
}

function readAll(handle: number, into: Uint8Array, offset: number): number {
  let readBytes = 0
  while (readBytes < into.length) {
    const count = fs.readSync(handle, into, readBytes, into.length - readBytes, offset + readBytes)
    if (count === 0) break
    readBytes += count
  }
  return readBytes
}

/** Exclusive; nothing is left when it fails. */
function writeNew(target: string, bytes: Uint8Array, { mode, synced }: { mode: number; synced: boolean }): void {
  const handle = fs.openSync(target, O_RDWR | O_CREAT | O_EXCL, mode)
  try {
    writeAll(handle, bytes, 0)
    if (synced) fs.fsyncSync(handle)
  } catch (error) {
    removeLeftover(target)
    throw error
  } finally {
    fs.closeSync(handle)
  }
}

/** Whatever forbids it, copying the bytes is what is left, and tells what is wrong. */
function cloneFile(from: string, to: string): boolean {
  try {
    fs.copyFileSync(from, to, fs.constants.COPYFILE_EXCL | fs.constants.COPYFILE_FICLONE_FORCE)
    // It took over the permissions of the other file.
    fs.chmodSync(to, 0o666 & ~process.umask())
    return true
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') removeLeftover(to)
    return false
  }
}

/** A failed append leaves the file as it was, so that the next one does not follow half a record. */
function appendFile(target: string, bytes: Uint8Array, synced: boolean): void {
  const handle = fs.openSync(target, 'a')
  try {
    const sizeBefore = fs.fstatSync(handle).size
    try {
      writeAll(handle, bytes, null)
      if (synced) fs.fsyncSync(handle)
    } catch (error) {
      cutBack(handle, sizeBefore)
      throw error
    }
  } finally {
    fs.closeSync(handle)
  }
}

/** Node's own `recursive` never ends below a folder in which the system makes none (/proc). */
function makeFolder(target: string): void {
  try {
    fs.mkdirSync(target)
  } catch (error) {
    if (fs.statSync(target, { throwIfNoEntry: false })?.isDirectory()) return
    const parent = path.dirname(target)
    if (errnoOf(error) !== 'ENOENT' || parent === target) throw error
    if (fs.statSync(parent, { throwIfNoEntry: false }) !== undefined)
      throw new AppError('disk-denied', { path: target, action: 'make folder' }, error)
    makeFolder(parent)
    makeFolder(target)
  }
}

/** Best effort on the way out of a failure, whose own error is the one that is told. */
function cutBack(handle: number, sizeBytes: number): void {
  try {
    fs.ftruncateSync(handle, sizeBytes)
  } catch {
    // Readers of journals stop at a torn record.
  }
}
function removeLeftover(target: string): void {
  try {
    removeEntry(target)
  } catch {
    // The failure that led here is the one to tell.
  }
}

function syncFolder(target: string): void {
  // Windows has no such call: its file systems order a rename after the data by themselves.
  if (process.platform === 'win32') return
  attempt(target, 'save', () => {
    const handle = fs.openSync(target, O_RDONLY)
    try {
      fs.fsyncSync(handle)
    } catch (error) {
      // Some network file systems have none.
      if (!['EINVAL', 'ENOTSUP', 'ENOSYS'].includes(errnoOf(error))) throw error
    } finally {
      fs.closeSync(handle)
    }
  })
}

const noHardLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL', 'EISDIR'])

/** A hard link is the one way to a name that fails when it is taken, on every system. */
function renameNew(from: string, to: string): void {
  try {
    fs.linkSync(from, to)
  } catch (error) {
    if (!noHardLinks.has(errnoOf(error))) throw error
    if (fs.lstatSync(to, { throwIfNoEntry: false }) !== undefined) throw new AppError('already-exists', { what: to })
    fs.renameSync(from, to)
    return
  }
  removeLeftover(from)
}

/** Of the nearest folder that is there. */
function readVolume(target: string) {
  const { bsize, blocks, bavail } = fs.statfsSync(nearestThere(target))
  return { totalBytes: blocks * bsize, freeBytes: bavail * bsize }
}
