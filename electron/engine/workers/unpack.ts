import { createHash, randomUUID } from 'node:crypto'
import path from 'node:path'
import { AppError, assertNever, toWire } from '../../../shared/errors.ts'
import { copyPieces } from '../install/copy-pieces.ts'
import {
  type FetchDeps,
  type FetchState,
  fetchRange,
  fetchWhole,
  type Hastener,
  type WantedPart,
} from '../install/fetch-range.ts'
import { createFileProver } from '../install/prove-file.ts'
import { sealTree } from '../install/seal-tree.ts'
import type { Piece } from '../install/segment-pieces.ts'
import { createSlowLines } from '../install/slow-lines.ts'
import { createSpoolSink, spoolFileOf } from '../install/spool-sink.ts'
import { createStagedSyncs } from '../install/staged-syncs.ts'
import { createTally } from '../install/tally.ts'
import { createUnpackSink } from '../install/unpack-sink.ts'
import { requireFolders } from '../library/places.ts'
import { hashRange, leadsThroughLink } from '../library/verify.ts'
import type { RangeReader } from '../object-store/lean-reader.ts'
import type { Clock, CredentialsIo, Disk, Io, PlainCredentials, StoreSpec } from '../ports.ts'
import { createJournal } from '../transfers/journal.ts'
import type { LineState } from '../transfers/lines.ts'
import { createRateLimit } from '../transfers/rate-limit.ts'
import type { Journal } from '../transfers/transfer-runner.ts'
import { readFileRange } from './read-file-range.ts'
import type { WorkerContext } from './serve.ts'
import type {
  FromUnpack,
  SegmentWork,
  SettledRecord,
  ToUnpack,
  Unit,
  UnitWork,
  UnpackStart,
  WholeFile,
  WholeUnit,
} from './unpack-messages.ts'
import { createCredentialsAsker } from './worker-credentials.ts'

export type * from './unpack-messages.ts'

/**
 * What an unpack worker does: units, several at a time, each of them one of
 *  - fetch: a segment from the store (or the `.sputnik` file) into staged files;
 *  - copy: a segment from files that are installed already, hashed on the way;
 *  - range: 8 MiB of a large unsplit file into the spool, synced;
 *  - inflate: such a file from the spool into its staged file, once all its ranges are there;
 *  - check, check-range: whether what an earlier run settled is still right;
 *  - prove: a split file's own checksum, up to where it is there;  archive-md5: a `.sputnik`'s;
 *  - seal: meta.json, when all files are there, and everything synced;
 *  - whole-object: fetch and range units out of one stream, for stores that ignore ranges.
 * A unit that settled is in the worker's own journal before it is told; so a kill costs only the units under way. What is in the journal is
 * hashed again before it is trusted, so that nothing need be durable when it is noted: large files are synced meanwhile, all are by `seal`.
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
  const { source, tree, spool, ref, stallMs, quietMs } = context.data
  const tally = createTally(context.data.counters)
  const lines = new Map<number, { state: LineState['kind']; lastMs: number; hastener?: Hastener }>()
  const slowLines = createSlowLines(clock)
  let tail: Omit<Extract<ToUnpack, { kind: 'tail' }>, 'kind'> = { extraLines: 0, usual: undefined }
  const limit = createRateLimit(context.data.limit, clock)
  /** Of which something came. */
  const files = new Map<number, WholeFile>()
  const prover = createFileProver(disk, tree, (index) => given(files.get(index)), ref)
  const stagedSyncs = createStagedSyncs(disk, tree)
  const folders = new Set<string>()
  const makeFolderOf = (target: string) => ensureFolder(path.dirname(target))
  /** What an earlier run left may be anybody's: nothing is written through a link. */
  const ensureFolder = (folder: string) => {
    if (folders.has(folder)) return
    if (folder.length > tree.length) ensureFolder(path.dirname(folder))
    requireFolders(disk, [folder])
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
  const settleSegment = ({ segment, file, pieces }: SegmentWork, how: { readonly isCopied?: true } = {}) => {
    settle({ kind: 'segment', segment, ...how })
    if (file !== undefined) stagedSyncs.wrote(file.path, unpackedBytesOf(pieces))
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
  const hasten = setInterval(() => {
    const racing = [...lines.values()].filter(({ hastener }) => hastener?.isRacing()).length
    // What is limited is slow because of that.
    const free = limit.isSet() ? 0 : Math.max(0, tail.extraLines - racing)
    for (const id of slowLines.look(tail.usual, free)) lines.get(id)?.hastener?.hasten()
  }, 1000)

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
    const take = async (chunk: Uint8Array) => {
      noteChunk(id, chunk.length)
      slowLines.came(id, chunk.length)
      await limit.take(chunk.length, io)
      return push(chunk)
    }
    const deps: FetchDeps = {
      ...{ store, clock, random: Math.random, stallMs, onState: hear(id) },
      onHastener(hastener) {
        const line = lines.get(id)
        if (line !== undefined) line.hastener = hastener
      },
      onPassedOver(bytes) {
        tally.wire(bytes)
        return limit.take(bytes, io)
      },
    }
    slowLines.begin(id, endOffset - startOffset)
    return fetchRange(deps, { key, etag, startOffset, endOffset }, take, io).finally(() => slowLines.end(id))
  }
  const noteChunk = (id: number, bytes: number) => {
    tally.wire(bytes)
    const line = lines.get(id)
    if (line !== undefined) line.lastMs = clock.now()
    say(id, { kind: 'moving' })
  }

  // ---------------------------------------------------------------- units
  const openSink = (unit: WholeUnit, work: SegmentWork) => {
    if (unit.kind === 'range') {
      const sink = createSpoolSink({ disk, spool, piece: onlyPieceOf(work), range: unit, tally })
      return { ...sink, finish: async () => settle({ ...unit, sha256: await sink.finish() }) }
    }
    const sink = createUnpackSink({
      disk,
      tree,
      pieces: work.pieces,
      tally,
      countsReceived: true,
      ref,
      prover: context.data.provesBeside ? undefined : prover,
      makeFolderOf,
    })
    return {
      ...sink,
      async finish() {
        sink.finish()
        settleSegment(work)
      },
    }
  }

  const runOne = async (id: number, unit: WholeUnit, work: SegmentWork, io: Io): Promise<'settled' | 'no-ranges'> => {
    const range = unit.kind === 'range' ? unit : work
    const sink = openSink(unit, work)
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

  const inflate = async (work: SegmentWork, io: Io) => {
    const { pieces, startOffset, endOffset } = work
    const sink = createUnpackSink({ disk, tree, pieces, tally, countsReceived: false, ref, makeFolderOf })
    const spooled = spoolFileOf(spool, onlyPieceOf(work).file)
    try {
      await readFileRange(disk, spooled, 0, endOffset - startOffset, sink.push, io)
      sink.finish()
    } catch (error) {
      sink.abandon()
      if (error instanceof AppError && error.code === 'archive-damaged') {
        for (const piece of pieces) tally.received(piece.file, -piece.sizeBytes)
        disk.removeFile(spooled)
      }
      throw error
    }
    settleSegment(work)
    disk.removeFile(spooled)
  }

  const copy = async (work: SegmentWork, io: Io) => {
    const { pieces, sources = [] } = work
    const sourcesOf = new Map(pieces.map((piece, at) => [piece, sources[at]]))
    const sourceOf = (piece: Piece) => sourcesOf.get(piece)
    await copyPieces({ disk, tree, pieces, sourceOf, tally, ref, makeFolderOf }, io)
    settleSegment(work, { isCopied: true })
  }

  const check = async ({ pieces }: SegmentWork, io: Io) => {
    for (const piece of pieces) if (!(await isRight(piece, io))) throw wrong(piece)
    for (const piece of pieces) {
      tally.kept(piece.sizeBytes)
      tally.received(piece.file, piece.sizeBytes)
      tally.settled(piece.file, piece.sizeBytes)
    }
  }
  const isRight = async (piece: Piece, io: Io): Promise<boolean> => {
    const target = path.join(tree, ...piece.path.split('/'))
    const facts = disk.facts(target)
    if (facts?.kind !== 'file' || leadsThroughLink(disk, tree, piece.path)) return false
    if (piece.isWholeFile && facts.sizeBytes !== piece.sizeBytes) return false
    const range = { offset: piece.fileOffset, length: piece.sizeBytes }
    return (await hashRange(disk, target, range, piece.checksum.algorithm, io)) === piece.checksum.hex
  }
  const wrong = (piece: { readonly path: string }) =>
    new AppError('archive-damaged', { ref, path: piece.path, reason: 'Its checksum is wrong.' })

  const checkRange = async (unit: Extract<Unit, { kind: 'check-range' }>, work: SegmentWork, io: Io) => {
    const { file, path: filePath, sizeBytes, startOffset, endOffset } = onlyPieceOf(work)
    const range = { offset: unit.startOffset - startOffset, length: unit.endOffset - unit.startOffset }
    const hex = await hashRange(disk, spoolFileOf(spool, file), range, 'sha256', io)
    if (hex !== unit.sha256) throw wrong({ path: filePath })
    const share = (offset: number) => Math.floor((sizeBytes * (offset - startOffset)) / (endOffset - startOffset))
    const bytes = share(unit.endOffset) - share(unit.startOffset)
    tally.kept(bytes)
    tally.received(file, bytes)
  }

  const checkArchive = async ({ md5, sizeBytes }: Extract<Unit, { kind: 'archive-md5' }>, io: Io) => {
    const hash = createHash('md5')
    await read(-1, { startOffset: 0, endOffset: sizeBytes }, async (chunk) => void hash.update(chunk), io)
    if (hash.digest('hex') !== md5)
      throw new AppError('archive-damaged', { ref, reason: 'The md5 of its archive is wrong.' })
  }

  const runWhole = async (id: number, units: readonly WholeUnit[], work: UnitWork, io: Io) => {
    if (store === undefined || source.kind !== 'store') throw new AppError('internal', { what: 'no store' })
    const works = new Map(work.segments.map((each) => [each.segment, each]))
    const parts = units.map((unit): WantedPart => {
      const segment = given(works.get(unit.segment))
      const { startOffset, endOffset } = unit.kind === 'range' ? unit : segment
      const open = () => {
        const sink = openSink(unit, segment)
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

  const run = async (id: number, unit: Unit, work: UnitWork, io: Io): Promise<'settled' | 'no-ranges'> => {
    const segment = () => given(work.segments[0])
    switch (unit.kind) {
      case 'fetch':
      case 'range':
        return runOne(id, unit, segment(), io)
      case 'copy':
        await copy(segment(), io)
        return 'settled'
      case 'inflate':
        await inflate(segment(), io)
        return 'settled'
      case 'check':
        await check(segment(), io)
        return 'settled'
      case 'check-range':
        await checkRange(unit, segment(), io)
        return 'settled'
      case 'prove':
        await prover.prove(unit.file, unit.toOffset, io)
        return 'settled'
      case 'archive-md5':
        await checkArchive(unit, io)
        return 'settled'
      case 'seal':
        await sealTree(disk, tree, unit, io)
        return 'settled'
      case 'whole-object':
        await runWhole(id, unit.units, work, io)
        return 'settled'
      default:
        return assertNever(unit)
    }
  }

  const usesLine = (unit: Unit) =>
    source.kind === 'store' && (unit.kind === 'fetch' || unit.kind === 'range' || unit.kind === 'whole-object')
  const take = (id: number, unit: Unit, work: UnitWork): Promise<void> => {
    for (const { file } of [work, ...work.segments]) if (file !== undefined) files.set(file.index, file)
    if (usesLine(unit)) lines.set(id, { state: 'moving', lastMs: clock.now() })
    return run(id, unit, work, { signal: context.signal })
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
        const taken = take(message.id, message.unit, message.work).finally(() => running.delete(taken))
        running.add(taken)
        return
      }
      case 'tail':
        tail = message
        return
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
  clearInterval(hasten)
  store?.close()
  await stagedSyncs.settled()
}

/** What came with the unit. */
function given<T>(found: T | undefined): T {
  if (found === undefined) throw new AppError('internal', { what: 'a unit that says too little' })
  return found
}
const onlyPieceOf = ({ pieces }: SegmentWork): Piece => given(pieces[0])
const unpackedBytesOf = (pieces: readonly Piece[]): number => pieces.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
