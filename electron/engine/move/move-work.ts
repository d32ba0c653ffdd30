import { AppError } from '../../../shared/errors.ts'
import type { Io } from '../ports.ts'
import type { LibraryJob, LibraryJobProgress, LibraryJobResult } from '../workers/library-job.ts'
import { startWorker } from '../workers/pool.ts'
import type { CopyIo, TreeCopy } from './copy-tree.ts'
import type { TreeEntry } from './tree-listing.ts'

/** What of a move would hold up the main thread: each piece in a thread of its own, which ends with it. */
export interface MoveWork {
  list(root: string, leftOut: readonly string[], io: Io): Promise<readonly TreeEntry[]>
  copy(copy: TreeCopy, io: CopyIo): Promise<void>
  /** Whole trees; nothing there is fine. */
  remove(roots: readonly string[], io: Io): Promise<void>
  removeListed(root: string, entries: readonly TreeEntry[], io: Io): Promise<void>
}

export function createMoveWork(): MoveWork {
  const run = async <K extends LibraryJobResult['kind']>(
    job: Extract<LibraryJob, { kind: K }>,
    { signal, onReceived, onSettled, onKept }: CopyIo,
  ): Promise<Extract<LibraryJobResult, { kind: K }>> => {
    if (signal.aborted) throw signal.reason ?? new AppError('cancelled', {})
    const worker = startWorker<LibraryJobResult, LibraryJobProgress>('library', job, { signal, graceMs: 500 })
    worker.onMessage(({ readBytes, settledBytes, keptBytes }) => {
      if (keptBytes !== undefined) onKept?.(keptBytes)
      if (readBytes > 0) onReceived?.(readBytes)
      if (settledBytes !== undefined) onSettled?.(settledBytes)
    })
    const result = await worker.result
    if (result.kind !== job.kind) throw new AppError('internal', { what: 'another job’s result' })
    return result as Extract<LibraryJobResult, { kind: K }>
  }
  return {
    list: async (root, leftOut, io) => (await run({ kind: 'list-tree', root, leftOut }, io)).entries,
    async copy(copy, io) {
      await run({ kind: 'copy-tree', ...copy }, io)
    },
    async remove(roots, io) {
      await run({ kind: 'remove', roots }, io)
    },
    async removeListed(root, entries, io) {
      await run({ kind: 'remove-listed', root, entries }, io)
    },
  }
}
