import { type AppError, fromWire, toAppError, toWire } from '../../../shared/errors.ts'
import type { CredentialsIo, Io, PlainCredentials } from '../ports.ts'
import type { Phase } from '../transfers/transfer-runner.ts'
import { type RunningWorker, startWorker } from '../workers/pool.ts'
import type { FromUnpack, LineState, ToUnpack, Unit, UnpackStart, WholeUnit } from '../workers/unpack.ts'

/**
 * The workers of one install, and the units that they are given:
 *  1. Units wait in order; a worker with a free line gets the next one.
 *  2. A unit that settled may bring further ones (a large file's last range brings its unpacking). A failed one is given to `onFailed`: units
 *     to run in its place, or it throws and everything ends.
 *  3. A store that ignores ranges: what is left of fetching becomes one whole-object unit, once the lines are free.
 *  4. An abort or a failure stops the workers; it rejects when their threads are gone.
 */
export interface CrewOptions extends Io {
  readonly start: UnpackStart
  readonly workers: number
  readonly linesPerWorker: number
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
}

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
  const next = (): Unit | undefined => {
    if (!isWhole) return waiting.shift()
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
  const fill = () => {
    for (;;) {
      const member = members
        .filter(({ running }) => running.size < options.linesPerWorker)
        .sort((a, b) => a.running.size - b.running.size)[0]
      const unit = member === undefined || failure !== undefined ? undefined : next()
      if (member === undefined || unit === undefined) break
      lastId += 1
      member.running.set(lastId, unit)
      if (lineOf(unit) || isWholeUnit(unit)) member.lines.set(lastId, { kind: 'moving' })
      member.worker.post({ kind: 'unit', id: lastId, unit })
    }
    if (waiting.length === 0 && members.every(({ running }) => running.size === 0)) finish()
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
  const answerCredentials = async (worker: Worker, renew: boolean) => {
    try {
      worker.post({
        kind: 'credentials',
        credentials: await options.credentials({ signal: stop.signal, renew }),
        renew,
      })
    } catch (error) {
      worker.post({ kind: 'no-credentials', error: toWire(error) })
    }
  }
  const settlePart = (member: Member, part: WholeUnit) => {
    for (const [id, unit] of member.running) {
      if (unit.kind !== 'whole-object') continue
      const left = unit.units.filter((each) => JSON.stringify(each) !== JSON.stringify(part))
      member.running.set(id, { ...unit, units: left })
    }
    waiting.push(...options.onSettled(part))
    fill()
  }
  // 2
  const hear = (member: Member) => (message: FromUnpack) => {
    if (message.kind === 'credentials-wanted') return void answerCredentials(member.worker, message.renew)
    if (message.kind === 'settled-part') return guard(() => settlePart(member, message.unit))
    if (message.kind === 'line') {
      member.lines.set(message.id, message.state)
      return tellPhase()
    }
    const unit = member.running.get(message.id)
    if (unit === undefined) return
    member.running.delete(message.id)
    member.lines.delete(message.id)
    guard(() => {
      if (message.kind === 'settled') waiting.unshift(...options.onSettled(unit))
      else if (message.kind === 'no-ranges') {
        isWhole = true
        waiting.unshift(unit)
      } else waiting.push(...options.onFailed(unit, fromWire(message.error)))
    })
    fill()
    tellPhase()
  }

  const count = Math.max(1, Math.min(options.workers, units.length))
  for (let index = 0; index < count; index += 1) {
    const worker: Worker = startWorker<void, FromUnpack, ToUnpack>(options.entry ?? 'unpack', options.start, {
      signal: stop.signal,
    })
    const member: Member = { worker, running: new Map(), lines: new Map() }
    members.push(member)
    worker.onMessage(hear(member))
    worker.result.then(() => {}, fail)
  }
  fill()
  await done
  options.signal.removeEventListener('abort', onAbort)
  // 4
  if (failure !== undefined) {
    await Promise.all(members.map(({ worker }) => worker.stop()))
    throw failure
  }
  for (const { worker } of members) worker.post({ kind: 'end' })
  await Promise.all(members.map(({ worker }) => worker.result))
}

const isWholeUnit = (unit: Unit): boolean => unit.kind === 'whole-object'

/** One line that moves is enough; else the soonest next try; else how long nothing came. */
function phaseOf(states: readonly LineState[]): Phase | undefined {
  if (states.length === 0) return undefined
  if (states.some(({ kind }) => kind === 'moving')) return { kind: 'transferring' }
  const tries = states.flatMap((state) => (state.kind === 'reconnecting' ? [state] : []))
  const soonest = tries.sort((a, b) => a.nextTryAtMs - b.nextTryAtMs)[0]
  if (soonest !== undefined) return { kind: 'reconnecting', attempt: soonest.attempt, nextTryAtMs: soonest.nextTryAtMs }
  const since = states.flatMap((state) => (state.kind === 'stalled' ? [state.sinceMs] : []))
  return { kind: 'stalled', sinceMs: Math.min(...since) }
}
