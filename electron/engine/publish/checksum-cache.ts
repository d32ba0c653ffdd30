import type { Checksum } from '../../../shared/model/package.ts'
import type { SourceFile } from '../format/source-file.ts'

/** Checksums of files that did not change since (path, size, time, inode), in memory. */
export interface ChecksumCache {
  get(file: SourceFile, algorithm: Checksum['algorithm']): Checksum | undefined
  set(file: SourceFile, checksum: Checksum): void
  /** How many were ever set. */
  count(): number
}

const mostEntries = 400_000

export function createChecksumCache(): ChecksumCache {
  const known = new Map<string, Checksum>()
  let count = 0
  const stampOf = ({ absolutePath, sizeBytes, modifiedMs, inode }: SourceFile, algorithm: string) =>
    `${algorithm} ${sizeBytes} ${modifiedMs} ${inode} ${absolutePath}`
  return {
    get: (file, algorithm) => known.get(stampOf(file, algorithm)),
    set(file, checksum) {
      if (known.size >= mostEntries) known.clear()
      known.set(stampOf(file, checksum.algorithm), checksum)
      count += 1
    },
    count: () => count,
  }
}
