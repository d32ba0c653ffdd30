import type { Checksum, Manifest } from '../../../shared/model/package.ts'
import type { PublishPlan } from '../../../shared/model/plans.ts'
import { inTurns } from '../in-turns.ts'

export type FileChange = NonNullable<PublishPlan['files'][number]['change']>

export interface Changes {
  readonly ofFile: ReadonlyMap<string, FileChange>
  readonly summary: NonNullable<PublishPlan['previous']>
}

/**
 * What a version's files are against those of the newest published one. Path and size tell most at once; of files with the same path and size
 * the checksum decides, and until it is known they are `unknown` and count as changed: what is said then is the most that can change. `before`: the
 * files of that version by path.
 */
export async function compareFiles(
  files: readonly { readonly path: string; readonly sizeBytes: number }[],
  { ref, files: previous }: Manifest,
  checksums: ReadonlyMap<string, Checksum>,
  before: ReadonlyMap<string, Manifest['files'][number]> = new Map(previous.map((file) => [file.path, file])),
): Promise<Changes> {
  const ofFile = new Map<string, FileChange>()
  const counts = { new: 0, changed: 0, same: 0, unknown: 0 }
  const bytes = { new: 0, changed: 0, same: 0, unknown: 0 }
  await inTurns(files, (file) => {
    const old = before.get(file.path)
    const change = changeOf(file.sizeBytes, old, checksums.get(file.path))
    ofFile.set(file.path, change)
    counts[change] += 1
    bytes[change] += file.sizeBytes
  })
  const removed: Manifest['files'][number][] = []
  await inTurns(previous, (file) => {
    if (!ofFile.has(file.path)) removed.push(file)
  })
  return {
    ofFile,
    summary: {
      version: ref.version,
      newFiles: counts.new,
      newBytes: bytes.new,
      changedFiles: counts.changed + counts.unknown,
      changedBytes: bytes.changed + bytes.unknown,
      sameFiles: counts.same,
      sameBytes: bytes.same,
      removed: removed.map(({ path }) => path),
      removedBytes: removed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      exact: counts.unknown === 0,
    },
  }
}

/** True once it is known that every file is what it was, and none is gone. */
export const hasNoChange = ({ exact, newFiles, changedFiles, removed }: Changes['summary']): boolean =>
  exact && newFiles === 0 && changedFiles === 0 && removed.length === 0

function changeOf(
  sizeBytes: number,
  old: { readonly sizeBytes: number; readonly checksum: Checksum } | undefined,
  checksum: Checksum | undefined,
): FileChange {
  if (old === undefined) return 'new'
  if (old.sizeBytes !== sizeBytes) return 'changed'
  if (checksum?.algorithm !== old.checksum.algorithm) return 'unknown'
  return checksum.hex === old.checksum.hex ? 'same' : 'changed'
}
