import path from 'node:path'
import { isAppError } from '../../../shared/errors.ts'
import type { PackageInfo, PackageRef } from '../../../shared/model/package.ts'
import { ingestInstalledMeta } from '../format/ingest-meta.ts'
import { metaCaps } from '../format/meta-caps.ts'
import type { Disk } from '../ports.ts'
import type { LibraryPlaces } from './places.ts'

export interface CachedVersion {
  readonly ref: PackageRef
  readonly info: PackageInfo
  /** Of its archive.gz; absent when only the meta is kept. */
  readonly archiveBytes?: number
}

/** What old tools keep in `__cache__`, by name. What can't be read there is theirs to mend, and left out. */
export function listOldCache(disk: Disk, { cache }: LibraryPlaces): readonly CachedVersion[] {
  if (disk.facts(cache)?.kind !== 'folder') return []
  return disk
    .entries(cache)
    .flatMap(({ name, kind }) => (kind === 'folder' ? readCached(disk, path.join(cache, name), name) : []))
    .sort((a, b) => (`${a.ref.name} ${a.ref.version}` < `${b.ref.name} ${b.ref.version}` ? -1 : 1))
}

function readCached(disk: Disk, folder: string, ident: string): CachedVersion[] {
  try {
    const key = path.join(folder, 'meta.json')
    const bytes = disk.read(key, { maxBytes: metaCaps.maxBytes })
    if (bytes === undefined) return []
    const { ref, info } = ingestInstalledMeta(bytes, { key, ident })
    const archive = disk.facts(path.join(folder, 'archive.gz'))
    return [{ ref, info, ...(archive?.kind === 'file' ? { archiveBytes: archive.sizeBytes } : {}) }]
  } catch (error) {
    if (isAppError(error, 'meta-invalid', 'package-too-large', 'file-unreadable')) return []
    throw error
  }
}
