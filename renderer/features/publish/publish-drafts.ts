import { create } from 'zustand'
import { type AppError, isAppError, toAppError } from '../../../shared/errors.ts'
import type { PublishFields, PublishPlan } from '../../../shared/model/plans.ts'
import { client } from '../../ipc/link.ts'
import { onPlanRefined } from '../../state/plans.ts'
import { leavePath } from '../../state/publish-queue.ts'
import { blockers } from './publish-draft.ts'

/**
 * What a person is about to publish, by path. It outlives the page, so that nothing typed is lost by looking elsewhere.
 *
 *  1. A path is opened: the engine reads it and answers a plan.
 *  2. Something is typed: after a short rest the plan is asked for again with everything typed so far; the latest question wins.
 *  3. The engine learns more (hashes): the plan is asked for again.
 *  4. Publish: the plan on screen is started as it is.
 */
export interface Draft {
  readonly path: string
  readonly connectionId: string
  readonly fields: PublishFields
  /** Warnings that the person has decided on (`warningKey`). */
  readonly settled: ReadonlySet<string>
  /** Newest answer; typed text may be newer than it. */
  readonly plan?: PublishPlan
  /** Why there is no plan, or no newer one. */
  readonly failure?: AppError
  /** A newer plan is on its way: what the plan says of problems may be out of date. */
  readonly isReading: boolean
  readonly readMs?: number
}

interface DraftsState {
  readonly byPath: Readonly<Record<string, Draft>>
  /** `.sputnik` files that a person chose to publish (and not to install). */
  readonly toPublish: ReadonlySet<string>
  /** Transfers that were started from here since the window opened, newest last. */
  readonly startedIds: readonly string[]
  /** Paths of this round that are done with, for "2 of 3 folders". */
  readonly handled: number
}

export const useDrafts = create<DraftsState>(() => ({
  byPath: {},
  toPublish: new Set<string>(),
  startedIds: [],
  handled: 0,
}))

const typingRestMs = 250

interface Reading {
  readonly abort: AbortController
  readonly timer?: ReturnType<typeof setTimeout>
}
const readings = new Map<string, Reading>()
const unsubscribers = new Map<string, () => void>()

const change = (path: string, changes: Partial<Draft>): void =>
  useDrafts.setState(({ byPath }) => {
    const draft = byPath[path]
    return draft === undefined ? {} : { byPath: { ...byPath, [path]: { ...draft, ...changes } } }
  })

/** Reads a path for a connection, unless that is done or under way. Going to another connection keeps what was typed. */
export function openDraft(path: string, connectionId: string): void {
  const before = useDrafts.getState().byPath[path]
  if (before?.connectionId === connectionId) return
  const draft: Draft = {
    path,
    connectionId,
    fields: before?.fields ?? {},
    settled: before?.settled ?? new Set(),
    isReading: true,
  }
  useDrafts.setState(({ byPath }) => ({ byPath: { ...byPath, [path]: draft } }))
  ask(path, 0)
}

export const readAgain = (path: string): void => {
  change(path, { failure: undefined, plan: undefined })
  ask(path, 0)
}

/** Changes what is typed; the plan follows after a short rest (`now`: at once). */
export function editDraft(path: string, edit: (fields: PublishFields) => PublishFields, { now = false } = {}): void {
  const draft = useDrafts.getState().byPath[path]
  if (draft === undefined) return
  change(path, { fields: edit(draft.fields) })
  ask(path, now ? 0 : typingRestMs)
}

export function settleWarning(path: string, key: string): void {
  const draft = useDrafts.getState().byPath[path]
  if (draft !== undefined) change(path, { settled: new Set([...draft.settled, key]) })
}

export const publishFile = (path: string): void =>
  useDrafts.setState(({ toPublish }) => ({ toPublish: new Set([...toPublish, path]) }))

function ask(path: string, afterMs: number): void {
  const running = readings.get(path)
  running?.abort.abort()
  clearTimeout(running?.timer)
  const abort = new AbortController()
  change(path, { isReading: true })
  const timer = setTimeout(() => void read(path, abort.signal), afterMs)
  readings.set(path, { abort, timer })
}

async function read(path: string, signal: AbortSignal): Promise<void> {
  const draft = useDrafts.getState().byPath[path]
  if (draft === undefined) return
  const { connectionId, fields, plan: earlier } = draft
  const startedMs = performance.now()
  try {
    const plan = await planOf(path, connectionId, fields, earlier?.planId, signal)
    if (signal.aborted) return
    follow(path, plan.planId)
    const readMs = draft.readMs ?? performance.now() - startedMs
    change(path, { plan, failure: undefined, isReading: false, readMs })
  } catch (error) {
    if (!signal.aborted) change(path, { failure: toAppError(error), isReading: false })
  }
}

async function planOf(
  path: string,
  connectionId: string,
  fields: PublishFields,
  planId: string | undefined,
  signal: AbortSignal,
): Promise<PublishPlan> {
  const input = { path, connectionId, fields: fields as Parameters<typeof client.publish.plan>[0]['fields'] }
  try {
    return await client.publish.plan(planId === undefined ? input : { ...input, planId }, { signal })
  } catch (error) {
    // The engine forgets old plans; the folder is read anew.
    if (planId === undefined || !isAppError(error, 'plan-not-found')) throw error
    return client.publish.plan(input, { signal })
  }
}

function follow(path: string, planId: string): void {
  unsubscribers.get(path)?.()
  unsubscribers.set(
    path,
    onPlanRefined(planId, () => ask(path, 0)),
  )
}

/** The draft once nothing of it is being read any more; undefined when it was dropped. */
function whenRead(path: string): Promise<Draft | undefined> {
  return new Promise((resolve) => {
    const check = (): boolean => {
      const draft = useDrafts.getState().byPath[path]
      if (draft?.isReading === true) return false
      resolve(draft)
      return true
    }
    if (check()) return
    const stop = useDrafts.subscribe(() => {
      if (check()) stop()
    })
  })
}

/** Starts the plan on screen, with everything typed in it. Answers false when something must be settled first. Rejects with AppError; then the draft stays. */
export async function startDraft(path: string): Promise<boolean> {
  const draft = await whenRead(path)
  if (draft?.plan === undefined || draft.failure !== undefined || blockers(draft.plan, draft.settled).length > 0)
    return false
  const { transferId } = await client.publish.start({ planId: draft.plan.planId })
  useDrafts.setState(({ startedIds }) => ({ startedIds: [...startedIds, transferId] }))
  dropDraft(path)
  return true
}

/** The end page is done with a transfer. */
export const forgetStarted = (transferId: string): void =>
  useDrafts.setState(({ startedIds }) => ({ startedIds: startedIds.filter((id) => id !== transferId) }))

/** Forgets a path: published, or left. */
export function dropDraft(path: string): void {
  readings.get(path)?.abort.abort()
  clearTimeout(readings.get(path)?.timer)
  readings.delete(path)
  unsubscribers.get(path)?.()
  unsubscribers.delete(path)
  useDrafts.setState(({ byPath, handled }) => {
    const { [path]: _dropped, ...others } = byPath
    return { byPath: others, handled: handled + 1 }
  })
  leavePath(path)
}

export const startRound = (): void => useDrafts.setState({ handled: 0 })
