import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { isInside } from '../is-inside.ts'
import type { Disk } from '../ports.ts'

/** A folder that Orbital keeps packages in. */
export interface OwnFolder {
  readonly kind: 'library' | 'connection'
  readonly name: string
  readonly path: string
}

/**
 * A library or the folder of a connection is no model: published into itself it would grow by all that it holds, and what is installed would be
 * published with the notes of who installed it. Neither does a symbolic link to one, or through one, make it a model. `folder-of-packages`.
 */
export function refuseOwnFolders(folder: string, own: readonly OwnFolder[], disk: Pick<Disk, 'realPath'>): void {
  const realPath = (target: string) => realOr(disk, target)
  for (const { kind, name, path: root } of own) {
    const relation = relationOf(folder, root, kind, path.resolve) ?? relationOf(folder, root, kind, realPath)
    if (relation !== undefined) throw new AppError('folder-of-packages', { path: folder, relation, kind, name })
  }
}

/** The folder of a connection may be a share on which people keep other things, too: there only what Orbital wrote is its own. */
function relationOf(
  wanted: string,
  own: string,
  kind: OwnFolder['kind'],
  whereIs: (target: string) => string,
): 'is' | 'holds' | 'inside' | undefined {
  const [folder, root] = [whereIs(wanted), whereIs(own)]
  if (folder === root) return 'is'
  if (isInside(root, folder)) return 'holds'
  const parts = kind === 'library' ? [root] : ['models', 'orbital'].map((part) => whereIs(path.join(own, part)))
  return parts.some((part) => folder === part || isInside(folder, part)) ? 'inside' : undefined
}

/** Of what can't be looked up, as a share that is away, the path as it is written. */
function realOr(disk: Pick<Disk, 'realPath'>, target: string): string {
  try {
    return disk.realPath(target)
  } catch (error) {
    if (error instanceof AppError) return path.resolve(target)
    throw error
  }
}
