import path from 'node:path'
import type { Manifest } from '../../../shared/model/package.ts'
import type { Disk } from '../ports.ts'

/** The staged tree becomes a version: meta.json is written (the mark that every reader looks for), then all its folders are synced, deepest first. */
export function sealTree(disk: Disk, tree: string, manifest: Manifest, metaBytes: Uint8Array): void {
  const metaPath = path.join(tree, 'meta.json')
  disk.removeFile(metaPath)
  disk.create(metaPath, metaBytes)
  const folders = new Set<string>()
  for (const file of manifest.files) {
    for (
      let folder = path.posix.dirname(file.path);
      folder !== '.' && !folders.has(folder);
      folder = path.posix.dirname(folder)
    )
      folders.add(folder)
  }
  const deepestFirst = [...folders].sort((a, b) => b.split('/').length - a.split('/').length)
  for (const folder of deepestFirst) disk.syncFolder(path.join(tree, ...folder.split('/')))
  disk.syncFolder(tree)
  disk.syncFolder(path.dirname(tree))
}
