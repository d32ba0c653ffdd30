import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'

/** A folder that Orbital keeps packages in. */
export interface OwnFolder {
  readonly kind: 'library' | 'connection'
  readonly name: string
  readonly path: string
}

/**
 * A library or the folder of a connection is no model: published into itself it would grow by all that it holds, and what is installed would be
 * published with the notes of who installed it. `folder-of-packages`.
 */
export function refuseOwnFolders(folder: string, own: readonly OwnFolder[]): void {
  for (const { kind, name, path: root } of own) {
    const relation = relationOf(path.resolve(folder), path.resolve(root), kind)
    if (relation !== undefined) throw new AppError('folder-of-packages', { path: folder, relation, kind, name })
  }
}

/** The folder of a connection may be a share on which people keep other things, too: there only what Orbital wrote is its own. */
function relationOf(folder: string, root: string, kind: OwnFolder['kind']): 'is' | 'holds' | 'inside' | undefined {
  if (folder === root) return 'is'
  if (isInside(root, folder)) return 'holds'
  const parts = kind === 'library' ? [root] : [path.join(root, 'models'), path.join(root, 'orbital')]
  return parts.some((part) => folder === part || isInside(folder, part)) ? 'inside' : undefined
}

function isInside(inner: string, outer: string): boolean {
  const way = path.relative(outer, inner)
  return way !== '' && way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way)
}
