import { createHash } from 'node:crypto'
import path from 'node:path'
import { AppError, isAppError } from '../../../shared/errors.ts'
import type { Checksum, Manifest } from '../../../shared/model/package.ts'
import type { Disk, Io, OpenFile } from '../ports.ts'

export interface TreeReport {
  readonly verifiedFiles: number
  /** Another size or checksum, or no regular file. */
  readonly damaged: readonly string[]
  readonly missing: readonly string[]
  /** Files that the manifest doesn't name. */
  readonly extra: readonly string[]
}

export interface VerifyIo extends Io {
  /** After each chunk. */
  readonly onBytes?: (bytes: number) => void
  /** `extra` stays empty: of a large tree, listing it takes seconds. */
  readonly leavesExtraOut?: boolean
}

export const isWhole = (report: TreeReport): boolean => report.damaged.length === 0 && report.missing.length === 0

/**
 * Rehashes every file of a version's folder. Runs in a worker: it blocks its thread for up to 1 MiB of reading at a time.
 */
export async function verifyTree(disk: Disk, folder: string, manifest: Manifest, io: VerifyIo): Promise<TreeReport> {
  const damaged: string[] = []
  const missing: string[] = []
  if (disk.facts(folder)?.kind !== 'folder')
    return { verifiedFiles: 0, damaged, missing: manifest.files.map((file) => file.path), extra: [] }
  for (const file of manifest.files) {
    const target = path.join(folder, file.path)
    const facts = disk.facts(target)
    if (facts === undefined) missing.push(file.path)
    // A symlink on the way leads out of the folder: what is behind it isn't the version's.
    else if (leadsThroughLink(disk, folder, file.path)) damaged.push(file.path)
    else if (facts.kind !== 'file' || facts.sizeBytes !== file.sizeBytes) damaged.push(file.path)
    else if ((await hashFile(disk, target, file.checksum.algorithm, io)) !== file.checksum.hex) damaged.push(file.path)
  }
  const named = new Set(['meta.json', ...manifest.files.map((file) => file.path)])
  const extra = io.leavesExtraOut === true ? [] : listFiles(disk, folder).filter((file) => !named.has(file))
  return { verifiedFiles: manifest.files.length - damaged.length - missing.length, damaged, missing, extra }
}

/** Hex; undefined when it can't be read to its end. */
export const hashFile = (
  disk: Disk,
  target: string,
  algorithm: Checksum['algorithm'],
  io: Io & { readonly onBytes?: (bytes: number) => void },
): Promise<string | undefined> =>
  hashRange(disk, target, { offset: 0, length: Number.POSITIVE_INFINITY }, algorithm, io)

/** The same for a part of a file: up to `length` bytes from `offset` on. */
export async function hashRange(
  disk: Disk,
  target: string,
  range: { readonly offset: number; readonly length: number },
  algorithm: Checksum['algorithm'],
  { signal, onBytes }: Io & { readonly onBytes?: (bytes: number) => void },
): Promise<string | undefined> {
  const hash = createHash(algorithm)
  const buffer = new Uint8Array(1024 * 1024)
  const unreadable = (error: unknown) => {
    if (isAppError(error, 'file-unreadable')) return undefined
    throw error
  }
  let file: OpenFile
  try {
    file = disk.open(target, 'read')
  } catch (error) {
    return unreadable(error)
  }
  try {
    for (let done = 0; ; ) {
      if (signal.aborted) throw signal.reason ?? new AppError('cancelled', {})
      const chunk = buffer.subarray(0, Math.min(buffer.length, range.length - done))
      const readBytes = chunk.length === 0 ? 0 : file.read(chunk, range.offset + done)
      if (readBytes === 0) return hash.digest('hex')
      hash.update(chunk.subarray(0, readBytes))
      done += readBytes
      onBytes?.(readBytes)
      // Lets a message (an abort) in.
      if (done % (8 * buffer.length) === 0) await new Promise<void>((resolve) => void setImmediate(resolve))
    }
  } catch (error) {
    return unreadable(error)
  } finally {
    file.close()
  }
}

/** Whether a folder on the way to a file of a version is none, or a symbolic link. */
export function leadsThroughLink(disk: Disk, folder: string, file: string): boolean {
  const parts = file.split('/').slice(0, -1)
  return parts.some((_, index) => disk.facts(path.join(folder, ...parts.slice(0, index + 1)))?.kind !== 'folder')
}

/** Throws `path-not-allowed` where a symbolic link stands in the place of a version's file, or on the way to it. */
export function refuseLinksTo(disk: Disk, folder: string, file: string): void {
  const target = path.join(folder, ...file.split('/'))
  if (disk.facts(target)?.kind === 'symlink' || leadsThroughLink(disk, folder, file))
    throw new AppError('path-not-allowed', { path: target, reason: 'A symbolic link is not followed.', isHere: true })
}

/** Paths of everything but folders below a folder, `/`-separated; links are named, not followed. */
function listFiles(disk: Disk, folder: string, below = ''): string[] {
  return disk.entries(path.join(folder, below)).flatMap(({ name, kind }) => {
    const relative = below === '' ? name : `${below}/${name}`
    return kind === 'folder' ? listFiles(disk, folder, relative) : [relative]
  })
}
