import path from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { isWithin } from '../engine/is-inside.ts'
import type { Disk } from '../engine/ports.ts'

/**
 * Shows a file or folder in the system's file manager. `usage` for a relative path. In one of Orbital's own places (`places`, absolute) what isn't there is
 * `file-not-found`; elsewhere the answer is the same whether it is there or not, so that a page can't find out what this machine holds.
 */
export function createReveal(deps: {
  readonly disk: Disk
  places(): Promise<readonly string[]>
  show(target: string): void
}): (asked: string) => Promise<void> {
  return async (asked) => {
    if (!path.isAbsolute(asked)) throw new AppError('usage', { problem: 'A path from the root is needed.' })
    const target = path.resolve(asked)
    const isOwn = (await deps.places()).some((place) => isWithin(target, place))
    if (isThere(deps.disk, target)) deps.show(target)
    else if (isOwn) throw new AppError('file-not-found', { spec: target, path: target })
  }
}

/** What nobody may look at is not there either. */
function isThere(disk: Disk, target: string): boolean {
  try {
    return disk.facts(target) !== undefined
  } catch {
    return false
  }
}
