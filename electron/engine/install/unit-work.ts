import { AppError } from '../../../shared/errors.ts'
import type { Manifest } from '../../../shared/model/package.ts'
import type { Segment } from '../format/plan-segments.ts'
import type { SegmentWork, Unit, UnitWork } from '../workers/unpack-messages.ts'
import { isReusedSegment } from './install-segments.ts'
import type { ReuseLookup } from './reuse.ts'
import { fileAt, piecesOf } from './segment-pieces.ts'

/**
 * What a worker has to know of the manifest for one unit. It travels with the unit: a manifest of many files is copied for no thread, and never as a
 * whole.
 */
export function workOf(manifest: Manifest, segments: readonly Segment[], reusable: ReuseLookup, unit: Unit): UnitWork {
  const fileOf = (index: number) => {
    const { path, sizeBytes, checksum } = fileAt(manifest, index)
    return { index, path, sizeBytes, checksum }
  }
  const segmentWork = (index: number): SegmentWork => {
    const segment = segments[index]
    if (segment === undefined) throw new AppError('internal', { what: 'no such segment' })
    const pieces = piecesOf(manifest, segment)
    return {
      segment: index,
      startOffset: segment.startOffset,
      endOffset: segment.endOffset,
      pieces,
      ...(segment.kind === 'files' ? {} : { file: fileOf(segment.file) }),
      ...(isReusedSegment(segment) ? { sources: pieces.map(({ file, block }) => reusable.find(file, block)) } : {}),
    }
  }
  if (unit.kind === 'prove') return { segments: [], file: fileOf(unit.file) }
  if (unit.kind === 'whole-object') return { segments: indexesOf(unit.units).map(segmentWork) }
  return { segments: 'segment' in unit ? [segmentWork(unit.segment)] : [] }
}

const indexesOf = (units: readonly { readonly segment: number }[]): readonly number[] => [
  ...new Set(units.map(({ segment }) => segment)),
]
