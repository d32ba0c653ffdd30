import type { Checksum } from '../../../shared/model/package.ts'

/** A file that goes into a package, as it was seen when the folder was read. Any difference later is `file-changed`. */
export interface SourceFile {
  /** Path in the package, parts joined by `/`. */
  readonly path: string
  readonly absolutePath: string
  readonly sizeBytes: number
  readonly modifiedMs: number
  readonly inode: number
  /** Of an installed version: what its content has to be, or it is `file-damaged`. */
  readonly installed?: { readonly ref: string; readonly checksum: Checksum }
}
