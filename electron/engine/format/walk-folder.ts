import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { AppError, toAppError } from '../../../shared/errors.ts'
import type { Disk, FileFacts } from '../ports.ts'
import type { LeftOutReason, LeftOutRules } from './left-out-rules.ts'
import type { SourceFile } from './source-file.ts'

export interface LeftOutEntry {
  /** `/`-separated, below the folder. */
  readonly path: string
  readonly isFolder: boolean
  readonly fileCount: number
  readonly sizeBytes: number
  readonly reason: LeftOutReason
  readonly why: string
}
export interface WalkedFolder {
  /** Sorted by path. */
  readonly files: readonly SourceFile[]
  /** Sorted by path; a folder of which nothing goes in is one entry. */
  readonly leftOut: readonly LeftOutEntry[]
}
/** A folder as it was when it was looked at: what is chosen of it can be chosen anew without another look. */
export interface SeenFolder {
  readonly folder: string
  /** Throws what listing the folder throws. */
  entries(folder: string): readonly SeenEntry[]
  /** Undefined: gone since its folder was listed. */
  facts(folder: string, entry: SeenEntry): FileFacts | undefined
}
interface SeenEntry {
  readonly name: string
  readonly kind: ReturnType<Disk['entries']>[number]['kind']
}

/** Nothing is read before it is asked for, and nothing twice. */
export function seeFolder(disk: Pick<Disk, 'entries' | 'facts'>, folder: string): SeenFolder {
  const folders = new Map<string, readonly SeenEntry[]>()
  const known = new Map<SeenEntry, FileFacts | undefined>()
  return {
    folder,
    entries(each) {
      const seen = folders.get(each) ?? disk.entries(each)
      folders.set(each, seen)
      return seen
    },
    facts(parent, entry) {
      if (known.has(entry)) return known.get(entry)
      const facts = disk.facts(path.join(parent, entry.name))
      known.set(entry, facts)
      return facts
    },
  }
}

export interface WalkOptions {
  readonly seen: SeenFolder
  readonly rules: LeftOutRules
  readonly signal: AbortSignal
  /** More entries than this are refused: `package-too-large`. */
  readonly maxEntries: number
  /** Told now and then how many entries were seen so far. */
  readonly onEntries?: ((count: number) => void) | undefined
}

/**
 * Looks at every file below a folder by lstat alone: symlinks are never followed; FIFOs, sockets and devices never opened. The loop gets its
 * turn every few hundred entries, so that large folders stall nothing.
 */
export async function walkFolder(options: WalkOptions): Promise<WalkedFolder> {
  const { seen, rules, signal, maxEntries, onEntries } = options
  const { folder } = seen
  const files: SourceFile[] = []
  let seenEntries = 0

  const countEntry = async () => {
    seenEntries += 1
    if (seenEntries > maxEntries)
      throw new AppError('package-too-large', { what: 'number of files', limit: `${maxEntries}` })
    if (seenEntries % 256 !== 0) return
    onEntries?.(seenEntries)
    await setImmediate()
    if (signal.aborted) throw toAppError(signal.reason)
  }

  const isMisread = (parent: string, entry: SeenEntry) =>
    entry.name.includes('\uFFFD') && seen.facts(parent, entry) === undefined

  /** Entries left out below; the whole folder as one when they are all there is and have one reason. */
  const visit = async (parts: readonly string[]): Promise<readonly LeftOutEntry[]> => {
    const here = path.join(folder, ...parts)
    const takenBefore = files.length
    const leftOut: LeftOutEntry[] = []
    for (const entry of seen.entries(here)) {
      await countEntry()
      const below = [...parts, entry.name]
      const leave = (reason: LeftOutReason, why: string, sizes: { fileCount: number; sizeBytes: number }) =>
        leftOut.push({ path: below.join('/'), isFolder: entry.kind === 'folder', ...sizes, reason, why })
      if (entry.kind === 'symlink') leave('symlink', 'A link to something else', { fileCount: 1, sizeBytes: 0 })
      else if (entry.kind === 'special') leave('special-file', 'Not a file', { fileCount: 1, sizeBytes: 0 })
      else if (entry.kind === 'folder' && isMisread(here, entry))
        leave('special-file', unreadableName, { fileCount: 1, sizeBytes: 0 })
      else if (entry.kind === 'folder') {
        const decision = rules.decideFolder(below)
        if (decision.kind === 'leave') leave(decision.reason, decision.why, await measure(below))
        else leftOut.push(...(await visit(below)))
      } else {
        const facts = seen.facts(here, entry)
        if (facts === undefined) {
          // Else it is gone since the folder was listed.
          if (entry.name.includes('\uFFFD')) leave('special-file', unreadableName, { fileCount: 1, sizeBytes: 0 })
          continue
        }
        const { sizeBytes, modifiedMs, inode, kind } = facts
        const decision = rules.decideFile(below)
        if (decision.kind === 'leave') leave(decision.reason, decision.why, { fileCount: 1, sizeBytes })
        else if (kind !== 'file') leave('special-file', 'Not a file', { fileCount: 1, sizeBytes: 0 })
        else
          files.push({ path: below.join('/'), absolutePath: path.join(here, entry.name), sizeBytes, modifiedMs, inode })
      }
    }
    return parts.length > 0 && files.length === takenBefore ? mergeLeftOut(parts.join('/'), leftOut) : leftOut
  }

  const measure = async (parts: readonly string[]): Promise<{ fileCount: number; sizeBytes: number }> => {
    let fileCount = 0
    let sizeBytes = 0
    const here = path.join(folder, ...parts)
    for (const entry of readableEntries(seen, here)) {
      await countEntry()
      if (entry.kind === 'folder') {
        const below = await measure([...parts, entry.name])
        fileCount += below.fileCount
        sizeBytes += below.sizeBytes
      } else {
        fileCount += 1
        sizeBytes += entry.kind === 'file' ? (seen.facts(here, entry)?.sizeBytes ?? 0) : 0
      }
    }
    return { fileCount, sizeBytes }
  }

  const leftOut = [...(await visit([]))]
  files.sort(byPath)
  leftOut.sort(byPath)
  return { files, leftOut }
}

/** Bytes that are no Unicode are read as U+FFFD, and under that name nothing is there. */
export const unreadableName = 'Its name is not text that every system can read'

const byPath = (a: { readonly path: string }, b: { readonly path: string }): number =>
  a.path < b.path ? -1 : a.path > b.path ? 1 : 0

/** What stays out anyway need not be readable. */
function readableEntries(seen: SeenFolder, folder: string): readonly SeenEntry[] {
  try {
    return seen.entries(folder)
  } catch (error) {
    if (error instanceof AppError) return []
    throw error
  }
}

function mergeLeftOut(folder: string, entries: readonly LeftOutEntry[]): readonly LeftOutEntry[] {
  const first = entries[0]
  if (first === undefined || entries.some(({ reason }) => reason !== first.reason || reason === 'symlink'))
    return entries
  const fileCount = entries.reduce((sum, entry) => sum + entry.fileCount, 0)
  const sizeBytes = entries.reduce((sum, entry) => sum + entry.sizeBytes, 0)
  return [{ path: folder, isFolder: true, fileCount, sizeBytes, reason: first.reason, why: first.why }]
}
