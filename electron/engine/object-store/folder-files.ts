import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError, isAppError } from '../../../shared/errors.ts'
import type { Disk, OpenFile } from '../ports.ts'

/** Read and written at once: well below a millisecond of blocking. Of more, Linux copies each byte at over twice the cost. */
export const chunkBytes = 256 * 1024
/** Synced this often while a whole is written, so that no sync takes long. */
const syncEveryBytes = 32 * 1024 * 1024

export type Write = (chunk: Uint8Array) => Promise<void>

/** A new file, written in turns, synced; gone when it fails. */
export async function writeWhole(
  disk: Disk,
  target: string,
  signal: AbortSignal,
  fill: (write: Write) => Promise<void>,
): Promise<void> {
  const file: OpenFile = disk.open(target, 'create')
  let at = 0
  let unsyncedBytes = 0
  try {
    await fill(async (chunk) => {
      stopIfAborted(signal)
      file.write(chunk, at)
      at += chunk.length
      unsyncedBytes += chunk.length
      if (unsyncedBytes >= syncEveryBytes) {
        file.sync()
        unsyncedBytes = 0
      }
      if (at > chunkBytes) await nextTurn()
    })
    file.sync()
  } catch (error) {
    file.close()
    disk.removeFile(target)
    throw error
  }
  file.close()
}

/** Opens a file that somebody may have deleted meanwhile. */
export function openOr(open: () => OpenFile, gone: () => AppError): OpenFile {
  try {
    return open()
  } catch (error) {
    throw isGone(error) ? gone() : error
  }
}

/** What an operation met was deleted, or replaced, meanwhile. */
export function isGone(error: unknown): boolean {
  if (isAppError(error, 'disk-failed')) return error.details.errno === 'ENOENT'
  return isAppError(error, 'not-a-folder', 'file-unreadable')
}

export function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError('cancelled', {}, signal.reason)
}
