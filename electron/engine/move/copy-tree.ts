import { createHash } from 'node:crypto'
import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { hashFile } from '../library/verify.ts'
import type { Disk, Io, OpenFile } from '../ports.ts'
import { entryOf, isSameEntry, listTree, looksSame, type TreeEntry } from './tree-listing.ts'

export interface TreeCopy {
  readonly from: string
  readonly to: string
  /** A path beside the tree of the copy, on its volume, for the one file that is being written. */
  readonly scratch: string
  /** What is to be copied, as it was listed. */
  readonly entries: readonly TreeEntry[]
}
export interface CopyIo extends Io {
  readonly onReceived?: (bytes: number) => void
  readonly onSettled?: (bytes: number) => void
  /** Of files that an earlier run had copied. */
  readonly onKept?: (bytes: number) => void
}

/**
 * Makes `to` what was listed of `from`. Runs in a worker; can be ended anywhere and run again.
 *  1. What stands in the copy and is not, or no longer, in the list goes.
 *  2. Folders are made.
 *  3. Each file is written beside the copy, hashed on the way; synced; read back, and must have the same sha256; gets the permissions and times of
 *     the first one, and its name. So what has its name, with the size and time of the list, is whole, and is not copied again.
 *  4. Folders get their permissions, the deepest first, and are synced.
 * What changed or vanished since it was listed is left out: whoever lists again sees it.
 */
export async function copyTree(disk: Disk, copy: TreeCopy, io: CopyIo): Promise<void> {
  const { from, to, entries } = copy
  const listed = new Map(entries.map((entry) => [entry.path, entry]))
  // 1
  for (const there of await listTree(disk, to, [], io)) {
    if (!isCopyOf(listed.get(there.path), there)) disk.removeTree(path.join(to, there.path))
  }
  // 2
  const folders = entries.filter(({ kind }) => kind === 'folder').map((entry) => entry.path)
  for (const folder of folders) disk.makeFolder(path.join(to, folder))
  // 3
  for (const entry of entries) {
    if (io.signal.aborted) throw io.signal.reason ?? new AppError('cancelled', {})
    if (disk.facts(path.join(to, entry.path)) !== undefined) {
      if (entry.kind === 'file') io.onKept?.(entry.sizeBytes)
    } else if (entry.kind === 'symlink') copyLinkOf(disk, copy, entry)
    else await copyFile(disk, copy, entry, io)
  }
  // 4
  for (const folder of folders.toReversed()) {
    if (disk.facts(path.join(from, folder))?.kind !== 'folder') continue
    disk.syncFolder(path.join(to, folder))
    disk.copyMarks(path.join(from, folder), path.join(to, folder))
  }
  disk.syncFolder(to)
}

/** By the time that a finished copy was given. */
const isCopyOf = (entry: TreeEntry | undefined, there: TreeEntry): boolean =>
  entry?.kind !== 'symlink' && looksSame(entry, there)

function copyLinkOf(disk: Disk, { from, to }: TreeCopy, entry: TreeEntry): void {
  if (disk.facts(path.join(from, entry.path))?.kind === 'symlink')
    disk.copyLink(path.join(from, entry.path), path.join(to, entry.path))
}

async function copyFile(
  disk: Disk,
  { from, to, scratch }: TreeCopy,
  entry: TreeEntry,
  { signal, onReceived, onSettled }: CopyIo,
): Promise<void> {
  const source = path.join(from, entry.path)
  if (disk.facts(source)?.kind !== 'file') return
  const reading = disk.open(source, 'read')
  let written: string
  try {
    disk.removeFile(scratch)
    written = await pour(disk, reading, scratch, {
      signal,
      ...(onReceived === undefined ? {} : { onBytes: onReceived }),
    })
    const { sizeBytes, modifiedMs, inode } = reading.facts()
    if (!isSameEntry(entry, { ...entry, sizeBytes, modifiedMs: Math.floor(modifiedMs), inode })) return
  } finally {
    reading.close()
  }
  const back = await hashFile(disk, scratch, 'sha256', {
    signal,
    ...(onSettled === undefined ? {} : { onBytes: onSettled }),
  })
  if (back !== written)
    throw new AppError('disk-failed', { path: path.join(to, entry.path), action: 'write file', errno: 'CHECKSUM' })
  if (!isSameEntry(entry, entryOf(disk, from, entry.path))) return
  disk.copyMarks(source, scratch)
  disk.renameInto(scratch, path.join(to, entry.path))
}

/** Answers the sha256 of what was read, once it is durable at `to`. */
async function pour(
  disk: Disk,
  source: OpenFile,
  to: string,
  { signal, onBytes }: Io & { readonly onBytes?: (bytes: number) => void },
): Promise<string> {
  const hash = createHash('sha256')
  const buffer = new Uint8Array(1024 * 1024)
  const target = disk.open(to, 'create')
  try {
    for (let offset = 0; ; ) {
      if (signal.aborted) throw signal.reason ?? new AppError('cancelled', {})
      const readBytes = source.read(buffer, offset)
      if (readBytes === 0) break
      const chunk = buffer.subarray(0, readBytes)
      hash.update(chunk)
      target.write(chunk, offset)
      offset += readBytes
      onBytes?.(readBytes)
      // Lets a message (an abort) in.
      if (offset % (8 * buffer.length) === 0) await new Promise<void>((resolve) => void setImmediate(resolve))
    }
    target.sync()
    return hash.digest('hex')
  } finally {
    target.close()
  }
}
