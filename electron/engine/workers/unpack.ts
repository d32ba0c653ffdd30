import { createHash, randomUUID } from 'node:crypto'
import path from 'node:path'
import { AppError, assertNever, toWire } from '../../../shared/errors.ts'
import type { Segment } from '../format/plan-segments.ts'
import { copyPieces } from '../install/copy-pieces.ts'
import { type FetchState, fetchRange, fetchWhole, type WantedPart } from '../install/fetch-range.ts'
import { installSegments } from '../install/install-segments.ts'
import { createFileProver } from '../install/prove-file.ts'
import { lookUpReuse } from '../install/reuse.ts'
import { sealTree } from '../install/seal-tree.ts'
import { fileAt, type Piece, piecesOf } from '../install/segment-pieces.ts'
import { createSpoolSink, spoolFileOf } from '../install/spool-sink.ts'
import { createStagedSyncs } from '../install/staged-syncs.ts'
import { createTally } from '../install/tally.ts'
import { createUnpackSink } from '../install/unpack-sink.ts'
import { hashRange } from '../library/verify.ts'
import type { RangeReader } from '../object-store/lean-reader.ts'
import type { Clock, CredentialsIo, Disk, Io, PlainCredentials, StoreSpec } from '../ports.ts'
import { createJournal } from '../transfers/journal.ts'
import { createRateLimit } from '../transfers/rate-limit.ts'
import type { Journal } from '../transfers/transfer-runner.ts'
import type { WorkerContext } from './serve.ts'
import type { FromUnpack, LineState, SettledRecord, ToUnpack, Unit, UnpackStart, WholeUnit } from './unpack-messages.ts'
import { createCredentialsAsker } from './worker-credentials.ts'

export type * from './unpack-messages.ts'

/**
 * What an unpack worker does: units, several at a time, each of them one of
 *  - fetch: a segment from the store (or the `.sputnik` file) into staged files, verified and synced;
 *  - copy: a segment from files that are installed already, hashed on the way;
 *  - range: 8 MiB of a large unsplit file into the spool, synced;
 *  - inflate: such a file from the spool into its staged file, once all its ranges are there;
 *  - check, check-range: whether what an earlier run settled is still right;
 *  - prove: a split file's own checksum, up to where it is there;  archive-md5: a `.sputnik`'s;
 *  - seal: meta.json, when all files are there, and everything synced;
 *  - whole-object: fetch and range units out of one stream, for stores that ignore ranges.
 * A unit that settled is in the worker's own journal before it is told; so a kill costs only the units under way. What is in the journal is
 * hashed again before it is trusted, so that only large files are synced before they are noted; small ones are synced by `seal`, all at once.
 */
export interface UnpackPorts {
  readonly disk: Disk
  readonly clock: Clock
  createStore(spec: StoreSpec, credentials: (io: CredentialsIo) => Promise<PlainCredentials>): Promise<RangeReader>
}

export async function unpack(
  context: WorkerContext<UnpackStart, FromUnpack, ToUnpack>,
  { disk, clock, createStore }: UnpackPorts,
): Promise<void> {
  const { source, manifest, tree, spool, ref, stallMs, quietMs } = context.data
  const segments = installSegments(manifest, context.data.segmentBytes, context.data.reuse)
  const reusable = lookUpReuse(context.data.reuse)
  const tally = createTally(context.data.counters)
  const lines = new Map<number, { state: LineState['kind']; lastMs: number }>()
  const limit =
    context.data.limit === undefined
      ? undefined
      : createRateLimit(context.data.limit.shared, context.data.limit.bytesPerSecond, clock)
  const prover = createFileProver(disk, tree, ref)
  const syncStaged = createStagedSyncs(disk, tree)
  const folders = new Set<string>()
  const makeFolderOf = (target: string) => {
    const folder = path.dirname(target)
    if (folders.has(folder)) return
    disk.makeFolder(folder)
    folders.add(folder)
  }
  let journal: Journal | undefined
  let end: () => void = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })

  const settle = (record: SettledRecord) => {
    journal ??= createJournal(
      disk,
      path.join(context.data.settled, randomUUID()),
      { kind: 'settled', ...{ format: 1 } },
      { synced: false },
    )
    journal.append(record)
  }
  const settleSegment = async (index: number, how: { readonly isCopied?: true } = {}) => {
    const segment = segmentAt(index)
    if (segment.kind !== 'files') await syncStaged(fileAt(manifest, segment.file).path)
    settle({ kind: 'segment', segment: index, ...how })
  }
  const segmentAt = (index: number): Segment => {
    const segment = segments[index]
    if (segment === undefined) throw new AppError('internal', { what: 'no such segment' })
    return segment
  }

  // ---------------------------------------------------------------- the store
  const credentials = source.kind === 'store' ? createCredentialsAsker(source.spec, context.post) : undefined
  const store =
    source.kind === 'store' && credentials !== undefined
      ? await createStore(source.spec, (io) =>
          credentials.ask({ ...io, signal: AbortSignal.any([io.signal, context.signal]) }),
        )
      : undefined
  const say = (id: number, state: LineState) => {
    const line = lines.get(id)
    if (line === undefined || (line.state === state.kind && state.kind === 'moving')) return
    line.state = state.kind
    context.post({ kind: 'line', id, state })
  }
  const hear = (id: number) => (state: FetchState) => {
    const line = lines.get(id)
    if (line !== undefined) line.lastMs = clock.now()
    if (state.kind !== 'waiting') say(id, state)
  }
  const quiet = setInterval(
    () => {
      for (const [id, line] of lines) {
        const isQuiet = line.state === 'moving' && clock.now() - line.lastMs > quietMs
        if (isQuiet) say(id, { kind: 'stalled', sinceMs: line.lastMs })
      }
    },
    Math.min(1000, quietMs),
  )

  /** archive.gz[startOffset, endOffset) into a sink, from wherever the archive is. */
  const read = async (
    id: number,
    { startOffset, endOffset }: { readonly startOffset: number; readonly endOffset: number },
    push: (chunk: Uint8Array) => Promise<void>,
    io: Io,
  ): Promise<'complete' | 'whole-object'> => {
    if (source.kind === 'file') {
      await readFileRange(disk, source.path, source.archiveOffset + startOffset, endOffset - startOffset, push, io)
      return 'complete'
    }
    if (store === undefined) throw new AppError('internal', { what: 'no store' })
    const { key, etag } = source
    const deps = { store, clock, random: Math.random, stallMs, onState: hear(id) }
    const take = async (chunk: Uint8Array) => {
      noteChunk(id, chunk.length)
      await limit?.take(chunk.length, io)
      return push(chunk)
    }
    return fetchRange(deps, { key, etag, startOffset, endOffset }, take, io)
  }
  const noteChunk = (id: number, bytes: number) => {
    tally.wire(bytes)
    const line = lines.get(id)
    if (line !== undefined) line.lastMs = clock.now()
    say(id, { kind: 'moving' })
  }

  // ---------------------------------------------------------------- units
  const openSink = (unit: WholeUnit) => {
    const segment = segmentAt(unit.segment)
    if (unit.kind === 'range') {
      const sink = createSpoolSink({
        disk,
        spool,
        file: fileAt(manifest, fileOf(segment)),
        index: fileOf(segment),
        range: unit,
        tally,
      })
      return { ...sink, finish: async () => settle({ ...unit, sha256: await sink.finish() }) }
    }
    const pieces = piecesOf(manifest, segment)
    const sink = createUnpackSink({ disk, tree, pieces, tally, countsReceived: true, ref, makeFolderOf })
    return {
      ...sink,
      async finish() {
        sink.finish()
        await settleSegment(unit.segment)
      },
    }
  }

  const runOne = async (id: number, unit: WholeUnit, io: Io): Promise<'settled' | 'no-ranges'> => {
    const range = unit.kind === 'range' ? unit : segmentAt(unit.segment)
    const sink = openSink(unit)
    try {
      if ((await read(id, range, sink.push, io)) === 'whole-object') {
        sink.abandon()
        return 'no-ranges'
      }
      context.post({ kind: 'fetched', id })
      await sink.finish()
      return 'settled'
    } catch (error) {
      sink.abandon()
      throw error
    }
  }

  const inflate = async (index: number, io: Io) => {
    const segment = segmentAt(index)
    const pieces = piecesOf(manifest, segment)
    const sink = createUnpackSink({ disk, tree, pieces, tally, countsReceived: false, ref, makeFolderOf })
    const spooled = spoolFileOf(spool, fileOf(segment))
    try {
      await readFileRange(disk, spooled, 0, segment.endOffset - segment.startOffset, sink.push, io)
      sink.finish()
    } catch (error) {
      sink.abandon()
      if (error instanceof AppError && error.code === 'archive-damaged') {
        for (const piece of pieces) tally.received(piece.file, -piece.sizeBytes)
        disk.removeFile(spooled)
      }
      throw error
    }
    await settleSegment(index)
    disk.removeFile(spooled)
  }

  const copy = async (index: number, io: Io) => {
    const pieces = piecesOf(manifest, segmentAt(index))
    const sourceOf = ({ file, block }: Piece) => reusable.find(file, block)
    await copyPieces({ disk, tree, pieces, sourceOf, tally, ref, makeFolderOf }, io)
    await settleSegment(index, { isCopied: true })
  }

  const check = async (index: number, io: Io) => {
    const pieces = piecesOf(manifest, segmentAt(index))
    for (const piece of pieces) if (!(await isRight(piece, io))) throw wrong(piece)
    for (const piece of pieces) {
      tally.received(piece.file, piece.sizeBytes)
      tally.settled(piece.file, piece.sizeBytes)
    }
  }
  const isRight = async (piece: Piece, io: Io): Promise<boolean> => {
    const target = path.join(tree, ...piece.path.split('/'))
    if (piece.isWholeFile && disk.facts(target)?.sizeBytes !== piece.sizeBytes) return false
    const range = { offset: piece.fileOffset, length: piece.sizeBytes }
    return (await hashRange(disk, target, range, piece.checksum.algorithm, io)) === piece.checksum.hex
  }
  const wrong = (piece: { readonly path: string }) =>
    new AppError('archive-damaged', { ref, path: piece.path, reason: 'Its checksum is wrong.' })

  const checkRange = async (unit: Extract<Unit, { kind: 'check-range' }>, io: Io) => {
    const segment = segmentAt(unit.segment)
    const file = fileAt(manifest, fileOf(segment))
    const range = { offset: unit.startOffset - segment.startOffset, length: unit.endOffset - unit.startOffset }
    const hex = await hashRange(disk, spoolFileOf(spool, fileOf(segment)), range, 'sha256', io)
    if (hex !== unit.sha256) throw wrong(file)
    const sliceBytes = segment.endOffset - segment.startOffset
    const share = (offset: number) => Math.floor((file.sizeBytes * (offset - segment.startOffset)) / sliceBytes)
    tally.received(fileOf(segment), share(unit.endOffset) - share(unit.startOffset))
  }

  const checkArchive = async (io: Io) => {
    const hash = createHash('md5')
    await read(
      -1,
      { startOffset: 0, endOffset: manifest.archive.sizeBytes },
      async (chunk) => void hash.update(chunk),
      io,
    )
    if (hash.digest('hex') !== manifest.archive.md5)
      throw new AppError('archive-damaged', { ref, reason: 'The md5 of its archive is wrong.' })
  }

  const runWhole = async (id: number, units: readonly WholeUnit[], io: Io) => {
    if (store === undefined || source.kind !== 'store') throw new AppError('internal', { what: 'no store' })
    const parts = units.map((unit): WantedPart => {
      const { startOffset, endOffset } = unit.kind === 'range' ? unit : segmentAt(unit.segment)
      const open = () => {
        const sink = openSink(unit)
        const finish = async () => {
          await sink.finish()
          context.post({ kind: 'settled-part', unit })
        }
        return { ...sink, finish }
      }
      return { startOffset, endOffset, open }
    })
    const deps = { store, clock, random: Math.random, stallMs, onState: hear(id) }
    await fetchWhole(deps, source, parts, { ...io, onChunk: (bytes) => noteChunk(id, bytes) })
  }

  const run = async (id: number, unit: Unit, io: Io): Promise<'settled' | 'no-ranges'> => {
    switch (unit.kind) {
      case 'fetch':
      case 'range':
        return runOne(id, unit, io)
      case 'copy':
        await copy(unit.segment, io)
        return 'settled'
      case 'inflate':
        await inflate(unit.segment, io)
        return 'settled'
      case 'check':
        await check(unit.segment, io)
        return 'settled'
      case 'check-range':
        await checkRange(unit, io)
        return 'settled'
      case 'prove':
        await prover.prove(fileAt(manifest, unit.file), unit.toOffset, io)
        return 'settled'
      case 'archive-md5':
        await checkArchive(io)
        return 'settled'
      case 'seal':
        await sealTree(disk, tree, manifest, unit.metaBytes, io)
        return 'settled'
      case 'whole-object':
        await runWhole(id, unit.units, io)
        return 'settled'
      default:
        return assertNever(unit)
    }
  }

  const usesLine = (unit: Unit) =>
    source.kind === 'store' && (unit.kind === 'fetch' || unit.kind === 'range' || unit.kind === 'whole-object')
  const take = (id: number, unit: Unit): Promise<void> => {
    if (usesLine(unit)) lines.set(id, { state: 'moving', lastMs: clock.now() })
    return run(id, unit, { signal: context.signal })
      .then(
        (kind) => context.post({ kind, id }),
        (error: unknown) => context.post({ kind: 'failed', id, error: toWire(error) }),
      )
      .finally(() => lines.delete(id))
  }

  // ---------------------------------------------------------------- messages
  const running = new Set<Promise<void>>()
  context.signal.addEventListener('abort', () => end(), { once: true })
  if (context.signal.aborted) end()
  context.onMessage((message) => {
    switch (message.kind) {
      case 'unit': {
        const work = take(message.id, message.unit).finally(() => running.delete(work))
        running.add(work)
        return
      }
      case 'credentials':
      case 'no-credentials':
        return credentials?.hear(message)
      case 'end':
        return end()
      default:
        return assertNever(message)
    }
  })
  await ended
  await Promise.all(running)
  clearInterval(quiet)
  store?.close()
}

const fileOf = (segment: Segment): number => {
  if (segment.kind === 'files') throw new AppError('internal', { what: 'a segment of several files' })
  return segment.file
}

const readBytes = 1024 * 1024

async function readFileRange(
  disk: Disk,
  file: string,
  offset: number,
  lengthBytes: number,
  push: (chunk: Uint8Array) => Promise<void>,
  { signal }: Io,
): Promise<void> {
  const open = disk.open(file, 'read')
  try {
    const buffer = new Uint8Array(Math.min(readBytes, Math.max(1, lengthBytes)))
    for (let done = 0; done < lengthBytes; ) {
      if (signal.aborted) throw signal.reason ?? new AppError('cancelled', {})
      const chunk = buffer.subarray(0, Math.min(buffer.length, lengthBytes - done))
      const count = open.read(chunk, offset + done)
      // Shorter than it was: what reads it says so.
      if (count === 0) return
      await push(chunk.subarray(0, count))
      done += count
    }
  } finally {
    open.close()
  }
}
