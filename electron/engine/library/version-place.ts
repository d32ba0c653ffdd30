import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { PackageRef } from '../../../shared/model/package.ts'
import { identOf } from '../../../shared/model/package-ref.ts'
import type { Disk } from '../ports.ts'
import type { InstalledReader } from './installed.ts'
import { checkPlace, type LibraryPlaces } from './places.ts'

/**
 * Throws `place-taken` unless the place of a version is free or holds what may make way for it: a readable package of that very version, one that
 * Orbital knew, an empty folder, or, with `force`, any folder. Where case makes no difference to the disk, a folder of another name is never that.
 */
export function checkVersionPlace(
  deps: { readonly disk: Disk; readonly places: LibraryPlaces; readonly installed: InstalledReader },
  ref: PackageRef,
  force: boolean,
): void {
  const { disk, places, installed } = deps
  const ident = identOf(ref)
  const folder = places.version(ident)
  checkPlace(disk, folder)
  if (disk.facts(folder) === undefined || installed.tree(ref) !== undefined) return
  const names = disk.entries(places.root).map(({ name }) => name)
  const isSpeltSo = names.some((name) => name.normalize() === ident.normalize())
  if (isSpeltSo && (force || installed.isUnreadable(ref) || disk.entries(folder).length === 0)) return
  const spelling = isSpeltSo ? ident : names.find((name) => name.toLowerCase() === ident.toLowerCase())
  throw new AppError('place-taken', { path: path.join(places.root, spelling ?? ident), kind: 'folder' })
}
