import { createHash, type Hash } from 'node:crypto'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { type AppError, toAppError } from '../../../shared/errors.ts'
import type { Disk, Io, OpenFile } from '../ports.ts'
import { eightGiB, tarEnd, tarHeader, tarPadding } from './tar-entries.ts'

/** A `.sputnik` of an archive and a meta that are known before, written in a file of its own until it is whole. */
export interface ResumedSputnik {
  readonly out: string
  /** Beside `out`; what an earlier run left in it is gone on with. */
  readonly temporary: string
  readonly overwrite: boolean
  readonly archive: { readonly sizeBytes: number; readonly md5: string }
  readonly metaBytes: Uint8Array
}

interface ResumeIo extends Io {
  /** So much of the archive is there from an earlier run, told as it is hashed and when all of it is; 0 when that was not what it should be. */
  readonly onKept: (bytes: number) => void
  /** The archive from an offset on. */
  read(startOffset: number): AsyncIterable<Uint8Array>
  /** What is thrown when the archive isn't what it should be. */
  damaged(reason: string): AppError
}

/**
 * Writes the file whole or not at all, and goes on where an earlier run ended:
 *  1. What is in the temporary file of the archive is hashed again.
 *  2. The rest is read, hashed and written.
 *  3. Size and md5 must be right. Wrong, with bytes of an earlier run in it → once more, from the beginning. Else `damaged`.
 *  4. meta.json; synced; renamed: `already-exists` unless it may overwrite. Archive first, as the old tools do.
 * Stopped or failed, the temporary file stays: whoever gives up removes it.
 */
export async function resumeSputnik(disk: Disk, file: ResumedSputnik, io: ResumeIo): Promise<{ sizeBytes: number }> {
  const { archive, out, temporary } = file
  const header = tarHeader('archive.gz', archive.sizeBytes, archive.sizeBytes >= eightGiB)
  for (;;) {
    const kept = keptBytes(disk, temporary, header.length, archive.sizeBytes)
    const open = disk.open(temporary, kept === undefined ? 'create' : 'update')
    try {
      if (kept === undefined) open.write(header, 0)
      const hash = createHash('md5')
      // 1
      await hashKept(open, header.length, kept ?? 0, hash, io)
      io.onKept(kept ?? 0)
      // 2
      let done = kept ?? 0
      for await (const chunk of done < archive.sizeBytes ? io.read(done) : []) {
        if (io.signal.aborted) throw toAppError(io.signal.reason)
        if (done + chunk.length > archive.sizeBytes) throw io.damaged('its size is another one.')
        hash.update(chunk)
        open.write(chunk, header.length + done)
        done += chunk.length
      }
      // 3
      const isWhole = done === archive.sizeBytes
      if (isWhole && hash.digest('hex') === archive.md5) {
        // 4
        const sizeBytes = writeRest(open, header.length + done, file.metaBytes)
        open.sync()
        open.close()
        if (file.overwrite) disk.renameOver(temporary, out)
        else disk.renameNew(temporary, out)
        disk.syncFolder(path.dirname(out))
        return { sizeBytes }
      }
      if ((kept ?? 0) === 0)
        throw io.damaged(isWhole ? 'its checksum (MD5) is not the one that was published.' : 'its size is another one.')
    } finally {
      open.close()
    }
    disk.removeFile(temporary)
  }
}

/** Undefined when there is no file to go on with; of one that was being ended, the whole archive. */
function keptBytes(disk: Disk, temporary: string, headerBytes: number, archiveBytes: number): number | undefined {
  const facts = disk.facts(temporary)
  if (facts === undefined) return undefined
  if (facts.kind === 'file' && facts.sizeBytes >= headerBytes)
    return Math.min(facts.sizeBytes - headerBytes, archiveBytes)
  disk.removeFile(temporary)
  return undefined
}

const tellEveryBytes = 16 * 1024 * 1024

async function hashKept(
  open: OpenFile,
  offset: number,
  bytes: number,
  hash: Hash,
  { signal, onKept }: Pick<ResumeIo, 'signal' | 'onKept'>,
): Promise<void> {
  const buffer = new Uint8Array(1024 * 1024)
  for (let done = 0; done < bytes; done += buffer.length) {
    if (signal.aborted) throw toAppError(signal.reason)
    if (done % tellEveryBytes === 0) onKept(done)
    const chunk = buffer.subarray(0, Math.min(buffer.length, bytes - done))
    hash.update(chunk.subarray(0, open.read(chunk, offset + done)))
    await setImmediate()
  }
}

/** What follows the archive; answers the file's size. */
function writeRest(open: OpenFile, archiveEnd: number, metaBytes: Uint8Array): number {
  let offset = archiveEnd
  const parts = [tarHeader('meta.json', metaBytes.length), metaBytes, tarPadding(metaBytes.length), tarEnd()]
  // Headers are whole blocks: the archive's end needs the padding of its size.
  for (const bytes of [tarPadding(archiveEnd), ...parts]) {
    open.write(bytes, offset)
    offset += bytes.length
  }
  return offset
}
