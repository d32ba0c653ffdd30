import path from 'node:path'
import { isAppError } from '../../../shared/errors.ts'
import type { Disk, EntryFacts, FileFacts, ObjectFacts } from '../ports.ts'

/** A few milliseconds of looking up files. */
const pageLength = 250

/**
 * The files below `base` whose keys start with `prefix`, in pages, sorted within each folder. Symbolic links and special files are no
 * objects; what vanishes while it is listed is left out, and so is a folder below that may not be looked into.
 */
export function* listFolder(
  disk: Disk,
  base: string,
  prefix: string,
  options: {
    leftOut(entryPath: string, name: string): boolean
    toObject(key: string, facts: FileFacts): ObjectFacts
  },
): Iterable<readonly ObjectFacts[]> {
  const lastSlash = prefix.lastIndexOf('/')
  const start = prefix.slice(0, lastSlash + 1)
  // A prefix that no key can have, as `../`, lists nothing.
  if (start.split('/').slice(0, -1).some(isOdd)) return
  let page: ObjectFacts[] = []
  function* walk(folder: string, folderKey: string): Iterable<readonly ObjectFacts[]> {
    for (const entry of entriesOf(disk, folder, folderKey === start)) {
      const entryPath = path.join(folder, entry.name)
      const key = folderKey + entry.name
      if (options.leftOut(entryPath, entry.name)) continue
      if (entry.kind === 'folder') {
        const mayHold = `${key}/`.startsWith(prefix) || prefix.startsWith(`${key}/`)
        if (mayHold) yield* walk(entryPath, `${key}/`)
      } else if (entry.kind === 'file' && key.startsWith(prefix)) {
        const facts = disk.facts(entryPath)
        if (facts?.kind === 'file') page.push(options.toObject(key, facts))
        if (page.length >= pageLength) {
          yield page
          page = []
        }
      }
    }
  }
  const folders = start.split('/').filter((part) => part !== '')
  if (folders.some((_, index) => isLink(disk, path.join(base, ...folders.slice(0, index + 1))))) return
  yield* walk(path.join(base, ...folders), start)
  yield page
}

const isOdd = (part: string): boolean => part === '' || part === '.' || part === '..'
const isLink = (disk: Disk, folder: string): boolean => disk.facts(folder)?.kind === 'symlink'

function entriesOf(disk: Disk, folder: string, isTop: boolean): readonly EntryFacts[] {
  try {
    return [...disk.entries(folder)].sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    if (isAppError(error, 'not-a-folder') || (!isTop && isAppError(error, 'folder-unreadable'))) return []
    throw error
  }
}
