import path from 'node:path'
import type { Manifest } from '../../../shared/model/package.ts'
import type { Disk, Io } from '../ports.ts'

/** The staged tree becomes a version: meta.json is written (the mark that every reader looks for), then all that lies in it is made durable. */
export async function sealTree(
  disk: Disk,
  tree: string,
  manifest: Manifest,
  metaBytes: Uint8Array,
  io: Io,
): Promise<void> {
  const metaPath = path.join(tree, 'meta.json')
  disk.removeFile(metaPath)
  disk.create(metaPath, metaBytes)
  await disk.syncTree(
    tree,
    manifest.files.map((file) => file.path),
    io,
  )
  disk.syncFolder(path.dirname(tree))
}
