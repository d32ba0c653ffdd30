import { createHash, randomBytes } from 'node:crypto'
import path from 'node:path'
import { isAppError } from '../../../shared/errors.ts'
import { errnoOf } from '../disk/disk-errors.ts'
import { thisHost } from '../library/process-identity.ts'
import type { Disk } from '../ports.ts'
import { temporaryPrefix } from './folder-paths.ts'

/** Longer than any pause within one write; counts where it can't be known whether the writer still lives. */
const staleMs = 3_600_000
const namePattern = /^([0-9a-f]{8})-(\d+)-[0-9a-f]{16}$/

const ownHost = createHash('sha256').update(thisHost()).digest('hex').slice(0, 8)

/** A name for a file in progress that tells who writes it: `<host>-<process>-<random>` behind the prefix. */
export const makeTemporaryName = (): string =>
  `${temporaryPrefix}${ownHost}-${process.pid}-${randomBytes(8).toString('hex')}`

/**
 * Deletes what killed writers left in a folder: at once when they ran on this host and are gone, after an hour else. `onlyTold`: only what is called
 * as `makeTemporaryName` does, where a paused transfer may have its file.
 */
export function sweepTemporaries(
  disk: Disk,
  folder: string,
  nowMs: number,
  { onlyTold = false }: { readonly onlyTold?: boolean } = {},
): void {
  for (const { name } of namesIn(disk, folder)) {
    if (!name.startsWith(temporaryPrefix)) continue
    const target = path.join(folder, name)
    const match = namePattern.exec(name.slice(temporaryPrefix.length))
    if (match === null && onlyTold) continue
    const isOurHost = match?.[1] === ownHost
    const facts = disk.facts(target)
    if (facts === undefined) continue
    const isOver = isOurHost ? !isRunning(Number(match?.[2])) : nowMs - facts.modifiedMs > staleMs
    if (isOver) disk.removeFile(target)
  }
}

function namesIn(disk: Disk, folder: string): readonly { readonly name: string }[] {
  try {
    return disk.entries(folder)
  } catch (error) {
    if (isAppError(error, 'not-a-folder')) return []
    throw error
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process is one too.
    return errnoOf(error) === 'EPERM'
  }
}
