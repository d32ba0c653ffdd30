import * as z from 'zod'

/** A package version. `name` and `version` are as published; see package-path.ts for what may be published. */
export const packageRef = z.strictObject({ name: z.string().min(1).max(256), version: z.string().min(1).max(256) })
export type PackageRef = Readonly<z.infer<typeof packageRef>>

/** App name → constraint, or null for every version. */
export const compatibilityMap = z.record(z.string(), z.string().nullable())
export type CompatibilityMap = Readonly<z.infer<typeof compatibilityMap>>

/** What a package says of itself (meta.json's `package`, known fields only). */
export const packageInfo = z.strictObject({
  name: z.string(),
  version: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  license: z.string().optional(),
  compatibility: compatibilityMap.optional(),
  homepage: z.string().optional(),
  authors: z.array(z.string()).optional(),
  tags: z.array(z.string()).optional(),
  /** Path of the model card inside the package. */
  readme: z.string().optional(),
  /** What is new in this version. */
  notes: z.string().optional(),
})
export type PackageInfo = Readonly<z.infer<typeof packageInfo>>

export interface Checksum {
  readonly algorithm: 'sha256' | 'md5'
  /** lower-case hex */
  readonly hex: string
}

/** One independently compressed piece of a split file. */
export interface Block {
  /** End of its member(s) in archive.gz, exclusive. */
  readonly endOffset: number
  /** Uncompressed bytes. */
  readonly sizeBytes: number
  readonly sha256: string
}

export interface ManifestFile {
  /** Parts joined by `/`; every part passed the path rules. */
  readonly path: string
  /** Uncompressed bytes. */
  readonly sizeBytes: number
  /** Slice of archive.gz: [startOffset, endOffset). */
  readonly startOffset: number
  readonly endOffset: number
  readonly checksum: Checksum
  /** Only for split files; their ends lie in (startOffset, endOffset], the last equals endOffset, sizes sum to sizeBytes. */
  readonly blocks?: readonly Block[]
}

/** A meta.json that passed strict ingest (engine/format/ingest-meta.ts is its only maker). */
export interface Manifest {
  readonly ref: PackageRef
  readonly info: PackageInfo
  readonly files: readonly ManifestFile[]
  readonly archive: { readonly md5: string /** equals the last endOffset */; readonly sizeBytes: number }
  /** Sum of the files' sizes. */
  readonly totalBytes: number
  /** Present only where Orbital published. */
  readonly orbital?: {
    readonly transaction: string
    /** ISO 8601 */
    readonly publishedAt: string
    readonly publishedBy: string
    readonly tool: string
  }
}

/** One version in a listing. Versions that can't be read appear with `problem` and no sizes. */
export const versionSummary = z.strictObject({
  version: z.string(),
  /** archive.gz bytes */
  downloadBytes: z.number().optional(),
  /** uncompressed bytes */
  diskBytes: z.number().optional(),
  fileCount: z.number().optional(),
  publishedAt: z.string().optional(),
  publishedBy: z.string().optional(),
  notes: z.string().optional(),
  compatibility: compatibilityMap.optional(),
  license: z.string().optional(),
  prerelease: z.boolean(),
})
export type VersionSummary = Readonly<z.infer<typeof versionSummary>>

/** A package of a connection: facts of its newest readable version, and all versions, newest first. */
export const packageSummary = z.strictObject({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  versions: z.array(versionSummary),
})
export type PackageSummary = Readonly<z.infer<typeof packageSummary>>

/** An entry of the bucket that can't be shown as a package: one grey row. */
export const unreadableEntry = z.strictObject({
  ident: z.string(),
  problem: z.enum(['upload-unfinished', 'inconsistent', 'meta-invalid', 'archive-mismatch', 'unreadable-now']),
  reason: z.string(),
  modifiedAt: z.string().optional(),
})
export type UnreadableEntry = Readonly<z.infer<typeof unreadableEntry>>

export const fileEntry = z.strictObject({
  path: z.string(),
  sizeBytes: z.number(),
  checksum: z.string(),
})
/** A file of a package as shown; `checksum` is `<algorithm>:<hex>`. */
export type FileEntry = Readonly<z.infer<typeof fileEntry>>
