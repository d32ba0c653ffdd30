import { randomUUID } from 'node:crypto'
import path from 'node:path'
import * as z from 'zod'
import { AppError, isAppError } from '../../../shared/errors.ts'
import type { TrashEntry } from '../../../shared/model/installed.ts'
import { packageRef } from '../../../shared/model/package.ts'
import { identOf } from '../../../shared/model/package-ref.ts'
import { parseJson } from '../parse-json.ts'
import type { Clock, Disk, Log } from '../ports.ts'
import { isBeingMade, type LibraryPlaces, requireFolders } from './places.ts'
import { isRunning, processIdentity, readOwnIdentity } from './process-identity.ts'
import { factsFileOf, readFacts, versionFacts, writeFacts } from './version-facts.ts'

/**
 * The trash of a library: `.orbital/trash/<id>/{entry.json, content}`; `content` is the version's folder as it was.
 *  1. Removing: entry.json (durable) → rename of the folder to `content`, both parents synced → its facts go (entry.json has a copy).
 *     Killed before the rename: an entry without content, which recovery deletes; the version is still installed.
 *  2. Restoring: facts written → rename back (never over what is there) → the entry goes. Killed in between: the same leftovers as in 1.
 *  3. Emptying: the whole entry is renamed to `.orbital/garbage/`, so that half a version can never be restored, and deleted there.
 */
const entryFile = z.looseObject({
  format: z.literal(1),
  ref: packageRef,
  title: z.string(),
  removedAtMs: z.number(),
  diskBytes: z.number(),
  facts: versionFacts.optional(),
  /** What was in a version's folder and no part of it: paths below it, and below `content` (extra-files.ts). */
  extras: z.array(z.string()).optional(),
  by: processIdentity,
})
export type EntryFile = Readonly<z.infer<typeof entryFile>>

export const keptDays = 30
/** Moving to trash takes moments; what has no content after this long was killed. */
const onItsWayMs = 60_000
const keptMs = keptDays * 24 * 3600 * 1000

export interface TrashDeps {
  readonly disk: Disk
  readonly clock: Clock
  readonly log: Log
  readonly places: LibraryPlaces
  readonly libraryId: string
  /** For tests that kill: called after each step. */
  step?(name: string): void
}
export interface Removed {
  readonly ref: { readonly name: string; readonly version: string }
  readonly title: string
  readonly diskBytes: number
}

/**
 * Moves an installed version to trash; with `id` under that id (a commit that may be done twice). `not-installed` when it isn't there, `busy` when
 * a program has a file of it open (Windows).
 */
export function moveToTrash(deps: TrashDeps, removed: Removed, id: string = randomUUID()): TrashEntry {
  const { disk, places } = deps
  const ident = identOf(removed.ref)
  const folder = path.join(places.trash, id)
  if (disk.facts(places.version(ident))?.kind !== 'folder')
    throw new AppError('not-installed', { spec: ident, library: places.root })
  requireFolders(disk, [folder])
  disk.makeFolder(folder)
  const facts = readFacts(disk, places, ident)
  const entry: EntryFile = {
    format: 1,
    ...removed,
    removedAtMs: deps.clock.now(),
    ...(facts === undefined ? {} : { facts }),
    by: readOwnIdentity(disk),
  }
  disk.replace(path.join(folder, 'entry.json'), Buffer.from(JSON.stringify(entry)))
  disk.syncFolder(places.trash)
  deps.step?.('trash.entry')
  try {
    // All wait for the disk: what is in use is told at once.
    disk.rename(places.version(ident), path.join(folder, 'content'), { waits: false })
  } catch (error) {
    if (!hasContent(disk, folder)) disk.removeTree(folder)
    throw error
  }
  deps.step?.('trash.moved')
  disk.syncFolder(folder)
  disk.syncFolder(places.root)
  disk.removeFile(factsFileOf(places, ident))
  return shownEntry(deps, id, entry)
}

/** Back to where it was; `already-exists` when that version is installed meanwhile, `trash-entry-not-found`, `busy`. */
export function restoreFromTrash(deps: TrashDeps, id: string): { readonly ident: string } {
  const { disk, places } = deps
  const folder = path.join(places.trash, id)
  const entry = isSafeName(id) ? readEntry(disk, folder) : undefined
  if (entry === undefined || entry.extras !== undefined || !hasContent(disk, folder))
    throw new AppError('trash-entry-not-found', { entryId: id })
  const ident = identOf(entry.ref)
  if (disk.facts(places.version(ident)) !== undefined) throw new AppError('already-exists', { what: ident })
  if (entry.facts !== undefined) writeFacts(disk, places, ident, entry.facts)
  deps.step?.('restore.facts')
  disk.rename(path.join(folder, 'content'), places.version(ident), { waits: false })
  deps.step?.('restore.moved')
  disk.syncFolder(places.root)
  disk.removeTree(folder)
  return { ident }
}

/** Newest first. */
export const listTrash = (deps: TrashDeps): readonly TrashEntry[] =>
  entryNames(deps.disk, deps.places)
    .flatMap((id) => shownIn(deps, id))
    .sort(newestFirst)

/** The same; `turn` is waited for between two. */
export async function listTrashInTurns(
  deps: TrashDeps,
  turn: () => Promise<void> | void,
): Promise<readonly TrashEntry[]> {
  const entries: TrashEntry[] = []
  for (const id of entryNames(deps.disk, deps.places)) {
    entries.push(...shownIn(deps, id))
    await turn()
  }
  return entries.sort(newestFirst)
}

function shownIn(deps: TrashDeps, id: string): readonly TrashEntry[] {
  const entry = entryOf(deps, id)
  return entry === undefined ? [] : [shownEntry(deps, id, entry)]
}
const newestFirst = (a: TrashEntry, b: TrashEntry): number =>
  a.removedAt < b.removedAt ? 1 : a.removedAt > b.removedAt ? -1 : 0

/** `trash-entry-not-found` */
export function findInTrash(deps: TrashDeps, id: string): EntryFile {
  const entry = isSafeName(id) ? entryOf(deps, id) : undefined
  if (entry === undefined) throw new AppError('trash-entry-not-found', { entryId: id })
  return entry
}

function entryOf({ disk, places }: TrashDeps, id: string): EntryFile | undefined {
  const folder = path.join(places.trash, id)
  return hasContent(disk, folder) ? readEntry(disk, folder) : undefined
}

/** Out of the trash for good; answers the folder that waits to be deleted. */
export function dropFromTrash(deps: TrashDeps, id: string): string {
  const { disk, places } = deps
  if (!isSafeName(id) || disk.facts(path.join(places.trash, id)) === undefined)
    throw new AppError('trash-entry-not-found', { entryId: id })
  return moveToGarbage(disk, places, path.join(places.trash, id))
}

/** From where it is to where it is deleted, at once and whole. Answers its new place. `busy` */
export function moveToGarbage(disk: Disk, places: LibraryPlaces, from: string): string {
  disk.makeFolder(places.garbage)
  const to = path.join(places.garbage, randomUUID())
  disk.rename(from, to, { waits: false })
  return to
}

/** Entries whose removal or restoring was killed half-way, and those older than 30 days: their folders wait to be deleted then. */
export function cleanTrash(deps: TrashDeps): readonly string[] {
  const { disk, places } = deps
  return entryNames(disk, places).flatMap((id) => {
    const folder = path.join(places.trash, id)
    const entry = readEntry(disk, folder)
    if (hasContent(disk, folder)) {
      // Content whose entry can't be read is somebody's version: it stays, and is told by the disk usage.
      const isExpired = entry !== undefined && entry.removedAtMs + keptMs < deps.clock.now()
      return isExpired ? [dropFromTrash(deps, id)] : []
    }
    // Its entry may be on the way.
    if (entry === undefined && isBeingMade(deps, folder)) return []
    // Of a process on another host only the age tells.
    const isOthers = entry !== undefined && isRunning(disk, entry.by) !== false && !isOwn(disk, entry)
    const isOnItsWay = isOthers && entry.removedAtMs + onItsWayMs > deps.clock.now()
    return isOnItsWay ? [] : [dropFromTrash(deps, id)]
  })
}

const isOwn = (disk: Disk, entry: EntryFile): boolean =>
  entry.by.pid === process.pid && isRunning(disk, entry.by) === true
const isSafeName = (id: string): boolean => /^[0-9a-z-]{1,64}$/.test(id)
const entryNames = (disk: Disk, places: LibraryPlaces): readonly string[] =>
  disk.facts(places.trash) === undefined
    ? []
    : disk.entries(places.trash).flatMap(({ name }) => (isSafeName(name) ? [name] : []))
/** A library may come from anybody: what a link leads to is nobody's trash. */
const hasContent = (disk: Disk, folder: string): boolean =>
  [folder, path.join(folder, 'content')].every((each) => disk.facts(each)?.kind === 'folder')

/** Undefined, too, for one that is too large or can't be read: the others are listed all the same. */
export function readEntry(disk: Disk, folder: string): EntryFile | undefined {
  if (disk.facts(folder)?.kind !== 'folder') return undefined
  try {
    const bytes = disk.read(path.join(folder, 'entry.json'), { maxBytes: maxEntryBytes })
    return bytes === undefined ? undefined : entryFile.safeParse(parseJson(bytes)).data
  } catch (error) {
    if (isAppError(error, 'package-too-large', 'file-unreadable')) return undefined
    throw error
  }
}

/** Extras are as many as a person put there, and each has to be named to come back. */
const maxEntryBytes = 64 * 1024 * 1024

export const shownEntry = (deps: TrashDeps, id: string, entry: EntryFile): TrashEntry => ({
  id,
  libraryId: deps.libraryId,
  ref: entry.ref,
  title: entry.title,
  removedAt: new Date(entry.removedAtMs).toISOString(),
  expiresAt: new Date(entry.removedAtMs + keptMs).toISOString(),
  diskBytes: entry.diskBytes,
  ...(entry.extras === undefined ? {} : { extras: [...entry.extras] }),
})
