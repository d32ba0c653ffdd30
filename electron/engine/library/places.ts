import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { Clock, Disk } from '../ports.ts'

/**
 * Where a library keeps what. Everything of Orbital's own lies below `.orbital/`, never directly as a `meta.json` in it and never under
 * a name that ends in `.tmp`: old tools take `<library>/<any>/meta.json` for an installed package and delete what ends in `.tmp`.
 */
export interface LibraryPlaces {
  readonly root: string
  readonly own: string
  /** Old tools' copies of metas and archives. */
  readonly cache: string
  readonly journals: string
  readonly staging: string
  readonly spool: string
  readonly trash: string
  /** What only waits to be deleted. */
  readonly garbage: string
  /** Orbital's facts of installed versions. */
  readonly versions: string
  /** Commits that have begun. */
  readonly commits: string
  readonly leases: string
  /** `path-not-allowed` for what is no plain name: records in a library may be anybody's. */
  version(ident: string): string
}

export function placesOf(root: string): LibraryPlaces {
  const own = path.join(root, '.orbital')
  return {
    root,
    own,
    cache: path.join(root, '__cache__'),
    journals: path.join(own, 'journal'),
    staging: path.join(own, 'staging'),
    spool: path.join(own, 'spool'),
    trash: path.join(own, 'trash'),
    garbage: path.join(own, 'garbage'),
    versions: path.join(own, 'versions'),
    commits: path.join(own, 'commits'),
    leases: path.join(own, 'leases'),
    version(ident) {
      if (ident === '' || ident === '.' || ident === '..' || /[/\\\0]/.test(ident))
        throw new AppError('path-not-allowed', { path: ident, reason: 'It is no name of a folder.' })
      return path.join(root, ident)
    },
  }
}

/** The lease of whoever moves the library (move/move-runner.ts): while it is held nobody else may change it. */
export const moveLease = 'move'

/** The file's or folder's path of a transfer's staged tree. */
export const stagedTreeOf = (places: LibraryPlaces, transaction: string): string =>
  path.join(places.staging, transaction, 'tree')

/** Where the workers of a transfer note what they have settled. */
export const settledFolderOf = (places: LibraryPlaces, transaction: string): string =>
  path.join(places.staging, transaction, 'settled')

/**
 * Throws `path-not-allowed` when a folder of Orbital's own is a link: what is deleted in it, or written, would be somewhere else. The
 * library's own folder may be one; that is the person's choice.
 */
export function refuseLinks(disk: Disk, { own, journals, ...places }: LibraryPlaces): void {
  const { staging, spool, trash, garbage, versions, commits, leases } = places
  requireFolders(disk, [own, journals, staging, spool, trash, garbage, versions, commits, leases])
}

/** The same for what a transfer keeps below them, before anything is written there or moved away. */
export function refuseStagedLinks(disk: Disk, places: LibraryPlaces, transaction: string): void {
  const staging = path.join(places.staging, transaction)
  const tree = stagedTreeOf(places, transaction)
  requireFolders(disk, [staging, tree, settledFolderOf(places, transaction), path.join(places.spool, transaction)])
}

/** Throws `path-not-allowed` for the first that is there and no folder. One that lies in another comes after it. */
export function requireFolders(disk: Disk, folders: readonly string[]): void {
  for (const folder of folders) {
    const kind = disk.facts(folder)?.kind
    if (kind !== undefined && kind !== 'folder')
      throw new AppError('path-not-allowed', {
        path: folder,
        reason: 'It is no folder, or a symbolic link.',
        isHere: true,
      })
  }
}

/** Throws `place-taken` where a version's folder has to be and something else stands. */
export function checkPlace(disk: Disk, folder: string): void {
  const kind = disk.facts(folder)?.kind
  if (kind !== undefined && kind !== 'folder')
    throw new AppError('place-taken', { path: folder, kind: kind === 'symlink' ? 'symlink' : 'file' })
}

/** Nobody takes longer between making a file or folder and putting it to use. */
const beingMadeMs = 2000

/** So new that another process may be at work on it; also what has just gone. */
export const isBeingMade = ({ disk, clock }: { readonly disk: Disk; readonly clock: Clock }, target: string): boolean =>
  clock.now() - (disk.facts(target)?.modifiedMs ?? Number.POSITIVE_INFINITY) <= beingMadeMs

/** What lies in a folder; nothing where there is none. */
export const namesIn = (disk: Disk, folder: string): readonly string[] =>
  disk.facts(folder) === undefined ? [] : disk.entries(folder).map(({ name }) => name)
