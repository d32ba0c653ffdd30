import type { FileEntry } from '../../../shared/model/package.ts'

/** A row of the tree of a package's files. */
export interface FileNode {
  readonly path: string
  readonly name: string
  readonly depth: number
  readonly sizeBytes: number
  /** Files below it; 0 for a file. */
  readonly fileCount: number
  readonly kind: 'folder' | 'file'
  readonly checksum?: string
}

interface Folder {
  readonly folders: Map<string, Folder>
  readonly files: FileEntry[]
  sizeBytes: number
  fileCount: number
}

const newFolder = (): Folder => ({ folders: new Map(), files: [], sizeBytes: 0, fileCount: 0 })

/** The rows of the tree, folders first and each level by name; what is inside a closed folder is left out. */
export function fileNodes(files: readonly FileEntry[], closed: ReadonlySet<string>): readonly FileNode[] {
  const root = newFolder()
  for (const file of files) {
    let folder = root
    for (const part of file.path.split('/').slice(0, -1)) {
      const next = folder.folders.get(part) ?? newFolder()
      folder.folders.set(part, next)
      next.sizeBytes += file.sizeBytes
      next.fileCount += 1
      folder = next
    }
    folder.files.push(file)
  }
  const nodes: FileNode[] = []
  addNodes(root, '', 0, closed, nodes)
  return nodes
}

function addNodes(folder: Folder, prefix: string, depth: number, closed: ReadonlySet<string>, nodes: FileNode[]): void {
  for (const [name, inner] of [...folder.folders].sort(([a], [b]) => byName(a, b))) {
    const path = `${prefix}${name}`
    nodes.push({ path, name, depth, sizeBytes: inner.sizeBytes, fileCount: inner.fileCount, kind: 'folder' })
    if (!closed.has(path)) addNodes(inner, `${path}/`, depth + 1, closed, nodes)
  }
  for (const { path, sizeBytes, checksum } of [...folder.files].sort((a, b) => byName(a.path, b.path))) {
    nodes.push({ path, name: path.slice(prefix.length), depth, sizeBytes, fileCount: 0, kind: 'file', checksum })
  }
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })
const byName = (a: string, b: string): number => collator.compare(a, b)
