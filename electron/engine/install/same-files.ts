import type { Manifest } from '../../../shared/model/package.ts'

/** Same paths, sizes and checksums, in whichever order; the archives may differ. */
export function hasSameFiles(a: Manifest, b: Manifest): boolean {
  if (a.files.length !== b.files.length) return false
  const byPath = new Map(a.files.map((file) => [file.path, file]))
  return b.files.every((file) => {
    const other = byPath.get(file.path)
    return (
      other?.sizeBytes === file.sizeBytes &&
      other.checksum.algorithm === file.checksum.algorithm &&
      other.checksum.hex === file.checksum.hex
    )
  })
}
