/**
 * Extracts a zip file (a wheel, a packed runtime) with nothing but Node.
 *
 * 1. Find the end-of-central-directory record in the last 64 KiB; it gives the place and the size of the directory.
 * 2. Read the directory: per entry its name, method, sizes, Unix mode, offset of the local header.
 * 3. For each wanted entry: skip the local header, inflate (method 8) or copy (method 0), set the mode.
 *
 * Zip64, encryption and other methods are refused. Entries are trusted to the extent that the archive's sha256 was checked.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { type FileHandle, mkdir, open, symlink } from 'node:fs/promises'
import { dirname, join, normalize, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createInflateRaw } from 'node:zlib'

interface ZipEntry {
  readonly name: string
  readonly method: number
  readonly compressedBytes: number
  readonly headerOffset: number
  readonly mode: number
}

export interface ZipExtraction {
  readonly archive: string
  readonly folder: string
  /** The path below `folder` for an entry, or undefined to leave it out. */
  readonly place: (name: string) => string | undefined
  readonly signal?: AbortSignal
}

const typeMask = 0o170000
const symlinkType = 0o120000

/** Extracts what `place` wants and gives the names of the extracted entries. */
export async function extractZip({ archive, folder, place, signal }: ZipExtraction): Promise<string[]> {
  const file = await open(archive)
  try {
    const extracted: string[] = []
    for (const entry of await readDirectory(file)) {
      signal?.throwIfAborted()
      const relative = entry.name.endsWith('/') ? undefined : place(entry.name)
      if (relative === undefined) continue
      const target = join(folder, normalize(relative))
      if (!target.startsWith(folder + sep)) throw new Error(`${entry.name} leads out of the folder`)
      await extractEntry(file, archive, entry, target)
      extracted.push(entry.name)
    }
    return extracted
  } finally {
    await file.close()
  }
}

async function readDirectory(file: FileHandle): Promise<ZipEntry[]> {
  const { size } = await file.stat()
  const tail = await readAt(file, Math.max(0, size - 65_557), Math.min(size, 65_557))
  const end = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  if (end < 0) throw new Error('not a zip file')
  const count = tail.readUInt16LE(end + 10)
  const offset = tail.readUInt32LE(end + 16)
  if (count === 0xffff || offset === 0xffffffff) throw new Error('zip64 is not supported')
  const directory = await readAt(file, offset, tail.readUInt32LE(end + 12))
  const entries: ZipEntry[] = []
  for (let at = 0; entries.length < count; ) {
    const nameBytes = directory.readUInt16LE(at + 28)
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameBytes),
      method: directory.readUInt16LE(at + 10),
      compressedBytes: directory.readUInt32LE(at + 20),
      headerOffset: directory.readUInt32LE(at + 42),
      mode: directory.readUInt32LE(at + 38) >>> 16,
    })
    at += 46 + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  return entries
}

async function extractEntry(file: FileHandle, archive: string, entry: ZipEntry, target: string): Promise<void> {
  const header = await readAt(file, entry.headerOffset, 30)
  const start = entry.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
  await mkdir(dirname(target), { recursive: true })
  if ((entry.mode & typeMask) === symlinkType) {
    await symlink((await readAt(file, start, entry.compressedBytes)).toString('utf8'), target)
    return
  }
  const output = createWriteStream(target, { flags: 'wx', mode: entry.mode & 0o777 || 0o644 })
  if (entry.compressedBytes === 0) {
    await pipeline([], output)
    return
  }
  const input = createReadStream(archive, { start, end: start + entry.compressedBytes - 1 })
  if (entry.method === 0) await pipeline(input, output)
  else if (entry.method === 8) await pipeline(input, createInflateRaw(), output)
  else throw new Error(`${entry.name}: compression method ${entry.method} is not supported`)
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await file.read(buffer, 0, length, position)
  if (bytesRead !== length) throw new Error('the zip file is truncated')
  return buffer
}
