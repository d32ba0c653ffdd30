import { type AppError, isAppError } from '../../../shared/errors.ts'
import type { Manifest } from '../../../shared/model/package.ts'
import type { Segment } from '../format/plan-segments.ts'
import type { SettledRecord, Unit } from '../workers/unpack.ts'
import { segmentBytes } from './install-limits.ts'
import { isReusedSegment } from './install-segments.ts'
import type { Tally } from './tally.ts'

/** What earlier runs settled, by their workers' journals. */
export interface SettledBefore {
  readonly segments: ReadonlySet<number>
  /** Those of them that were taken from this machine. */
  readonly copied: ReadonlySet<number>
  readonly ranges: readonly Extract<SettledRecord, { kind: 'range' }>[]
}

/** Of a segment: each range once, however often it was noted. */
export function spooledBytesOf({ ranges }: SettledBefore, segment: number): number {
  const ends = new Map(ranges.flatMap((each) => (each.segment === segment ? [[each.startOffset, each.endOffset]] : [])))
  return [...ends].reduce((sum, [startOffset, endOffset]) => sum + endOffset - startOffset, 0)
}

/**
 * Which units are to be run, from the first to the last:
 *  1. A settled segment is checked; what turns out wrong is fetched.
 *  2. What is on this machine is copied, or fetched when it is not what it was. Others are fetched; a large unsplit file in ranges, which are unpacked when all are there.
 *     Copying and fetching alternate, so that the disk works while the line does.
 *  3. A split file is proved by its own checksum, which is taken from its start on as far as its blocks have settled, one unit of it at a
 *     time; a `.sputnik`'s archive by its md5.
 *  4. When nothing is left: seal.
 *  5. Wrong bytes are fetched once more; wrong again is the end. When it is a split file's own checksum that is wrong, its blocks are hashed,
 *     and the wrong ones fetched.
 */
export interface UnitPlan {
  readonly first: readonly Unit[]
  onSettled(unit: Unit): readonly Unit[]
  /** Units to run in its place; throws the error when there is no use. */
  onFailed(unit: Unit, error: AppError): readonly Unit[]
  /** Nothing is fetched any more; what is left proves what is there. */
  isVerifying(): boolean
}

export function planUnits(options: {
  readonly manifest: Manifest
  readonly metaBytes: Uint8Array
  readonly segments: readonly Segment[]
  readonly settled: SettledBefore
  readonly source: 'store' | 'file'
  readonly tally: Tally
}): UnitPlan {
  const { manifest, segments, settled, source, tally } = options
  const proofs = planProofs(segments)
  const rangesLeft = new Map<number, number>()
  const retried = new Set<string>()
  let outstanding = 0
  let fetching = 0

  const isFetching = (unit: Unit) => unit.kind === 'fetch' || unit.kind === 'range'
  const add = (units: readonly Unit[]): readonly Unit[] => {
    outstanding += units.length
    fetching += units.filter(isFetching).length
    return units
  }
  const firstUnits = (index: number): readonly Unit[] =>
    isReusedSegment(segments[index]) ? [{ kind: 'copy', segment: index }] : fetchUnits(index)
  const fetchUnits = (index: number): readonly Unit[] => {
    const segment = segments[index]
    if (segment?.kind !== 'stream' || source === 'file') return [{ kind: 'fetch', segment: index }]
    const units: Unit[] = []
    for (let startOffset = segment.startOffset; startOffset < segment.endOffset; startOffset += segmentBytes) {
      const endOffset = Math.min(segment.endOffset, startOffset + segmentBytes)
      const before = settled.ranges.find(
        (range) => range.segment === index && range.startOffset === startOffset && range.endOffset === endOffset,
      )
      const isUsable = before !== undefined && !retried.has(`segment ${index}`)
      units.push(
        isUsable ? { ...before, kind: 'check-range' } : { kind: 'range', segment: index, startOffset, endOffset },
      )
    }
    rangesLeft.set(index, units.length)
    return units
  }

  const segmentSettled = (index: number): readonly Unit[] => {
    const segment = segments[index]
    return segment?.kind === 'blocks' ? proofs.onSettled(index) : []
  }
  const rangeSettled = (index: number): readonly Unit[] => {
    const left = (rangesLeft.get(index) ?? 0) - 1
    rangesLeft.set(index, left)
    return left === 0 ? [{ kind: 'inflate', segment: index }] : []
  }
  const followers = (unit: Unit): readonly Unit[] => {
    switch (unit.kind) {
      case 'fetch':
      case 'check':
      case 'copy':
      case 'inflate':
        return segmentSettled(unit.segment)
      case 'range':
      case 'check-range':
        return rangeSettled(unit.segment)
      case 'prove':
        return proofs.onProved(unit.file)
      default:
        return []
    }
  }

  const onceMore = (key: string, error: AppError, again: () => readonly Unit[]): readonly Unit[] => {
    if (source === 'file' || retried.has(key)) throw error
    retried.add(key)
    return again()
  }
  const replacements = (unit: Unit, error: AppError): readonly Unit[] => {
    if (!isAppError(error, 'archive-damaged')) throw error
    switch (unit.kind) {
      case 'check':
      case 'copy':
        return fetchUnits(unit.segment)
      case 'check-range':
        return [{ kind: 'range', segment: unit.segment, startOffset: unit.startOffset, endOffset: unit.endOffset }]
      case 'fetch':
      case 'inflate':
        return onceMore(`segment ${unit.segment}`, error, () => fetchUnits(unit.segment))
      case 'whole-object':
        return onceMore('whole object', error, () => unit.units)
      case 'prove':
        return onceMore(`file ${unit.file}`, error, () => {
          const sizeBytes = manifest.files[unit.file]?.sizeBytes ?? 0
          tally.received(unit.file, -sizeBytes)
          tally.settled(unit.file, -sizeBytes)
          return proofs.startOver(unit.file).map((segment) => ({ kind: 'check', segment }))
        })
      default:
        throw error
    }
  }

  // 1, 2: checks first, so that progress starts where it was.
  const checks = [...settled.segments].map((segment): Unit => ({ kind: 'check', segment }))
  const fetches = segments.flatMap((_, index) => (settled.segments.has(index) ? [] : firstUnits(index)))
  const of = (wanted: (unit: Unit) => boolean): readonly Unit[] => fetches.filter(wanted)
  const first: Unit[] = [
    ...checks,
    ...of(({ kind }) => kind === 'check-range'),
    ...alternate<Unit>(
      of(({ kind }) => kind === 'copy'),
      of(isFetching),
    ),
  ]
  if (source === 'file') first.unshift({ kind: 'archive-md5', ...manifest.archive })

  return {
    first: add(first),
    onSettled(unit) {
      if (unit.kind === 'seal' || unit.kind === 'whole-object') return []
      outstanding -= 1
      if (isFetching(unit)) fetching -= 1
      const more = add(followers(unit))
      // 4
      return outstanding === 0
        ? add([{ kind: 'seal', metaBytes: options.metaBytes, fileCount: manifest.files.length }])
        : more
    },
    onFailed(unit, error) {
      const units = replacements(unit, error)
      if (unit.kind === 'whole-object') return units
      outstanding -= 1
      if (isFetching(unit)) fetching -= 1
      return add(units)
    },
    isVerifying: () => fetching === 0,
  }
}

/** Both in their order, each spread evenly over the whole. */
function alternate<T>(a: readonly T[], b: readonly T[]): T[] {
  const both: T[] = []
  let [ofA, ofB] = [0, 0]
  while (ofA < a.length || ofB < b.length) {
    const isNextA = ofB === b.length || (ofA < a.length && ofA * b.length <= ofB * a.length)
    both.push((isNextA ? a[ofA] : b[ofB]) as T)
    if (isNextA) ofA += 1
    else ofB += 1
  }
  return both
}

/** How far each split file is there without a gap, and how far its checksum has been taken. */
function planProofs(segments: readonly Segment[]) {
  interface Progress {
    readonly segments: number[]
    readonly settled: Set<number>
    /** Segments of it that are there from its start on. */
    there: number
    isProving: boolean
    provedTo: number
  }
  const files = new Map<number, Progress>()
  for (const [index, segment] of segments.entries()) {
    if (segment.kind !== 'blocks') continue
    const known = files.get(segment.file)
    if (known === undefined)
      files.set(segment.file, { segments: [index], settled: new Set(), there: 0, isProving: false, provedTo: 0 })
    else known.segments.push(index)
  }
  const next = (file: number): readonly Unit[] => {
    const progress = files.get(file)
    if (progress === undefined) return []
    const { segments: all, settled } = progress
    while (progress.there < all.length && settled.has(all[progress.there] ?? -1)) progress.there += 1
    if (progress.isProving || progress.there === progress.provedTo) return []
    const last = segments[all[progress.there - 1] ?? -1]
    if (last?.kind !== 'blocks') return []
    progress.isProving = true
    progress.provedTo = progress.there
    return [{ kind: 'prove', file, toOffset: last.fileOffset + last.sizeBytes }]
  }
  return {
    onSettled(index: number): readonly Unit[] {
      const segment = segments[index]
      if (segment?.kind !== 'blocks') return []
      files.get(segment.file)?.settled.add(index)
      return next(segment.file)
    },
    onProved(file: number): readonly Unit[] {
      const progress = files.get(file)
      if (progress !== undefined) progress.isProving = false
      return next(file)
    },
    /** Its segments, all of which are to settle anew. */
    startOver(file: number): readonly number[] {
      const progress = files.get(file)
      if (progress === undefined) return []
      progress.settled.clear()
      Object.assign(progress, { there: 0, isProving: false, provedTo: 0 })
      return progress.segments
    },
  }
}
