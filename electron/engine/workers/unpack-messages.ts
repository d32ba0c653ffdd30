import type { WireError } from '../../../shared/errors.ts'
import type { ManifestFile } from '../../../shared/model/package.ts'
import type { Piece } from '../install/segment-pieces.ts'
import type { StoreSpec } from '../ports.ts'
import type { LineState } from '../transfers/lines.ts'
import type { CredentialsAnswer, CredentialsWanted } from './worker-credentials.ts'

/** What an unpack worker is started with, and what it and the engine say to each other; unpack.ts tells what the units mean. */
export type Unit =
  | { readonly kind: 'fetch'; readonly segment: number }
  | { readonly kind: 'copy'; readonly segment: number }
  | { readonly kind: 'range'; readonly segment: number; readonly startOffset: number; readonly endOffset: number }
  | { readonly kind: 'inflate'; readonly segment: number }
  | { readonly kind: 'check'; readonly segment: number }
  | {
      readonly kind: 'check-range'
      readonly segment: number
      readonly startOffset: number
      readonly endOffset: number
      readonly sha256: string
    }
  | { readonly kind: 'prove'; readonly file: number; readonly toOffset: number }
  | { readonly kind: 'archive-md5'; readonly md5: string; readonly sizeBytes: number }
  | { readonly kind: 'seal'; readonly metaBytes: Uint8Array; readonly fileCount: number }
  | { readonly kind: 'whole-object'; readonly units: readonly WholeUnit[] }
export type WholeUnit = Extract<Unit, { readonly kind: 'fetch' | 'range' }>

/** A file of the package, by its index in the manifest. */
export type WholeFile = { readonly index: number } & Pick<ManifestFile, 'path' | 'sizeBytes' | 'checksum'>
/** A segment: archive.gz[startOffset, endOffset), and what is in it. */
export interface SegmentWork {
  readonly segment: number
  readonly startOffset: number
  readonly endOffset: number
  readonly pieces: readonly Piece[]
  /** Of which it is all or a part; none where it holds several. */
  readonly file?: WholeFile
  /** Where this machine has each of the pieces. */
  readonly sources?: readonly ({ readonly path: string; readonly offset: number } | undefined)[]
}
/** All that a worker gets to know of a package: what each unit is about, with the unit. */
export interface UnitWork {
  readonly segments: readonly SegmentWork[]
  /** That is to be proved. */
  readonly file?: WholeFile
}

export type UnpackSource =
  | { readonly kind: 'store'; readonly spec: StoreSpec; readonly key: string; readonly etag: string }
  /** archive.gz inside a `.sputnik`: its first byte is at `archiveOffset` of the file. */
  | { readonly kind: 'file'; readonly path: string; readonly archiveOffset: number; readonly archiveBytes: number }

export interface UnpackStart {
  readonly source: UnpackSource
  /** Another worker takes the checksums of split files; else each takes those of the files that it writes. */
  readonly provesBeside: boolean
  /** Folders of this transfer. */
  readonly tree: string
  readonly spool: string
  /** Each worker makes a journal of its own in it: SettledRecord. */
  readonly settled: string
  readonly counters: SharedArrayBuffer
  readonly stallMs: number
  /** Without a byte for so long a connection is told to stand still. */
  readonly quietMs: number
  /** For messages. */
  readonly ref: string
  readonly connectionName: string
  /** Of all workers together. */
  readonly limit: SharedArrayBuffer
}
export type SettledRecord =
  | { readonly kind: 'segment'; readonly segment: number; readonly isCopied?: true }
  | {
      readonly kind: 'range'
      readonly segment: number
      readonly startOffset: number
      readonly endOffset: number
      readonly sha256: string
    }

export type ToUnpack =
  | { readonly kind: 'unit'; readonly id: number; readonly unit: Unit; readonly work: UnitWork }
  | CredentialsAnswer
  /**
   * No range waits for a line: the worker may open so many more, beside its slow ones. None: ranges wait again. `usual`: what a line gets in
   * bytes a second, where that is known.
   */
  | { readonly kind: 'tail'; readonly extraLines: number; readonly usual: number | undefined }
  | { readonly kind: 'end' }
export type FromUnpack =
  | { readonly kind: 'settled'; readonly id: number }
  /** Its bytes are all there; it settles when they are synced. */
  | { readonly kind: 'fetched'; readonly id: number }
  /** A unit out of a whole-object one. */
  | { readonly kind: 'settled-part'; readonly unit: WholeUnit }
  | { readonly kind: 'failed'; readonly id: number; readonly error: WireError }
  /** The store answers the whole object to a range. */
  | { readonly kind: 'no-ranges'; readonly id: number }
  | { readonly kind: 'line'; readonly id: number; readonly state: LineState }
  | CredentialsWanted
