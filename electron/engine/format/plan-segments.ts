import type { Manifest, ManifestFile } from '../../../shared/model/package.ts'

/** A piece of archive.gz that is fetched with one ranged GET: [startOffset, endOffset). */
export type Segment =
  /** Consecutive whole files. `files` are indexes into the manifest, in order. */
  | {
      readonly kind: 'files'
      readonly startOffset: number
      readonly endOffset: number
      readonly files: readonly number[]
      readonly isReused?: true
    }
  /** A run of blocks of one split file; its bytes begin at `fileOffset` of the file. */
  | {
      readonly kind: 'blocks'
      readonly startOffset: number
      readonly endOffset: number
      readonly file: number
      readonly firstBlock: number
      readonly blockCount: number
      readonly fileOffset: number
      /** Uncompressed bytes of these blocks. */
      readonly sizeBytes: number
      readonly isReused?: true
    }
  /** One large file that is not split: it can only be unpacked from its start on. */
  | { readonly kind: 'stream'; readonly startOffset: number; readonly endOffset: number; readonly file: number }

export interface PlanSegmentsOptions {
  /** Archive bytes of a segment, more only where a single block or file is larger. Default 8 MiB. */
  readonly maxBytes?: number
  /** Only these files (indexes); default all. */
  readonly only?: ReadonlySet<number>
  /** Files (without a block), and blocks of others, that need not be fetched: they make segments of their own, with `isReused`. */
  readonly isReused?: (file: number, block?: number) => boolean
}

/** The whole archive (or the wanted files of it) as segments, in archive order. Every wanted file is in exactly one, a split file in consecutive ones. */
export function planSegments(manifest: Manifest, options: PlanSegmentsOptions = {}): Segment[] {
  const { maxBytes = 8 * 1024 * 1024, only, isReused = () => false } = options
  const segments: Segment[] = []
  let run: { startOffset: number; endOffset: number; files: number[]; isReused: boolean } | undefined
  const endRun = () => {
    if (run !== undefined) {
      const { isReused: reused, ...rest } = run
      segments.push({ kind: 'files', ...rest, ...(reused ? { isReused: true } : {}) })
    }
    run = undefined
  }
  for (const [index, file] of manifest.files.entries()) {
    if (only?.has(index) === false) continue
    const length = file.endOffset - file.startOffset
    const reused = isReused(index)
    if (!reused && (file.blocks !== undefined || length > maxBytes)) {
      endRun()
      if (file.blocks === undefined) {
        segments.push({ kind: 'stream', startOffset: file.startOffset, endOffset: file.endOffset, file: index })
      } else segments.push(...planBlocks(file, file.blocks, index, { maxBytes, isReused }))
      continue
    }
    const isApart = run?.endOffset !== file.startOffset || run.isReused !== reused
    if (run !== undefined && (isApart || file.endOffset - run.startOffset > maxBytes)) endRun()
    run ??= { startOffset: file.startOffset, endOffset: file.endOffset, files: [], isReused: reused }
    run.endOffset = file.endOffset
    run.files.push(index)
  }
  endRun()
  return segments
}

function planBlocks(
  file: ManifestFile,
  blocks: NonNullable<ManifestFile['blocks']>,
  index: number,
  { maxBytes, isReused }: Required<Pick<PlanSegmentsOptions, 'maxBytes' | 'isReused'>>,
): Segment[] {
  const segments: Segment[] = []
  let startOffset = file.startOffset
  let fileOffset = 0
  for (let first = 0; first < blocks.length; ) {
    const reused = isReused(index, first)
    let next = first
    let endOffset = startOffset
    let sizeBytes = 0
    while (next < blocks.length) {
      const block = blocks[next]
      if (block === undefined || (next > first && block.endOffset - startOffset > maxBytes)) break
      if (isReused(index, next) !== reused) break
      endOffset = block.endOffset
      sizeBytes += block.sizeBytes
      next += 1
    }
    const blockCount = next - first
    segments.push({
      kind: 'blocks',
      startOffset,
      endOffset,
      file: index,
      firstBlock: first,
      blockCount,
      fileOffset,
      sizeBytes,
      ...(reused ? { isReused: true } : {}),
    })
    startOffset = endOffset
    fileOffset += sizeBytes
    first = next
  }
  return segments
}
