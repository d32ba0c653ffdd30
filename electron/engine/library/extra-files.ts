import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { TrashEntry } from '../../../shared/model/installed.ts'
import type { PackageRef } from '../../../shared/model/package.ts'
import { identOf } from '../../../shared/model/package-ref.ts'
import type { Disk } from '../ports.ts'
import { measureTree } from './disk-usage.ts'
import { requireFolders } from './places.ts'
import { readOwnIdentity } from './process-identity.ts'
import { type EntryFile, readEntry, shownEntry, type TrashDeps } from './trash.ts'

/**
 * What lies in a version's folder and is no part of it, on its way to the trash: entry.json with the paths (durable) → each is renamed to the same
 * path below `content`. Killed in between: the entry holds what was moved, the rest is still in its place. Paths lead through no symbolic link.
 */
export function moveExtrasToTrash(
  deps: TrashDeps,
  { ref, title }: { readonly ref: PackageRef; readonly title: string },
  extras: readonly string[],
): TrashEntry | undefined {
  const { disk, places } = deps
  const from = places.version(identOf(ref))
  const there = extras.filter((extra) => disk.facts(path.join(from, extra)) !== undefined)
  if (there.length === 0) return undefined
  const id = randomUUID()
  const folder = path.join(places.trash, id)
  const diskBytes = there.reduce((sum, extra) => sum + measureTree(disk, path.join(from, extra)), 0)
  const entry: EntryFile = {
    format: 1,
    ref,
    title,
    removedAtMs: deps.clock.now(),
    diskBytes,
    extras: there,
    by: readOwnIdentity(disk),
  }
  disk.makeFolder(folder)
  disk.replace(path.join(folder, 'entry.json'), Buffer.from(JSON.stringify(entry)))
  disk.syncFolder(places.trash)
  for (const extra of there) {
    const to = path.join(folder, 'content', extra)
    disk.makeFolder(path.dirname(to))
    disk.renameInto(path.join(from, extra), to)
    deps.step?.('extras.moved')
  }
  disk.syncFolder(path.join(folder, 'content'))
  return shownEntry(deps, id, entry)
}

/** Back into the version's folder; `already-exists` when something stands there by now, `not-installed` when the version doesn't. */
export function restoreExtras(deps: TrashDeps, id: string): void {
  const { disk, places } = deps
  const folder = path.join(places.trash, id)
  const entry = readEntry(disk, folder)
  if (entry?.extras === undefined) throw new AppError('trash-entry-not-found', { entryId: id })
  const to = places.version(identOf(entry.ref))
  if (disk.facts(to)?.kind !== 'folder')
    throw new AppError('not-installed', { spec: identOf(entry.ref), library: places.root })
  for (const extra of entry.extras) {
    // A library may come from anybody.
    if (leadsOut(extra)) throw new AppError('path-not-allowed', { path: extra, reason: 'It leads out of the folder.' })
    const content = path.join(folder, 'content')
    const from = path.join(content, extra)
    // Put back by a run that was killed.
    if (disk.facts(from) === undefined) continue
    requireFolders(disk, [content, ...foldersOf(content, extra)])
    requireFree(disk, to, extra)
    disk.makeFolder(path.dirname(path.join(to, extra)))
    disk.renameInto(from, path.join(to, extra))
  }
  disk.syncFolder(to)
  disk.removeTree(folder)
}

/** On Windows a backslash and a colon lead elsewhere; on other systems they are part of a name. */
export const leadsOut = (extra: string, platform: string = process.platform): boolean =>
  extra.split('/').some((part) => ['', '.', '..'].includes(part) || (platform === 'win32' && /[\\:]/.test(part)))

const foldersOf = (folder: string, extra: string): readonly string[] => {
  const parts = extra.split('/').slice(0, -1)
  return parts.map((_, at) => path.join(folder, ...parts.slice(0, at + 1)))
}

function requireFree(disk: Disk, folder: string, extra: string): void {
  const parts = extra.split('/')
  for (const at of parts.keys()) {
    const place = path.join(folder, ...parts.slice(0, at + 1))
    const kind = disk.facts(place)?.kind
    if (kind === undefined) return
    if (kind !== 'folder' || at === parts.length - 1) throw new AppError('already-exists', { what: place })
  }
}
