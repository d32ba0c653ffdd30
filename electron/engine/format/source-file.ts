/** A file that goes into a package, as it was seen when the folder was read. Any difference later is `file-changed`. */
export interface SourceFile {
  /** Path in the package, parts joined by `/`. */
  readonly path: string
  readonly absolutePath: string
  readonly sizeBytes: number
  readonly modifiedMs: number
  readonly inode: number
}
