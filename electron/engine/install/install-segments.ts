import type { Manifest } from '../../../shared/model/package.ts'
import { planSegments, type Segment } from '../format/plan-segments.ts'
import { lookUpReuse, type Reuse } from './reuse.ts'
import { fileAt } from './segment-pieces.ts'

/** The segments of an install, in archive order; the engine and its workers mean the same ones by a number. */
export function installSegments(manifest: Manifest, maxBytes: number, reuse: Reuse | undefined): readonly Segment[] {
  if (reuse === undefined || reuse.pieces.length === 0) return planSegments(manifest, { maxBytes })
  const found = lookUpReuse(reuse)
  return planSegments(manifest, { maxBytes, isReused: (file, block) => found.find(file, block) !== undefined })
}

export const isReusedSegment = (segment: Segment | undefined): boolean =>
  segment !== undefined && segment.kind !== 'stream' && segment.isReused === true

/** Uncompressed bytes of its files or blocks. */
export function unpackedBytesOf(manifest: Manifest, segment: Segment): number {
  switch (segment.kind) {
    case 'files':
      return segment.files.reduce((sum, index) => sum + fileAt(manifest, index).sizeBytes, 0)
    case 'stream':
      return fileAt(manifest, segment.file).sizeBytes
    case 'blocks':
      return segment.sizeBytes
  }
}

/** What is fetched (bytes of the archive) and what is taken from this machine (bytes of files). */
export function movedBytesOf(
  manifest: Manifest,
  segments: readonly Segment[],
  isReused: (index: number) => boolean,
): { readonly downloadBytes: number; readonly reusedBytes: number } {
  let downloadBytes = 0
  let reusedBytes = 0
  for (const [index, segment] of segments.entries()) {
    if (isReused(index)) reusedBytes += unpackedBytesOf(manifest, segment)
    else downloadBytes += segment.endOffset - segment.startOffset
  }
  return { downloadBytes, reusedBytes }
}
