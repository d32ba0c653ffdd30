import { type AppError, fromWire, toAppError } from '../../../shared/errors.ts'
import type { Clock, CredentialsIo, Io, PlainCredentials } from '../ports.ts'
import { type LineState, phaseOf } from '../transfers/lines.ts'
import type { Phase } from '../transfers/transfer-runner.ts'
import { type RunningWorker, readyWorkers, startWorker } from '../workers/pool.ts'
import type { FromUnpack, ToUnpack, Unit, UnitWork, UnpackStart, WholeUnit } from '../workers/unpack.ts'
import { answerCredentials } from '../workers/worker-credentials.ts'
import { createRangeRates } from './slow-lines.ts'

/**
 * The workers of one install, and the units that they are given:
 *  1. Units wait in order; a worker with a free line gets the next one, but rather one of a file that it already has, and on which none of its
 *     lines is: a line that goes through a file in order has its checksum on the way, and two threads that write one file wait for each
 *     other in the system. A unit whose bytes are all there gives its line to the next before it is synced.
 *     The checksum of a split file is taken by the worker that has it, or by one beside those that write.
 *  2. A unit that settled may bring further ones (a large file's last range brings its unpacking). A failed one is given to `onFailed`: units
 *     to run in its place, or it throws and everything ends.
 *  3. A store that ignores ranges: what is left of fetching becomes one whole-object unit, once the lines are free.
 *  4. At the end, when no unit waits, the lines that are free may help those that trickle: the workers are told how many, and what is usual.
 *  5. An abort or a failure stops the workers; it rejects when their threads are gone.
 */
export interface CrewOptions extends Io {
  readonly clock: Pick<Clock, 'monotonic'>
  readonly start: UnpackStart
  readonly workers: number
  /** Lines to the store at present; may change while it runs. */
  lines(): number
  /** The large file that a unit writes. */
  fileOf(unit: Unit): number | undefined
  /** What its worker has to know for it. */
  workOf(unit: Unit): UnitWork
  /** For tests: another entry that runs the same function. */
  readonly entry?: URL | undefined
  credentials(io: CredentialsIo): Promise<PlainCredentials>
  onSettled(unit: Unit): readonly Unit[]
  onFailed(unit: Unit, error: AppError): readonly Unit[]
  onPhase(phase: Phase): void
}

type Worker = RunningWorker<void, FromUnpack, ToUnpack>
interface Member {
  readonly worker: Worker
  readonly running: Map<number, Unit>
  readonly lines: Map<number, LineState>
  /** Units whose bytes are all there, but not synced yet. */
  readonly finishing: Set<number>
  /** That it was told of. */
  tail: Tail
}
type Tail = Omit<Extract<ToUnpack, { readonly kind: 'tail' }>, 'kind'>

export async function runUnits(units: readonly Unit[], options: CrewOptions): Promise<void> {
  if (units.length === 0) return
  const waiting: Unit[] = [...units]
  const members: Member[] = []
  let lastId = 0
  let isWhole = false
  const stop = new AbortController()
  let finish: () => void = () => {}
  let failure: AppError | undefined
  const done = new Promise<void>((resolve) => {
    finish = resolve
  })
  const fail = (error: unknown) => {
    failure ??= toAppError(error)
    finish()
  }

  const onAbort = () => {
    stop.abort(options.signal.reason)
    fail(options.signal.reason)
  }
  options.signal.addEventListener('abort', onAbort, { once: true })
  if (options.signal.aborted) onAbort()

  const lineOf = (unit: Unit) => unit.kind === 'fetch' || unit.kind === 'range'
  const rates = createRangeRates(options.clock)
  const owners = new Map<number, Member>()
  /** The first that waits of those that fit best: a file of this member's that none of its lines is on, any of its files, others'. */
  const pick = (member: Member): Unit | undefined => {
    const onLine = new Set(
      [...member.running].flatMap(([id, unit]) => (member.finishing.has(id) ? [] : (options.fileOf(unit) ?? []))),
    )
    const misfit = (unit: Unit): number => {
      const file = options.fileOf(unit)
      if (file === undefined) return 0
      if ((owners.get(file) ?? member) !== member) return 2
      return onLine.has(file) ? 1 : 0
    }
    let best = 0
    let least = Number.POSITIVE_INFINITY
    for (let at = 0; at < waiting.length && least > 0; at += 1) {
      const found = misfit(waiting[at] as Unit)
      if (found >= least) continue
      least = found
      best = at
    }
    return waiting.splice(best, 1)[0]
  }
  const next = (member: Member): Unit | undefined => {
    if (!isWhole) return pick(member)
    const other = waiting.findIndex((unit) => !lineOf(unit))
    if (other >= 0) return waiting.splice(other, 1)[0]
    // 3
    const isFetching = members.some(({ running }) =>
      [...running.values()].some((each) => lineOf(each) || isWholeUnit(each)),
    )
    if (isFetching || waiting.length === 0) return undefined
    return { kind: 'whole-object', units: inArchiveOrder(waiting.splice(0) as WholeUnit[]) }
  }
  /** Segments are in archive order, ranges of one in theirs. */
  const inArchiveOrder = (found: readonly WholeUnit[]): readonly WholeUnit[] =>
    [...found].sort(
      (a, b) => a.segment - b.segment || (a.kind === 'range' && b.kind === 'range' ? a.startOffset - b.startOffset : 0),
    )

  // 1
  const busyOf = ({ running, finishing }: Member) => running.size - finishing.size
  const give = (member: Member, unit: Unit) => {
    lastId += 1
    member.running.set(lastId, unit)
    const file = options.fileOf(unit)
    if (file !== undefined && !owners.has(file)) owners.set(file, member)
    if (lineOf(unit) || isWholeUnit(unit)) member.lines.set(lastId, { kind: 'moving' })
    const work = options.workOf(unit)
    if (lineOf(unit)) rates.begin(lastId, bytesOf(unit, work))
    member.worker.post({ kind: 'unit', id: lastId, unit, work })
  }
  const fill = () => {
    const crew = members.filter((member) => member !== prover)
    const linesOfEach = Math.max(1, Math.ceil(options.lines() / crew.length))
    while (failure === undefined) {
      const member = crew
        .filter((each) => busyOf(each) < linesOfEach && each.finishing.size < mostFinishing)
        .sort((a, b) => busyOf(a) - busyOf(b))[0]
      const unit = member === undefined ? undefined : next(member)
      if (member === undefined || unit === undefined) break
      give(member, unit)
    }
    if (waiting.length === 0 && members.every(({ running }) => running.size === 0)) finish()
    tellTail()
  }
  // 4
  const tellTail = () => {
    if (failure !== undefined) return
    const isTail = waiting.length === 0 && !isWhole
    const usual = isTail ? rates.median() : undefined
    let free = isTail ? options.lines() - members.reduce((sum, { lines }) => sum + lines.size, 0) : 0
    for (const member of members) {
      const extraLines = Math.max(0, Math.min(free, member.lines.size))
      free -= extraLines
      const tail = extraLines === 0 ? noTail : { extraLines, usual }
      if (tail.extraLines === member.tail.extraLines && tail.usual === member.tail.usual) continue
      member.tail = tail
      member.worker.post({ kind: 'tail', ...tail })
    }
  }
  /** Checksums are taken at once, where their state is. */
  const take = (units: readonly Unit[], isFirst: boolean) => {
    const proofs = units.filter((unit) => unit.kind === 'prove')
    const others = proofs.length === 0 ? units : units.filter(({ kind }) => kind !== 'prove')
    if (isFirst) waiting.unshift(...others)
    else waiting.push(...others)
    for (const unit of proofs) {
      if (options.start.provesBeside) prover ??= join()
      const owner = prover ?? owners.get(unit.file) ?? members[0]
      if (owner !== undefined) give(owner, unit)
    }
  }
  const guard = (work: () => void) => {
    try {
      work()
    } catch (error) {
      fail(error)
    }
  }

  let told = ''
  const tellPhase = () => {
    const phase = phaseOf(members.flatMap(({ lines }) => [...lines.values()]))
    if (phase === undefined || JSON.stringify(phase) === told) return
    told = JSON.stringify(phase)
    options.onPhase(phase)
  }
  const settlePart = (member: Member, part: WholeUnit) => {
    for (const [id, unit] of member.running) {
      if (unit.kind !== 'whole-object') continue
      const left = unit.units.filter((each) => JSON.stringify(each) !== JSON.stringify(part))
      member.running.set(id, { ...unit, units: left })
    }
    take(options.onSettled(part), false)
    fill()
  }
  // 2
  const hear = (member: Member) => (message: FromUnpack) => {
    if (message.kind === 'credentials-wanted')
      return void answerCredentials(member.worker, options.credentials, { signal: stop.signal, renew: message.renew })
    if (message.kind === 'settled-part') return guard(() => settlePart(member, message.unit))
    if (message.kind === 'line') {
      member.lines.set(message.id, message.state)
      return tellPhase()
    }
    const unit = member.running.get(message.id)
    if (unit === undefined) return
    member.lines.delete(message.id)
    if (message.kind === 'fetched') {
      rates.end(message.id)
      member.finishing.add(message.id)
      return fill()
    }
    member.running.delete(message.id)
    member.finishing.delete(message.id)
    rates.cancel(message.id)
    guard(() => {
      if (message.kind === 'settled') take(options.onSettled(unit), true)
      else if (message.kind === 'no-ranges') {
        isWhole = true
        waiting.unshift(unit)
      } else take(options.onFailed(unit, fromWire(message.error)), false)
    })
    fill()
    tellPhase()
  }

  let prover: Member | undefined
  function join(): Member {
    const worker: Worker = startWorker<void, FromUnpack, ToUnpack>(options.entry ?? 'unpack', options.start, {
      signal: stop.signal,
      ...threadOptions,
    })
    const member: Member = { worker, running: new Map(), lines: new Map(), finishing: new Set(), tail: noTail }
    members.push(member)
    worker.onMessage(hear(member))
    worker.result.then(() => {}, fail)
    return member
  }
  const count = Math.max(1, Math.min(options.workers, units.length))
  for (let index = 0; index < count; index += 1) join()
  fill()
  await done
  options.signal.removeEventListener('abort', onAbort)
  // 5
  if (failure !== undefined) {
    await Promise.all(members.map(({ worker }) => worker.stop()))
    throw failure
  }
  for (const { worker } of members) worker.post({ kind: 'end' })
  await Promise.all(members.map(({ worker }) => worker.result))
}

/** They make little garbage. */
const threadOptions = { youngMebibytes: 4 }

/** Starts the threads of an install that is likely to begin soon. */
export const readyCrew = (workers: number): void => readyWorkers('unpack', workers, threadOptions)

/** So many of a worker's units may wait for the disk before it takes more. */
const mostFinishing = 8

const noTail: Tail = { extraLines: 0, usual: undefined }

const bytesOf = (unit: Unit, { segments }: UnitWork): number => {
  const range = unit.kind === 'range' ? unit : segments[0]
  return range === undefined ? 0 : range.endOffset - range.startOffset
}

const isWholeUnit = (unit: Unit): boolean => unit.kind === 'whole-object'
