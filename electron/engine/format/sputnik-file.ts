import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { AppError, toAppError } from '../../../shared/errors.ts'
import type { Disk } from '../ports.ts'
import { metaCaps } from './meta-caps.ts'
import { eightGiB, listTarEntries, tarEnd, tarHeader, tarPadding } from './tar-entries.ts'

/** `<name>-<version>.sputnik`: a plain tar of exactly `archive.gz` and `meta.json`. */
export interface SputnikFile {
  /** Not yet ingested. */
  readonly metaBytes: Uint8Array
  /** Where archive.gz lies in the file. */
  readonly archive: { readonly offset: number; readonly sizeBytes: number }
}

/** Throws `not-a-package-file`, `file-unreadable`. The archive's bytes are not looked at. */
export function openSputnik(disk: Disk, file: string): SputnikFile {
  const open = disk.open(file, 'read')
  try {
    const refuse = (reason: string): never => {
      throw new AppError('not-a-package-file', { path: file, reason })
    }
    const entries = listTarEntries(open, { path: file, maxEntries: 2 })
    const archive = entries.find((entry) => entry.path === 'archive.gz') ?? refuse('It holds no archive.gz.')
    const meta = entries.find((entry) => entry.path === 'meta.json') ?? refuse('It holds no meta.json.')
    if (entries.length !== 2) refuse('It holds more than archive.gz and meta.json.')
    if (meta.sizeBytes > metaCaps.maxBytes) refuse('Its meta.json is larger than any real package’s.')
    const metaBytes = new Uint8Array(meta.sizeBytes)
    if (open.read(metaBytes, meta.offset) !== meta.sizeBytes) refuse('It is cut off.')
    return { metaBytes, archive: { offset: archive.offset, sizeBytes: archive.sizeBytes } }
  } finally {
    open.close()
  }
}

export interface SputnikContent {
  readonly archive:
    | { readonly kind: 'file'; readonly path: string }
    /** `maxBytes` is at least what comes. Chunks are used before the next is asked for. */
    | {
        readonly kind: 'chunks'
        readonly chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>
        readonly maxBytes: number
      }
  /** A function is called once the archive is written: only then its md5 is known. */
  readonly metaBytes: Uint8Array | (() => Uint8Array)
}

/**
 * Writes the file whole or not at all: beside its place, synced, then renamed. `already-exists` unless it may overwrite. Archive first, as the
 * old tools do. `temporary` is what the file beside its place is called, when whoever comes after a kill is to know it.
 */
export async function writeSputnik(
  disk: Disk,
  out: string,
  content: SputnikContent,
  options: { readonly signal: AbortSignal; readonly overwrite?: boolean; readonly temporary?: string },
): Promise<{ readonly sizeBytes: number }> {
  const { signal, overwrite = false } = options
  if (!overwrite && disk.facts(out) !== undefined) throw new AppError('already-exists', { what: out })
  const temporary = options.temporary ?? path.join(path.dirname(out), `.orbital-new-${randomBytes(9).toString('hex')}`)
  const open = disk.open(temporary, 'create')
  let offset = 0
  const put = (bytes: Uint8Array) => {
    open.write(bytes, offset)
    offset += bytes.length
  }
  try {
    const { archive, metaBytes } = content
    const withPax = mayBeLarge(disk, archive)
    const archiveStart = tarHeader('archive.gz', 0, withPax).length
    offset = archiveStart
    for await (const chunk of archive.kind === 'file' ? readChunks(disk, archive.path) : archive.chunks) {
      if (signal.aborted) throw toAppError(signal.reason)
      put(chunk)
    }
    const sizeBytes = offset - archiveStart
    open.write(tarHeader('archive.gz', sizeBytes, withPax), 0)
    put(tarPadding(sizeBytes))
    const meta = typeof metaBytes === 'function' ? metaBytes() : metaBytes
    for (const bytes of [tarHeader('meta.json', meta.length), meta, tarPadding(meta.length), tarEnd()]) put(bytes)
    open.sync()
    open.close()
    if (overwrite) disk.renameOver(temporary, out)
    else disk.renameNew(temporary, out)
    disk.syncFolder(path.dirname(out))
    return { sizeBytes: offset }
  } catch (error) {
    open.close()
    disk.removeFile(temporary)
    throw error
  }
}

function mayBeLarge(disk: Disk, archive: SputnikContent['archive']): boolean {
  return (archive.kind === 'file' ? (disk.facts(archive.path)?.sizeBytes ?? 0) : archive.maxBytes) >= eightGiB
}

async function* readChunks(disk: Disk, file: string): AsyncGenerator<Uint8Array, void, void> {
  const open = disk.open(file, 'read')
  try {
    const buffer = new Uint8Array(1024 * 1024)
    for (let offset = 0; ; ) {
      const length = open.read(buffer, offset)
      if (length === 0) return
      yield buffer.subarray(0, length)
      offset += length
      await setImmediate()
    }
  } finally {
    open.close()
  }
}
