import type { FileEntry } from './package.ts'

/**
 * What became of a file between two versions. `unsure`: same size, and their checksums are of different kinds (old packages have md5).
 * A file whose bytes are elsewhere now is `moved`.
 */
export type FileChange =
  | { readonly kind: 'new'; readonly path: string; readonly afterBytes: number }
  | { readonly kind: 'removed'; readonly path: string; readonly beforeBytes: number }
  | {
      readonly kind: 'changed' | 'unsure'
      readonly path: string
      readonly beforeBytes: number
      readonly afterBytes: number
    }
  | { readonly kind: 'moved'; readonly path: string; readonly from: string; readonly afterBytes: number }

interface Sum {
  readonly files: number
  readonly bytes: number
}

export interface VersionChanges {
  /** New, changed, moved and removed ones, each kind by path; what is the same is only counted. */
  readonly changes: readonly FileChange[]
  /** Bytes are those of the later version; of removed files those of the earlier one. Moved ones count as the same. */
  readonly new: Sum
  readonly changed: Sum
  readonly removed: Sum
  readonly same: Sum
}

const order: Readonly<Record<FileChange['kind'], number>> = { new: 0, changed: 1, unsure: 1, moved: 2, removed: 3 }

export function compareVersions(before: readonly FileEntry[], after: readonly FileEntry[]): VersionChanges {
  const earlier = new Map(before.map((file) => [file.path, file]))
  const later = new Set(after.map(({ path }) => path))
  const gone = before.filter(({ path }) => !later.has(path))
  const goneByContent = new Map(gone.map((file) => [contentOf(file), file]))
  const changes: FileChange[] = []
  const sums = { new: none(), changed: none(), removed: none(), same: none() }
  const movedFrom = new Set<string>()

  for (const file of after) {
    const { path, sizeBytes } = file
    const known = earlier.get(path)
    if (known === undefined) {
      const from = goneByContent.get(contentOf(file))
      // An empty file is everywhere the same: nothing moved.
      if (from !== undefined && sizeBytes > 0 && !movedFrom.has(from.path)) {
        movedFrom.add(from.path)
        changes.push({ kind: 'moved', path, from: from.path, afterBytes: sizeBytes })
        count(sums.same, sizeBytes)
      } else {
        changes.push({ kind: 'new', path, afterBytes: sizeBytes })
        count(sums.new, sizeBytes)
      }
    } else if (contentOf(known) === contentOf(file)) count(sums.same, sizeBytes)
    else {
      const isUnsure = known.sizeBytes === sizeBytes && algorithmOf(known) !== algorithmOf(file)
      changes.push({
        kind: isUnsure ? 'unsure' : 'changed',
        path,
        beforeBytes: known.sizeBytes,
        afterBytes: sizeBytes,
      })
      count(sums.changed, sizeBytes)
    }
  }
  for (const { path, sizeBytes } of gone) {
    if (movedFrom.has(path)) continue
    changes.push({ kind: 'removed', path, beforeBytes: sizeBytes })
    count(sums.removed, sizeBytes)
  }
  changes.sort((a, b) => order[a.kind] - order[b.kind] || (a.path < b.path ? -1 : 1))
  return { changes, ...sums }
}

const none = () => ({ files: 0, bytes: 0 })
const count = (sum: { files: number; bytes: number }, bytes: number) => {
  sum.files += 1
  sum.bytes += bytes
}
const contentOf = ({ sizeBytes, checksum }: FileEntry): string => `${sizeBytes} ${checksum}`
const algorithmOf = ({ checksum }: FileEntry): string => checksum.slice(0, checksum.indexOf(':'))
