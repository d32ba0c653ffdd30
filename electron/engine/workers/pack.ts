import { createHash } from 'node:crypto'
import { AppError } from '../../../shared/errors.ts'
import type { ManifestFile } from '../../../shared/model/package.ts'
import { type PackedArchive, packArchive } from '../format/archive-writer.ts'
import type { SourceFile } from '../format/source-file.ts'
import type { Disk, Io, UploadedPart } from '../ports.ts'
import { counterIndex } from '../transfers/transfer-runner.ts'

/** A part that is at the store, and what of this machine's bytes it holds. */
export interface PackedPart extends UploadedPart {
  /** Of its bytes, lower-case hex. ETags say this for some stores only. */
  readonly md5: string
}

export type PackSource =
  | { readonly kind: 'folder'; readonly files: readonly SourceFile[] }
  /** An archive that lies ready inside a `.sputnik` file, as its manifest tells of it. */
  | {
      readonly kind: 'sputnik'
      readonly path: string
      readonly archiveOffset: number
      readonly archiveBytes: number
      readonly md5: string
      readonly files: readonly ManifestFile[]
    }

export interface PackJob {
  readonly source: PackSource
  readonly partBytes: number
  /** What an earlier run sent to this upload; a part whose bytes are still the same is not sent again. */
  readonly known: readonly PackedPart[]
  /** A seal may tell of the known parts, so none may be replaced: where one differs it ends in `upload-not-found`, for a new upload. */
  readonly mayBeSealed?: boolean
  /** Memory is bounded by this many parts and one. */
  readonly partsInFlight: number
  /** Of the transfer (transfer-runner.ts). Received and settled bytes rise when a part is at the store, in source bytes. */
  readonly counters: SharedArrayBuffer
}

export interface PackResult {
  readonly parts: readonly PackedPart[]
  readonly files: readonly ManifestFile[]
  readonly md5: string
  readonly sizeBytes: number
}

export interface PackPorts {
  readonly disk: Disk
  /** One part to the upload; retries are its own. */
  uploadPart(
    partNumber: number,
    bytes: Uint8Array,
    io: Io & { readonly onSent: (sentBytes: number) => void },
  ): Promise<UploadedPart>
  /** Called for each chunk of the archive; throws when the work must end. */
  readonly throwIfStopped?: () => void
  /** Called once for each part when it is at the store, in any order. */
  onPart(part: PackedPart): void
}

/**
 * The source's bytes as parts of an upload:
 *  1. archive bytes come in order, from the files or from the `.sputnik`;
 *  2. they fill a part; when it is full, its md5 is taken;
 *  3. known with the same md5 → not sent; else it goes out as soon as fewer than `partsInFlight` are on their way, from a buffer that is used again;
 *  4. the last part is what remains (at least one part, also of an empty archive).
 * The first failure ends everything: nothing is on its way any more when it rejects.
 */
export async function packToParts(job: PackJob, ports: PackPorts, { signal }: Io): Promise<PackResult> {
  const failed = new AbortController()
  const io = { signal: AbortSignal.any([signal, failed.signal]) }
  const meter = createPackMeter(job)
  const known = new Map(job.known.map((part) => [part.partNumber, part]))
  const parts: PackedPart[] = []
  const onTheirWay = new Set<Promise<void>>()
  const spare: (typeof buffer)[] = []
  let buffer: Buffer = Buffer.allocUnsafeSlow(job.partBytes)
  let filled = 0
  let failure: unknown

  const settle = (part: PackedPart, range: SourceRange, alreadySent = 0) => {
    parts.push(part)
    meter.settle(range, alreadySent)
    ports.onPart(part)
  }
  const send = async (partNumber: number, bytes: Buffer, md5: string, range: SourceRange) => {
    let shownBytes = 0
    const onSent = (sentBytes: number) => {
      const sourceBytes = Math.floor(((range.end - range.start) * sentBytes) / bytes.length)
      if (sourceBytes > shownBytes) meter.addSent(sourceBytes - shownBytes)
      shownBytes = Math.max(shownBytes, sourceBytes)
    }
    try {
      const uploaded = await ports.uploadPart(partNumber, bytes, { ...io, onSent })
      meter.addWire(bytes.length)
      settle({ ...uploaded, md5 }, range, shownBytes)
    } catch (error) {
      failure ??= error
      failed.abort(new AppError('cancelled', {}))
    }
  }
  // 2, 3
  const cut = async () => {
    const bytes = buffer.subarray(0, filled)
    const partNumber = meter.nextPart()
    const range = meter.takeRange()
    const md5 = createHash('md5').update(bytes).digest('hex')
    const before = known.get(partNumber)
    if (before !== undefined && before.md5 === md5 && before.sizeBytes === bytes.length) settle(before, range)
    else if (job.mayBeSealed === true) throw new AppError('upload-not-found', { key: `part ${partNumber}` })
    else {
      while (onTheirWay.size >= job.partsInFlight) await Promise.race(onTheirWay)
      const used = buffer
      const sending = send(partNumber, bytes, md5, range).finally(() => {
        onTheirWay.delete(sending)
        spare.push(used)
      })
      onTheirWay.add(sending)
      buffer = spare.pop() ?? Buffer.allocUnsafeSlow(job.partBytes)
    }
    filled = 0
    // Lets answers and messages in also while everything is known already.
    await new Promise((resolve) => setImmediate(resolve))
    io.signal.throwIfAborted()
  }

  const archive = archiveOf(job.source, ports.disk, meter.onRead)
  try {
    io.signal.throwIfAborted()
    let next = archive.next()
    for (; next.done !== true; next = archive.next()) {
      ports.throwIfStopped?.()
      for (let at = 0; at < next.value.length; ) {
        const taken = Math.min(job.partBytes - filled, next.value.length - at)
        buffer.set(next.value.subarray(at, at + taken), filled)
        at += taken
        filled += taken
        if (filled === job.partBytes) await cut()
      }
    }
    // 4
    if (filled > 0 || parts.length + onTheirWay.size === 0) await cut()
    await Promise.all(onTheirWay)
    if (failure !== undefined) throw failure
    parts.sort((a, b) => a.partNumber - b.partNumber)
    return { ...next.value, parts }
  } catch (error) {
    failed.abort(new AppError('cancelled', {}))
    await Promise.all(onTheirWay)
    throw failure ?? error
  } finally {
    // Closes the file at hand.
    archive.return({ files: [], md5: '', sizeBytes: 0 })
  }
}

// 1
export function archiveOf(
  source: PackSource,
  disk: Disk,
  onRead: (bytes: number) => void,
): Generator<Uint8Array, PackedArchive, void> {
  return source.kind === 'folder'
    ? packArchive({ files: source.files, disk, onRead })
    : sputnikArchive(source, disk, onRead)
}

const chunkBytes = 256 * 1024

/** As it is, with its md5 checked on the way. Its bytes count for as many source bytes as they unpack to. */
function* sputnikArchive(
  source: Extract<PackSource, { kind: 'sputnik' }>,
  disk: Disk,
  onRead: (bytes: number) => void,
): Generator<Uint8Array, PackedArchive, void> {
  const hash = createHash('md5')
  const chunk = Buffer.allocUnsafe(chunkBytes)
  const open = disk.open(source.path, 'read')
  let file = 0
  try {
    for (let offset = 0; offset < source.archiveBytes; ) {
      const bytes = chunk.subarray(0, Math.min(chunkBytes, source.archiveBytes - offset))
      if (open.read(bytes, source.archiveOffset + offset) !== bytes.length)
        throw new AppError('not-a-package-file', { path: source.path, reason: 'It ends too early.' })
      hash.update(bytes)
      offset += bytes.length
      for (; file < source.files.length && (source.files[file]?.endOffset ?? 0) <= offset; file += 1)
        onRead(source.files[file]?.sizeBytes ?? 0)
      yield bytes
    }
  } finally {
    open.close()
  }
  const md5 = hash.digest('hex')
  if (md5 !== source.md5)
    throw new AppError('not-a-package-file', {
      path: source.path,
      reason: 'Its archive is damaged: its MD5 is not the one it should have.',
    })
  return { files: source.files, md5, sizeBytes: source.archiveBytes }
}

/** Source bytes [start, end) that a part stands for: those read since the part before it was cut. */
interface SourceRange {
  readonly start: number
  readonly end: number
}

function createPackMeter({ counters, source }: PackJob) {
  const values = new BigInt64Array(counters)
  const files = source.files
  const ends: number[] = []
  for (const { sizeBytes } of files) ends.push((ends.at(-1) ?? 0) + sizeBytes)
  let readBytes = 0
  let takenBytes = 0
  let partNumber = 0
  const add = (index: number, bytes: number) => {
    if (index < values.length) Atomics.add(values, index, BigInt(bytes))
  }
  for (let index = 0; index < 2 * files.length && counterIndex.firstFile + index < values.length; index += 1)
    Atomics.store(values, counterIndex.firstFile + index, 0n)
  Atomics.store(values, counterIndex.received, 0n)
  Atomics.store(values, counterIndex.settled, 0n)

  return {
    nextPart: () => (partNumber += 1),
    onRead: (bytes: number) => {
      readBytes += bytes
    },
    takeRange(): SourceRange {
      const range = { start: takenBytes, end: readBytes }
      takenBytes = readBytes
      return range
    },
    addWire: (bytes: number) => add(counterIndex.wire, bytes),
    addSent: (bytes: number) => add(counterIndex.received, bytes),
    settle({ start, end }: SourceRange, alreadySent: number) {
      add(counterIndex.received, end - start - alreadySent)
      add(counterIndex.settled, end - start)
      for (let file = firstAfter(ends, start); file < files.length && (ends[file - 1] ?? 0) < end; file += 1) {
        const bytes = Math.min(end, ends[file] ?? end) - Math.max(start, ends[file - 1] ?? 0)
        add(counterIndex.firstFile + 2 * file, bytes)
        add(counterIndex.firstFile + 2 * file + 1, bytes)
      }
    },
  }
}

/** Index of the first end that is greater than a position, by halving. */
function firstAfter(ends: readonly number[], position: number): number {
  let low = 0
  let high = ends.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ends[middle] ?? 0) > position) high = middle
    else low = middle + 1
  }
  return low
}
