import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { Disk } from '../ports.ts'

/** Names that belong to writes in progress; they are no objects. */
export const temporaryPrefix = '.orbital-new-'

const notAllowed = (key: string, reason: string) => new AppError('path-not-allowed', { path: key, reason })

/**
 * The path of a key below `base`. A key is a list of parts between slashes; a part that could lead out of the folder, or mean something
 * else to this system, is `path-not-allowed`, and so is a symbolic link on the way.
 */
export function pathOfKey(base: string, key: string, platform: string = process.platform): string {
  const parts = key.split('/')
  for (const part of parts) checkPart(part, key, platform)
  return path.join(base, ...parts)
}

function checkPart(part: string, key: string, platform: string): void {
  if (part === '' || part === '.' || part === '..')
    throw notAllowed(key, 'A part of its name is empty or made of dots.')
  if (part.includes('\0')) throw notAllowed(key, 'Its name holds a null character.')
  if (part.startsWith(temporaryPrefix)) throw notAllowed(key, 'Its name is kept for files in progress.')
  if (Buffer.byteLength(part) > 255) throw notAllowed(key, 'A part of its name is too long.')
  if (platform !== 'win32') return
  if (/[\\:*?"<>|]/.test(part)) throw notAllowed(key, 'Its name holds a character that Windows does not allow.')
  if (/[. ]$/.test(part)) throw notAllowed(key, 'A part of its name ends in a dot or a space.')
  if (/^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(part)) throw notAllowed(key, 'Its name is a device of Windows.')
}

/** Throws when a folder between `base` and `target` is a symbolic link. `base` itself may be one. */
export function refuseLinks(disk: Disk, base: string, target: string, key: string): void {
  let current = base
  for (const part of path.relative(base, target).split(path.sep)) {
    current = path.join(current, part)
    const kind = disk.facts(current)?.kind
    if (kind === undefined) return
    if (kind === 'symlink') throw notAllowed(key, 'A symbolic link stands in its place.')
  }
}
