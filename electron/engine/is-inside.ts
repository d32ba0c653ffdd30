import path from 'node:path'

/** The folder itself, or below it, however deep. Of absolute paths as they are written: links are not followed. */
export function isWithin(inner: string, outer: string): boolean {
  const way = path.relative(outer, inner)
  return way.split(path.sep)[0] !== '..' && !path.isAbsolute(way)
}

/** Below it, however deep, and not the same. */
export const isInside = (inner: string, outer: string): boolean =>
  path.relative(outer, inner) !== '' && isWithin(inner, outer)
