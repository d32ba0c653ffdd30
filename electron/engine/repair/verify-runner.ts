import { isAppError, toWire } from '../../../shared/errors.ts'
import type { Library } from '../library/library.ts'
import type { Clock, Disk } from '../ports.ts'
import type { TransferRunner } from '../transfers/transfer-runner.ts'
import { checkVersion, markOf } from './check-version.ts'
import { hasDamagedMeta } from './restore-meta.ts'
import type { UpkeepReports } from './upkeep-reports.ts'
import { readRequest, upkeepRequest } from './upkeep-request.ts'

/** One installed version, verified: what was found is noted in its facts, if they may be written, and kept as a report. */
export function createVerifyRunner(deps: {
  readonly disk: Disk
  readonly clock: Clock
  readonly reports: UpkeepReports
  library(libraryId: string): Library
  /** For tests: smaller groups (check-version.ts). */
  readonly groupBytes?: number
}): TransferRunner {
  return {
    kind: 'verify',
    async run(task) {
      const { libraryId, ref } = readRequest(upkeepRequest, task.request)
      const library = deps.library(libraryId)
      task.enter({ kind: 'verifying' })
      if (hasDamagedMeta(library, ref)) {
        deps.reports.write(task.id, { ref, verifiedFiles: 0, damaged: ['meta.json'], missing: [], extra: [] })
        return { badFiles: 1, extraFiles: 0 }
      }
      task.setTotal(library.manifest(ref).totalBytes)
      const mark = markOf(library, ref)
      const report = await checkVersion(task, library, ref, deps)
      task.ensureOwned()
      try {
        library.note(ref, report, mark, report.readAtMs)
      } catch (error) {
        // Somebody else's library: what was found is told all the same.
        if (!isAppError(error, 'disk-denied')) throw error
        task.log.write('info', 'verify.not-noted', { id: task.id, ...toWire(error) })
      }
      const earlier = report.earlierFiles === 0 ? {} : { earlierFiles: report.earlierFiles }
      deps.reports.write(task.id, {
        ref,
        verifiedFiles: report.verifiedFiles,
        damaged: [...report.damaged],
        missing: [...report.missing],
        extra: [...report.extra],
        ...earlier,
      })
      const badFiles = report.damaged.length + report.missing.length
      return { badFiles, extraFiles: report.extra.length, ...earlier }
    },
    discard: async () => {},
    isPastCancel: () => false,
  }
}
