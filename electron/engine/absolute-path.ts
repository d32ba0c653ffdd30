import path from 'node:path'
import { AppError } from '../../shared/errors.ts'

/** Gives the path back; `usage` for one that isn't from the root: an engine's own folder means nothing to whoever calls it. */
export function requireAbsolute(given: string): string {
  if (path.isAbsolute(given)) return given
  throw new AppError('usage', { problem: `A path from the root is needed, not “${given}”.` })
}
