import { AppError } from '../../../shared/errors.ts'
import type { LibraryJob, LibraryJobProgress, LibraryJobResult } from '../workers/library-job.ts'
import { startWorker } from '../workers/pool.ts'
import type { LibraryWork } from './library.ts'

/** Each piece of work in a thread of its own, which ends with it. */
export function createLibraryWork(): LibraryWork {
  const run = async <K extends LibraryJob['kind']>(
    job: Extract<LibraryJob, { kind: K }>,
    signal: AbortSignal,
    onBytes?: (bytes: number) => void,
  ): Promise<LibraryJobResult> => {
    if (signal.aborted) throw signal.reason ?? new AppError('cancelled', {})
    const worker = startWorker<LibraryJobResult, LibraryJobProgress>('library', job, { signal, graceMs: 500 })
    if (onBytes !== undefined) worker.onMessage(({ readBytes }) => onBytes(readBytes))
    return worker.result
  }
  const bytesOf = (result: LibraryJobResult): readonly number[] => ('bytes' in result ? result.bytes : [])
  return {
    async verify(folder, manifest, { signal, onBytes, leavesExtraOut = false }) {
      const result = await run({ kind: 'verify', folder, manifest, leavesExtraOut }, signal, onBytes)
      if (result.kind !== 'verify') throw new AppError('internal', { what: 'another job’s result' })
      return result.report
    },
    measure: async (roots, { signal }) => bytesOf(await run({ kind: 'measure', roots }, signal)),
    async look(versions, { signal }) {
      const result = await run({ kind: 'look', versions }, signal)
      if (result.kind !== 'look') throw new AppError('internal', { what: 'another job’s result' })
      return result.changed
    },
    async remove(roots, { signal }) {
      const bytes = bytesOf(await run({ kind: 'remove', roots }, signal))
      return bytes.reduce((total, each) => total + each, 0)
    },
  }
}
