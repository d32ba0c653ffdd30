import path from 'node:path'
import type { Disk, Io } from '../ports.ts'

/** The staged tree becomes a version: meta.json is written (the mark that every reader looks for), then all that lies in it is made durable. */
export async function sealTree(
  disk: Disk,
  tree: string,
  { metaBytes, fileCount }: { readonly metaBytes: Uint8Array; readonly fileCount: number },
  io: Io,
): Promise<void> {
  const metaPath = path.join(tree, 'meta.json')
  disk.removeFile(metaPath)
  disk.create(metaPath, metaBytes)
  await disk.syncTree(tree, fileCount, io)
  disk.syncFolder(path.dirname(tree))
}
