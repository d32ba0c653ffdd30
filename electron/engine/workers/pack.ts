import { AppError } from '../../../shared/errors.ts'
import type { ManifestFile } from '../../../shared/model/package.ts'
import { blockBytes } from '../format/archive-writer.ts'
import { storedMemberBytes } from '../format/gzip-member.ts'
import type { Disk, Io, UploadedPart } from '../ports.ts'
import { createPackMeter, type SourceRange } from './pack-meter.ts'
import { archiveOf, type PackSource } from './pack-source.ts'
import { createPartCutter, maxUndecidedBytes, type PartOrder } from './part-cutter.ts'
import type { CopySource } from './reusable-members.ts'
import type { Ring } from './ring.ts'

/** A part that is at the store, and what of this machine's bytes it holds. */
export interface PackedPart extends UploadedPart {
  /** Of the archive up to the end of this part, lower-case hex: it comes with the archive's own md5, and no part needs one of its own. */
  readonly md5: string
}

export interface PackJob {
  readonly source: PackSource
  readonly partBytes: number
  /** What an earlier run sent to this upload; a part whose bytes are still the same is not sent again. */
  readonly known: readonly PackedPart[]
  /** A seal may tell of the known parts, so none may be replaced: where one differs it ends in `upload-not-found`, for a new upload. */
  readonly mayBeSealed?: boolean
  readonly partsInFlight: number
  /** An archive at the store, whose unchanged ranges are copied there instead of being sent. */
  readonly copySource?: CopySource | undefined
  /** Of the transfer (transfer-runner.ts). Received and settled bytes rise when a part is at the store, in source bytes. */
  readonly counters: SharedArrayBuffer
}

export interface PackResult {
  readonly parts: readonly PackedPart[]
  readonly files: readonly ManifestFile[]
  readonly md5: string
  readonly sizeBytes: number
  /** Parts that were copied at the store, in archive bytes. */
  readonly copied: readonly PackedPart[]
}

export type SendOrder = PartOrder & { readonly partNumber: number }

export interface PackPorts {
  readonly disk: Disk
  /** At least ringBytesOf(job). */
  readonly ring: Ring
  /** The archive is in the ring up to `end`, which rises: answers the md5 of all up to there. */
  hashTo(end: number): Promise<string>
  /** A member of so many bytes, stored as they are, is in the ring from `start` on: answers the sha256 of its content. */
  hashBlock(start: number, sizeBytes: number): Promise<string>
  /** One part to the upload, from the ring or from the source of copies; retries are its own. */
  send(order: SendOrder, io: Io & { readonly onSent: (sentBytes: number) => void }): Promise<UploadedPart>
  /** Called for each chunk of the archive; throws when the work must end. */
  readonly throwIfStopped?: () => void
  /** Called once for each part when it is at the store, in any order. */
  onPart(part: PackedPart): void
}

const stepBytes = 1024 * 1024
const hashStepBytes = 4 * stepBytes

/**
 * Memory for the parts on their way, the one that is filled, and what is not decided yet. Without copies it is a multiple of a part, so that none
 * lies around its end.
 */
export const ringBytesOf = ({ partBytes, partsInFlight, copySource }: PackJob): number =>
  (partsInFlight + 1) * partBytes + (copySource === undefined ? 0 : maxUndecidedBytes + 2 * stepBytes)

/** A block in the ring until it is hashed must leave room to go on. */
const leastHashedElsewhere = 2 * storedMemberBytes(blockBytes)

/**
 * The source's bytes as parts of an upload:
 *  1. archive bytes come in order, from the files or from the `.sputnik`, into the ring; there they stay until they are hashed and at the store;
 *  2. another thread takes the archive's md5 behind them, and another one the sha256 of blocks that are stored as they are. (Where ranges may be
 *     copied, a block's sha256 says whether, and is taken here.)
 *  3. the cutter says what is a part, and whether it is sent or copied; it goes out as soon as fewer than `partsInFlight` are on their way;
 *  4. a known part of the same size and md5 is not sent again, which waits for the md5;
 *  5. a part is told of when it is at the store and its md5 is known.
 * The first failure ends everything; whoever sends must then be stopped.
 */
export async function packToParts(job: PackJob, ports: PackPorts, { signal }: Io): Promise<PackResult> {
  const failed = new AbortController()
  const io = { signal: AbortSignal.any([signal, failed.signal]) }
  const { ring } = ports
  const meter = createPackMeter(job)
  const known = new Map(job.known.map((part) => [part.partNumber, part]))
  const parts: PackedPart[] = []
  const copied: PackedPart[] = []
  const onTheirWay = new Map<Promise<void>, number>()
  const orders: PartOrder[] = []
  let failure: unknown
  let written = 0
  let askedTo = 0
  let hashedTo = 0
  let hashing: Promise<string> | undefined
  let wake = () => {}

  const fail = (error: unknown) => {
    failure ??= error
    failed.abort(new AppError('cancelled', {}))
    wake()
  }
  const progress = () => new Promise<void>((resolve) => (wake = resolve))
  const stopIfOver = () => {
    if (failure !== undefined) throw failure
    io.signal.throwIfAborted()
  }

  // 2. Never beyond the last part's end that is known, since the md5 at each is wanted.
  const hashTo = (end: number): Promise<string> => {
    for (let next = askedTo; next < end || hashing === undefined; ) {
      next = Math.min(end, next + hashStepBytes)
      const stepEnd = next
      hashing = ports.hashTo(stepEnd)
      hashing.then(() => {
        hashedTo = stepEnd
        wake()
      }, fail)
    }
    askedTo = end
    return hashing
  }
  const blockHashes = new Map<number, Promise<string>>()
  const blocksInHand = new Set<number>()
  const hashBlock = (start: number, sizeBytes: number) => {
    const hashed = ports.hashBlock(start, sizeBytes)
    blockHashes.set(start, hashed)
    blocksInHand.add(start)
    hashed.then(() => {
      blocksInHand.delete(start)
      wake()
    }, fail)
  }
  const isHashedElsewhere = job.copySource === undefined && ring.sizeBytes >= leastHashedElsewhere
  // 3, 4, 5
  const handle = async (order: SendOrder, range: SourceRange, md5: Promise<string>) => {
    const { partNumber, start, end } = order
    const before = known.get(partNumber)
    const isLikely = before !== undefined && before.sizeBytes === end - start
    let shownBytes = 0
    const settle = (part: PackedPart, isKept = false) => {
      parts.push(part)
      if (order.kind === 'copy') copied.push(part)
      meter.settle(range, shownBytes, isKept)
      ports.onPart(part)
    }
    if (isLikely && before.md5 === (await md5)) return settle(before, true)
    if (job.mayBeSealed === true) throw new AppError('upload-not-found', { key: `part ${partNumber}` })
    io.signal.throwIfAborted()
    const onSent = (sentBytes: number) => {
      const sourceBytes = Math.floor(((range.end - range.start) * sentBytes) / (end - start))
      if (sourceBytes > shownBytes) meter.addSent(sourceBytes - shownBytes)
      shownBytes = Math.max(shownBytes, sourceBytes)
    }
    const uploaded = await ports.send(order, { ...io, onSent })
    if (order.kind === 'send') meter.addWire(end - start)
    settle({ ...uploaded, md5: await md5 })
  }
  const dispatch = async () => {
    for (let order = orders.shift(); order !== undefined; order = orders.shift()) {
      const md5 = hashTo(order.end)
      while (onTheirWay.size >= job.partsInFlight) await progress()
      stopIfOver()
      const work = handle({ ...order, partNumber: meter.nextPart() }, meter.takeRange(), md5)
        .catch(fail)
        .finally(() => {
          onTheirWay.delete(work)
          wake()
        })
      onTheirWay.set(work, order.kind === 'send' ? order.start : Number.POSITIVE_INFINITY)
    }
    hashTo(cutter.neededFrom())
  }
  const cutter = createPartCutter({
    partBytes: job.partBytes,
    copySource: job.copySource,
    read: ring.read,
    emit: (order) => orders.push(order),
  })
  // 1
  const write = async (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + Math.min(stepBytes, job.partBytes))
      const end = written + piece.length
      while (end - Math.min(hashedTo, cutter.neededFrom(), ...onTheirWay.values(), ...blocksInHand) > ring.sizeBytes) {
        await progress()
        stopIfOver()
      }
      ring.write(written, piece)
      written = end
      at += piece.length
      cutter.written(written)
      if (orders.length > 0) await dispatch()
    }
  }
  const onMember = job.copySource === undefined ? undefined : cutter.member
  const onStoredBlock = isHashedElsewhere ? hashBlock : undefined
  const archive = archiveOf(job.source, ports.disk, { onRead: meter.onRead, onMember, onStoredBlock })
  try {
    stopIfOver()
    let turnAt = stepBytes
    let next = archive.next()
    for (; next.done !== true; next = archive.next()) {
      ports.throwIfStopped?.()
      if (orders.length > 0) await dispatch()
      await write(next.value)
      if (written < turnAt) continue
      turnAt = written + stepBytes
      hashTo(cutter.neededFrom())
      // Lets answers and messages in also while nothing is waited for.
      await new Promise((resolve) => setImmediate(resolve))
      stopIfOver()
    }
    cutter.finish(written)
    await dispatch()
    await Promise.all(onTheirWay.keys())
    stopIfOver()
    const byNumber = (a: PackedPart, b: PackedPart) => a.partNumber - b.partNumber
    const files = await Promise.all(next.value.files.map((file) => withHashes(file, blockHashes)))
    const { sizeBytes } = next.value
    return { files, sizeBytes, md5: await hashTo(written), parts: parts.sort(byNumber), copied: copied.sort(byNumber) }
  } catch (error) {
    failed.abort(new AppError('cancelled', {}))
    await Promise.all(onTheirWay.keys())
    throw failure ?? error
  } finally {
    // Closes the file at hand.
    archive.return({ files: [], sizeBytes: 0 })
  }
}

async function withHashes(file: ManifestFile, hashes: ReadonlyMap<number, Promise<string>>): Promise<ManifestFile> {
  if (file.blocks === undefined) return file
  const starts = [file.startOffset, ...file.blocks.map(({ endOffset }) => endOffset)]
  const blocks = file.blocks.map(async (block, index) => ({
    ...block,
    sha256: (await hashes.get(starts[index] ?? 0)) ?? block.sha256,
  }))
  return { ...file, blocks: await Promise.all(blocks) }
}
