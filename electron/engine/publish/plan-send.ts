import type { Manifest } from '../../../shared/model/package.ts'
import { blockBytes, splitAboveBytes } from '../format/archive-writer.ts'
import { storedMemberBytes } from '../format/gzip-member.ts'
import { createPartCutter } from '../workers/part-cutter.ts'
import { membersOf } from '../workers/reusable-members.ts'
import type { FileChange } from './plan-changes.ts'
import { choosePartBytes, largestArchiveBytes, maxArchiveBytes } from './publish-keys.ts'

/**
 * The most bytes that publishing these files sends, where the store copies what it has of the newest version: they are cut into parts as they
 * will be, with those that are not known to be unchanged counted as changed and as not shrinking.
 */
export function mostSentBytes(
  files: readonly { readonly path: string; readonly sizeBytes: number }[],
  newest: Manifest,
  changes: ReadonlyMap<string, FileChange>,
): number {
  const all = largestArchiveBytes(files)
  if (all > maxArchiveBytes) return all
  const before = new Map(newest.files.map((file) => [file.path, file]))
  let sent = 0
  const cutter = createPartCutter({
    partBytes: choosePartBytes(all),
    copySource: { leastRunBytes: 0, members: membersOf(newest) },
    read: () => new Uint8Array(0),
    emit: ({ kind, start, end }) => {
      if (kind === 'send') sent += end - start
    },
  })
  let at = 0
  const add = (lengthBytes: number, sizeBytes: number, sha256: string) => {
    const startOffset = at
    at += lengthBytes
    cutter.written(at)
    cutter.member({ startOffset, endOffset: at, sizeBytes, sha256 })
  }
  for (const file of files) {
    const same = changes.get(file.path) === 'same' ? before.get(file.path) : undefined
    if (same !== undefined) {
      for (const [start, end, sizeBytes, sha256] of membersOf({ files: [same] })) add(end - start, sizeBytes, sha256)
      continue
    }
    const pieceBytes = file.sizeBytes > splitAboveBytes ? blockBytes : Math.max(1, file.sizeBytes)
    for (let start = 0; start === 0 || start < file.sizeBytes; start += pieceBytes)
      add(storedMemberBytes(Math.min(pieceBytes, file.sizeBytes - start)), 0, '')
  }
  cutter.finish(at)
  return sent
}
