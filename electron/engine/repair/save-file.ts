import path from 'node:path'
import type { PublishedVersion } from '../catalog/read-version.ts'
import type { OpenConnection } from '../ports.ts'
import { fileOf } from '../preview/preview.ts'
import { stampOf } from '../stamp-of.ts'
import { fetchFiles, type RepairDeps, type RepairIo } from './repair.ts'

/**
 * One file of a published version, where a person wants it:
 *  1. It is made whole in a folder of the transfer's own beside its place (repair-files.ts): fetched, verified by its blocks and its checksum, synced. Of what
 *     an earlier run left there, blocks that are right are kept.
 *  2. It takes its place by one rename, and the folder goes.
 */
export async function saveFile(
  deps: Pick<RepairDeps, 'disk' | 'entry'>,
  source: { readonly connection: OpenConnection; readonly version: PublishedVersion },
  what: { readonly path: string; readonly out: string; readonly temporary: string; readonly overwrite: boolean },
  io: RepairIo,
): Promise<{ readonly fetchedBytes: number }> {
  const { disk } = deps
  const { manifest } = source.version
  const file = fileOf(manifest, what.path)
  const folder = path.join(what.temporary, 'tree')
  const staging = path.join(what.temporary, 'staging')
  const made = path.join(folder, ...file.path.split('/'))
  // 1
  const left = path.join(staging, `${manifest.files.indexOf(file)}`)
  disk.makeFolder(path.dirname(made))
  disk.makeFolder(staging)
  if (disk.facts(left) !== undefined && disk.facts(made) === undefined) disk.rename(left, made)
  const stamp = stampOf(disk, path.join(folder, 'meta.json'))
  const { fetchedBytes } = await fetchFiles(deps, source, { folder, staging, stamp, paths: new Set([file.path]) }, io)
  // 2
  if (what.overwrite) disk.renameOver(made, what.out)
  else disk.renameNew(made, what.out)
  disk.syncFolder(path.dirname(what.out))
  disk.removeTree(what.temporary)
  return { fetchedBytes }
}
