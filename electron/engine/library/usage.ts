import path from 'node:path'
import type { DiskUsage, InstalledVersion } from '../../../shared/model/installed.ts'
import type { Clock, Disk, Io } from '../ports.ts'
import { createTurns } from '../take-turns.ts'
import type { LookedAt } from './changed-files.ts'
import type { createInstalledReader } from './installed.ts'
import type { LibraryWork } from './library.ts'
import { type LibraryPlaces, namesIn } from './places.ts'

interface UsageDeps {
  readonly disk: Disk
  readonly clock: Clock
  readonly places: LibraryPlaces
  readonly libraryId: string
  readonly work: LibraryWork
  readonly installed: ReturnType<typeof createInstalledReader>
}

/** What a library takes on its disk, in allocated bytes: each version, the cache, what is unfinished, the trash, Orbital's own notes. */
export async function measureUsage(deps: UsageDeps, io: Io): Promise<DiskUsage> {
  const { disk, clock, places, libraryId, work, installed } = deps
  const turn = createTurns(clock, io)
  const versions = await installed.listInTurns(turn)
  // What lies in these folders counts, not the folders: they stay.
  const inside = (...folders: readonly string[]) =>
    folders.flatMap((folder) => namesIn(disk, folder).map((name) => path.join(folder, name)))
  const groups = [
    inside(places.cache),
    inside(places.staging, places.spool),
    inside(places.trash),
    inside(places.journals, places.garbage, places.versions, places.commits, places.leases),
  ]
  const bytes = [...(await work.measure([...groups.flat(), ...versions.map((each) => each.path)], io))]
  const [cacheBytes = 0, unfinishedBytes = 0, trashBytes = 0, ownBytes = 0] = groups.map((roots) =>
    bytes.splice(0, roots.length).reduce((total, each) => total + each, 0),
  )
  const looked: LookedAt[] = []
  for (const { ref, path: folder, verifiedAt } of versions) {
    const files = (installed.tree(ref)?.manifest.files ?? []).map(({ path: file, sizeBytes }) => ({
      path: file,
      sizeBytes,
    }))
    looked.push({ folder, files, verifiedAt })
    await turn()
  }
  const changed = await work.look(looked, io)
  // The newest version of a package comes first.
  const newest = new Map<string, InstalledVersion>()
  for (const each of versions) if (!newest.has(each.ref.name)) newest.set(each.ref.name, each)
  return {
    libraryId,
    volume: disk.volume(places.root),
    packages: versions.map((each, index) => ({
      ref: each.ref,
      title: each.title,
      freedBytes: bytes[index] ?? 0,
      older: newest.get(each.ref.name) !== each,
      kept: each.kept,
      ...(changed[index]?.length ? { changedFiles: [...changed[index]] } : {}),
    })),
    cacheBytes,
    unfinishedBytes,
    trashBytes,
    ownBytes,
  }
}
