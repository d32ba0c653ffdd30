import type { Manifest } from '../../../shared/model/package.ts'
import type { PackedMember } from '../format/archive-writer.ts'

/** An archive at the store from which ranges may be copied: [startOffset, endOffset, sizeBytes, sha256] of each piece that unpacks by itself. */
export interface CopySource {
  readonly key: string
  /** It is the archive that was looked at as long as it has this. */
  readonly etag: string
  /** Shorter ranges are sent, so that there are not too many parts. */
  readonly leastRunBytes: number
  readonly members: readonly (readonly [number, number, number, string])[]
}

export function membersOf(manifest: Pick<Manifest, 'files'>): CopySource['members'] {
  return manifest.files.flatMap(({ startOffset, endOffset, sizeBytes, checksum, blocks }) => {
    if (blocks === undefined)
      return checksum.algorithm === 'sha256' ? [[startOffset, endOffset, sizeBytes, checksum.hex] as const] : []
    return blocks.map((block, index) => {
      const start = blocks[index - 1]?.endOffset ?? startOffset
      return [start, block.endOffset, block.sizeBytes, block.sha256] as const
    })
  })
}

/** Where the same content stands in as many bytes: there the bytes are the same too, unless another packer made them (which samples tell). */
export function createMemberIndex(members: CopySource['members']) {
  const starts = new Map<string, Set<number>>()
  const keyOf = (lengthBytes: number, sizeBytes: number, sha256: string) => `${sha256} ${sizeBytes} ${lengthBytes}`
  for (const [start, end, sizeBytes, sha256] of members) {
    const key = keyOf(end - start, sizeBytes, sha256)
    const known = starts.get(key)
    if (known === undefined) starts.set(key, new Set([start]))
    else known.add(start)
  }
  return {
    /** `preferred` if it is one of several places. */
    find(member: PackedMember, preferred: number | undefined): number | undefined {
      const found = starts.get(keyOf(member.endOffset - member.startOffset, member.sizeBytes, member.sha256))
      if (found === undefined || (preferred !== undefined && found.has(preferred))) return found && preferred
      return found.values().next().value
    },
  }
}
