import path from 'node:path'

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
    version: (ident) => path.join(root, ident),
  }
}

/** The file's or folder's path of a transfer's staged tree. */
export const stagedTreeOf = (places: LibraryPlaces, transaction: string): string =>
  path.join(places.staging, transaction, 'tree')
