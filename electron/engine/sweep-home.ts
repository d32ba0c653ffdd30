import path from 'node:path'
import { toWire } from '../../shared/errors.ts'
import type { Clock, Disk, Log } from './ports.ts'

/** As `Disk.replace` names what it writes, and nobody else in these folders. */
const halfWritten = /^\.orbital-new-[0-9a-f]{18}$/
/** Nobody takes longer to write one. */
const oldMs = 60_000

/**
 * Deletes files that a process was killed over while it wrote them: one may hold every secret. What can't be deleted is logged, and left for the
 * next start.
 */
export function sweepHome(
  { disk, clock, log }: { readonly disk: Disk; readonly clock: Clock; readonly log: Log },
  folders: readonly string[],
): void {
  const isOld = (file: string) => clock.now() - (disk.facts(file)?.modifiedMs ?? Number.POSITIVE_INFINITY) > oldMs
  for (const folder of folders) {
    try {
      if (disk.facts(folder) === undefined) continue
      for (const { name, kind } of disk.entries(folder)) {
        const file = path.join(folder, name)
        if (kind === 'file' && halfWritten.test(name) && isOld(file)) disk.removeFile(file)
      }
    } catch (error) {
      log.write('warn', 'home.not-swept', toWire(error))
    }
  }
}
