import type { Manifest } from '../../../shared/model/package.ts'
import type { Segment } from '../format/plan-segments.ts'
import { unpackedBytesOf } from './install-segments.ts'

/** Volumes hand out whole blocks. */
const blockBytes = 4096
const roundToBlock = (bytes: number): number => Math.ceil(bytes / blockBytes) * blockBytes

/** Bytes that the installed version takes on its volume: files and folders in whole blocks, and its meta. */
export function diskBytesOf(manifest: Manifest, metaBytes: number): number {
  const folders = new Set(manifest.files.map(({ path }) => path.slice(0, Math.max(0, path.lastIndexOf('/')))))
  const files = manifest.files.reduce((sum, { sizeBytes }) => sum + roundToBlock(sizeBytes), 0)
  return files + folders.size * blockBytes + roundToBlock(metaBytes)
}

/**
 * Highest extra need on the library's volume while installing: the staged tree, and the slices of large unsplit files, which are spooled
 * (not from a file on this machine). Segments that are settled don't count again, nor does what is spooled of the others.
 */
export function neededBytesOf(
  manifest: Manifest,
  metaBytes: number,
  segments: readonly Segment[],
  options: {
    readonly spools: boolean
    readonly isSettled?: (segment: number) => boolean
    readonly spooledBytes?: (segment: number) => number
  },
): number {
  let bytes = diskBytesOf(manifest, metaBytes)
  for (const [index, segment] of segments.entries()) {
    const isSettled = options.isSettled?.(index) === true
    if (isSettled) bytes -= unpackedBytesOf(manifest, segment)
    else if (segment.kind === 'stream' && options.spools)
      bytes += roundToBlock(segment.endOffset - segment.startOffset) - (options.spooledBytes?.(index) ?? 0)
  }
  return Math.max(0, bytes)
}
