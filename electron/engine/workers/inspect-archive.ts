import { setImmediate } from 'node:timers/promises'
import { AppError } from '../../../shared/errors.ts'
import { createMemberDecoder } from '../format/archive-reader.ts'
import type { Disk, Io, OpenFile } from '../ports.ts'
import { type Inspected, judge, type Look, mostBytesOf } from './inspect.ts'

/** A file of an archive, by where it lies in there. */
export interface MemberToInspect {
  readonly path: string
  readonly sizeBytes: number
  readonly startOffset: number
  readonly endOffset: number
  readonly look: Look
}

/** Files inside the archive of a `.sputnik` file. */
export interface ArchiveToInspect {
  /** Of the `.sputnik`, absolute. */
  readonly file: string
  readonly archiveOffset: number
  readonly members: readonly MemberToInspect[]
}

const chunkBytes = 256 * 1024

/**
 * One answer for each member, in their order. Of each only its beginning is unpacked, as far as it is looked at, and one at a time is in memory. Of
 * what doesn't unpack as described nothing more is told: who publishes it names it.
 */
export async function inspectArchive(
  { file, archiveOffset, members }: ArchiveToInspect,
  disk: Disk,
  { signal, onMembers }: Io & { readonly onMembers: (count: number) => void },
): Promise<Inspected[]> {
  const open = disk.open(file, 'read')
  const chunk = Buffer.allocUnsafe(chunkBytes)
  const answers: Inspected[] = []
  try {
    for (const member of members) {
      signal.throwIfAborted()
      const beginning = await beginningOf(open, archiveOffset, member, chunk, signal)
      answers.push(judge(beginning, member.look))
      onMembers(answers.length)
      await setImmediate()
    }
  } finally {
    open.close()
  }
  return answers
}

async function beginningOf(
  open: OpenFile,
  archiveOffset: number,
  { sizeBytes, startOffset, endOffset, look }: MemberToInspect,
  chunk: Buffer,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const beginning = new Uint8Array(Math.min(sizeBytes, mostBytesOf[look]))
  let length = 0
  const onData = (bytes: Uint8Array) => {
    const wanted = bytes.subarray(0, beginning.length - length)
    beginning.set(wanted, length)
    length += wanted.length
  }
  const decoder = createMemberDecoder({ expectedBytes: sizeBytes, onData })
  try {
    for (let offset = startOffset; offset < endOffset && length < beginning.length; offset += chunkBytes) {
      signal.throwIfAborted()
      const bytes = chunk.subarray(0, Math.min(chunkBytes, endOffset - offset))
      const read = open.read(bytes, archiveOffset + offset)
      if (read === 0) break
      await decoder.push(bytes.subarray(0, read))
      await setImmediate()
    }
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'archive-damaged') throw error
  } finally {
    decoder.close()
  }
  return beginning.subarray(0, length)
}
