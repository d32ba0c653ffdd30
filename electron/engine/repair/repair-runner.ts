import type { Library } from '../library/library.ts'
import type { JournalRecord, TransferRunner, TransferTask } from '../transfers/transfer-runner.ts'
import { checkVersion, markOf } from './check-version.ts'
import { type RepairDeps, repairVersion } from './repair.ts'
import { restoreMeta } from './restore-meta.ts'
import type { UpkeepReports } from './upkeep-reports.ts'
import { readRequest, upkeepRequest } from './upkeep-request.ts'

/**
 * One installed version, repaired as a transfer. It can be killed anywhere and run again.
 *  1. A damaged meta.json is brought back (restore-meta.ts); record `repair.meta`, for the report. Every file is read (check-version.ts); what was found is noted in the version's facts.
 *  2. Record `repair.found`: what was wrong, for the report. In a later run they are those that were wrong then, too.
 *  3. The rest is repaired (repair.ts), which each time leaves a file as it was or right.
 *  4. The report is kept.
 */
export interface RepairRunnerDeps extends RepairDeps {
  readonly reports: UpkeepReports
  library(libraryId: string): Library
  /** For tests: smaller groups (check-version.ts). */
  readonly groupBytes?: number
}

interface FoundRecord extends JournalRecord {
  readonly kind: 'repair.found'
  readonly damaged: readonly string[]
  readonly missing: readonly string[]
  readonly extra: readonly string[]
}

export function createRepairRunner(deps: RepairRunnerDeps): TransferRunner {
  const run = async (task: TransferTask) => {
    const { libraryId, ref, connectionId } = readRequest(upkeepRequest, task.request)
    const library = deps.library(libraryId)
    const { counters, signal, journal } = task
    // 1
    task.enter({ kind: 'verifying' })
    const isRestored = (await restoreMeta(deps, library, ref, { signal, connectionId })) !== undefined
    if (isRestored) journal.append({ kind: 'repair.meta' })
    const metas = journal.records.some(({ kind }) => kind === 'repair.meta') || isRestored ? ['meta.json'] : []
    const { totalBytes, ...manifest } = library.manifest(ref)
    task.setTotal(totalBytes)
    const mark = markOf(library, ref)
    const found = await checkVersion(task, library, ref, deps)
    // 2
    const before = journal.records.findLast(({ kind }) => kind === 'repair.found') as FoundRecord | undefined
    if (before === undefined) {
      library.note(ref, found, mark, found.readAtMs)
      const { damaged, missing, extra } = found
      journal.append({ kind: 'repair.found', damaged, missing, extra } satisfies FoundRecord)
    }
    const missing = new Set([...(before?.missing ?? []), ...found.missing])
    const damaged = new Set([...(before?.damaged ?? []), ...found.damaged].filter((file) => !missing.has(file)))
    const bad = [...damaged, ...missing]
    // 3
    const leftPaths = new Set([...found.damaged, ...found.missing])
    const leftBytes = manifest.files.reduce((sum, file) => sum + (leftPaths.has(file.path) ? file.sizeBytes : 0), 0)
    task.setTotal(totalBytes + leftBytes)
    task.ensureOwned()
    // The store is asked first.
    task.enter({ kind: 'preparing' })
    let doneBytes = 0
    const repaired = await repairVersion(deps, library, ref, found, {
      signal,
      connectionId,
      limit: task.limit,
      onPhase: task.enter,
      onProgress(done) {
        counters.addReceived(done.doneBytes - doneBytes)
        counters.addSettled(done.doneBytes - doneBytes)
        doneBytes = done.doneBytes
      },
    })
    counters.addWire(repaired.fetchedBytes)
    // 4
    const whole = { verifiedFiles: manifest.files.length, damaged: [], missing: [], extra: [] }
    // Of the files that were right some may have been read in an earlier run.
    library.note(ref, whole, mark, found.readAtMs)
    const { fetchedBytes, takenOut, trash } = repaired
    const extra = before?.extra ?? found.extra
    deps.reports.write(task.id, {
      ref,
      verifiedFiles: manifest.files.length - bad.length,
      damaged: [...metas, ...damaged],
      missing: [...missing],
      extra: [...extra],
      repaired: [...metas, ...bad.toSorted()],
      fetchedBytes,
      takenOut: [...takenOut],
      ...(trash === undefined ? {} : { trash }),
    })
    return { badFiles: metas.length + bad.length, extraFiles: extra.length, downloadBytes: fetchedBytes }
  }
  return {
    kind: 'repair',
    run,
    // What is staged goes with each run's end, or with its library's next start.
    discard: async () => {},
    isPastCancel: () => false,
  }
}
