import type { PackedMember } from '../format/archive-writer.ts'
import { type CopySource, createMemberIndex } from './reusable-members.ts'

/** A piece of an upload, [start, end) of the archive: sent, or copied at the store from `sourceStart` of another archive. */
export type PartOrder =
  | { readonly kind: 'send'; readonly start: number; readonly end: number }
  | {
      readonly kind: 'copy'
      readonly start: number
      readonly end: number
      readonly sourceStart: number
      /** What must stand at these places of the other archive. */
      readonly samples: readonly Sample[]
    }
export interface Sample {
  readonly offset: number
  readonly bytes: Uint8Array
}

const mebibyte = 1024 * 1024
/** The least that every store takes as a part, the last one apart. */
const minPartBytes = 5 * mebibyte
const maxRunBytes = 64 * mebibyte
const sampleBytes = 16 * 1024
const sampleEveryBytes = 16 * mebibyte
/** Never is more than this kept back to see whether it can be copied. */
export const maxUndecidedBytes = 36 * mebibyte

/**
 * Cuts an archive into parts while it is written. Without a source of copies: parts of one size. With one:
 *
 *  1. A member (a file, or a block of one) that stands in the source with the same content and length makes a run with those after it that
 *     stand behind it there as well.
 *  2. What lies before a run is sent in parts of the usual size, and what remains of it in one that is smaller, or a little larger.
 *  3. A run of 5 MiB (of more in an archive of so many parts that there could be too many) is copied. If less than 5 MiB lie between the last
 *     part and it, they are filled up to 5 MiB from the run, which must be as much longer.
 *  4. A run ends with the first member that is not its next one, or at 64 MiB. It is copied with samples of its start, its end and every 16 MiB.
 *  5. What is shorter counts as not found and is sent with what is around it; but the archive's last part may be short.
 */
export function createPartCutter(options: {
  readonly partBytes: number
  readonly copySource?: Pick<CopySource, 'members' | 'leastRunBytes'> | undefined
  /** Bytes of the archive that are not released yet (neededFrom). */
  readonly read: (start: number, end: number) => Uint8Array
  readonly emit: (order: PartOrder) => void
}) {
  const { partBytes, read, copySource } = options
  const index = copySource === undefined ? undefined : createMemberIndex(copySource.members)
  const leastRunBytes = Math.max(minPartBytes, copySource?.leastRunBytes ?? 0)
  const slackBytes = index === undefined ? 0 : minPartBytes
  let pendingStart = 0
  let count = 0
  let run: Run | undefined

  const emit = (order: PartOrder) => {
    count += 1
    options.emit(order)
  }
  const send = (end: number) => {
    emit({ kind: 'send', start: pendingStart, end })
    pendingStart = end
  }
  // 2
  const sendFull = (end: number) => {
    while (end - pendingStart >= partBytes + slackBytes) send(pendingStart + partBytes)
  }
  const sampleAt = (sourceShift: number, start: number, end: number): Sample => ({
    offset: start + sourceShift,
    bytes: Uint8Array.from(read(start, end)),
  })
  // 3
  const confirm = (found: Run, leastBytes: number) => {
    const gap = found.start - pendingStart
    const filling = gap === 0 ? 0 : Math.max(0, minPartBytes - gap)
    if (found.end - found.start < leastBytes + filling) return
    found.start += filling
    if (gap > 0) send(found.start)
    found.isConfirmed = true
    found.samples.push(sampleAt(found.shift, found.start, Math.min(found.end, found.start + sampleBytes)))
    found.sampledTo = found.start
  }
  const extend = (confirmed: Run) => {
    const { start, end, shift } = confirmed
    confirmed.tail = sampleAt(shift, Math.max(start, end - sampleBytes), end)
    if (end - confirmed.sampledTo >= sampleEveryBytes) {
      confirmed.samples.push(confirmed.tail)
      confirmed.sampledTo = end
    }
    pendingStart = end
  }
  // 4, 5
  const endRun = () => {
    if (run?.isConfirmed) {
      const { start, end, shift, samples, tail } = run
      const all = tail === undefined || samples.at(-1) === tail ? samples : [...samples, tail]
      emit({ kind: 'copy', start, end, sourceStart: start + shift, samples: all })
    }
    run = undefined
  }

  return {
    /** Bytes before it are not asked for any more. */
    neededFrom: () => pendingStart,
    /** The archive is there up to `end`. */
    written(end: number) {
      if (index === undefined) return sendFull(end)
      if (end - pendingStart <= maxUndecidedBytes) return
      endRun()
      sendFull(end)
    },
    member(member: PackedMember) {
      if (index === undefined) return
      const { startOffset, endOffset } = member
      const preferred = run?.end === startOffset ? startOffset + run.shift : undefined
      // Of one that is cut already nothing can be copied.
      const source = startOffset < pendingStart ? undefined : index.find(member, preferred)
      if (run !== undefined && source !== undefined && source === preferred) run.end = endOffset
      else {
        endRun()
        if (source !== undefined) run = startRun(startOffset, endOffset, source - startOffset)
      }
      if (run === undefined) return sendFull(endOffset)
      if (!run.isConfirmed) {
        sendFull(run.start)
        confirm(run, leastRunBytes)
      }
      if (!run.isConfirmed) return
      extend(run)
      if (run.end - run.start < maxRunBytes) return
      const { end, shift } = run
      endRun()
      run = startRun(end, end, shift)
    },
    /** That is all: one part at least. */
    finish(end: number) {
      if (run !== undefined && !run.isConfirmed && run.end > run.start) {
        confirm(run, 1)
        if (run.isConfirmed) extend(run)
      }
      endRun()
      while (end - pendingStart > partBytes) send(pendingStart + partBytes)
      if (end > pendingStart || count === 0) send(end)
    },
  }
}

interface Run {
  start: number
  end: number
  /** Offset in the source minus offset in the archive. */
  readonly shift: number
  isConfirmed: boolean
  readonly samples: Sample[]
  sampledTo: number
  tail: Sample | undefined
}

const startRun = (start: number, end: number, shift: number): Run => ({
  start,
  end,
  shift,
  isConfirmed: false,
  samples: [],
  sampledTo: start,
  tail: undefined,
})
