import { create } from 'zustand'
import { type AppError, isAppError, toAppError } from '../../../shared/errors.ts'
import type { PublishFields, PublishPlan } from '../../../shared/model/plans.ts'
import { client } from '../../ipc/link.ts'
import { onPlanNews, type PlanNews } from '../../state/plans.ts'
import {
  currentPath,
  leavePath,
  onChosenAgain,
  replacePath,
  returnPath,
  usePublishQueue,
} from '../../state/publish-queue.ts'
import { useTransfers } from '../../state/transfers.ts'
import { nameOf, publishText } from '../../text/publish.ts'
import { showToast } from '../../ui/toast.tsx'
import { startTree } from './file-tree.ts'
import { newlyRunning } from './own-publishes.ts'
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
  /** Made here, so that what is said of the plan while it is made is heard. */
  readonly planId: string
  readonly fields: PublishFields
  /** Warnings that the person has decided on (`warningKey`). */
  readonly settled: ReadonlySet<string>
  /** Newest answer; typed text may be newer than it. */
  readonly plan?: PublishPlan
  /** Why there is no plan, or no newer one. */
  readonly failure?: AppError
  /** A newer plan is on its way: what the plan says of problems may be out of date. */
  readonly isReading: boolean
  /** Of a large folder: how many entries were seen so far. */
  readonly entryCount?: number
  readonly readMs?: number
  /** It is being written as a file. */
  readonly saving?: Saving
  /** Why the last file was not written. */
  readonly saveFailure?: AppError
}

export interface Saving {
  readonly stop: AbortController
  readonly written?: PlanNews['building']
}

interface DraftsState {
  readonly byPath: Readonly<Record<string, Draft>>
  /** `.sputnik` files that a person chose to publish (and not to install). */
  readonly toPublish: ReadonlySet<string>
  /** Publishes that were started or seen running since the window opened, newest last. */
  readonly startedIds: readonly string[]
  /** Paths of this round that were published, or left while they were in view, for "2 of 3 folders". */
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

/** Changes nothing where the path was left. */
export const changeDraft = (path: string, changes: Partial<Draft>): void =>
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
    planId: crypto.randomUUID(),
    fields: before?.fields ?? {},
    settled: before?.settled ?? new Set(),
    saving: before?.saving,
    saveFailure: before?.saveFailure,
    isReading: true,
  }
  leavePlan(before)
  useDrafts.setState(({ byPath }) => ({ byPath: { ...byPath, [path]: draft } }))
  ask(path, 0)
}

/** Its files are hashed no further. */
function leavePlan(draft: Draft | undefined): void {
  // A host that doesn't answer reads nothing, either.
  if (draft !== undefined) client.publish.forget({ planId: draft.planId }).catch(() => undefined)
}

/** Under another id: of the plan before it the engine would keep what it has read. */
export const readAgain = (path: string): void => {
  const draft = useDrafts.getState().byPath[path]
  if (draft === undefined) return
  leavePlan(draft)
  changeDraft(path, { failure: undefined, plan: undefined, planId: crypto.randomUUID() })
  ask(path, 0)
}

onChosenAgain(readAgain)

/** Changes what is typed; the plan follows after a short rest (`now`: at once). */
export function editDraft(path: string, edit: (fields: PublishFields) => PublishFields, { now = false } = {}): void {
  const draft = useDrafts.getState().byPath[path]
  if (draft === undefined) return
  changeDraft(path, { fields: edit(draft.fields) })
  ask(path, now ? 0 : typingRestMs)
}

export function settleWarning(path: string, key: string): void {
  const draft = useDrafts.getState().byPath[path]
  if (draft !== undefined) changeDraft(path, { settled: new Set([...draft.settled, key]) })
}

export const publishFile = (path: string): void =>
  useDrafts.setState(({ toPublish }) => ({ toPublish: new Set([...toPublish, path]) }))

function ask(path: string, afterMs: number): void {
  const running = readings.get(path)
  running?.abort.abort()
  clearTimeout(running?.timer)
  const abort = new AbortController()
  changeDraft(path, { isReading: true })
  const timer = setTimeout(() => void read(path, abort.signal), afterMs)
  readings.set(path, { abort, timer })
}

async function read(path: string, signal: AbortSignal): Promise<void> {
  const draft = useDrafts.getState().byPath[path]
  if (draft === undefined) return
  const startedMs = performance.now()
  follow(path, draft.planId)
  try {
    const plan = await planOf(draft, signal)
    if (signal.aborted) return
    const readMs = draft.readMs ?? performance.now() - startedMs
    changeDraft(path, { plan, failure: undefined, isReading: false, entryCount: undefined, readMs })
  } catch (error) {
    if (signal.aborted) return
    // Its files are others by now than those that were to follow.
    if (isAppError(error, 'plan-not-found')) ask(path, 0)
    else changeDraft(path, { failure: toAppError(error), isReading: false, entryCount: undefined })
  }
}

/** So many files at a time: a long list neither stalls the engine nor the window. */
const pieceCount = 2000

/** The list of files crosses once, in pieces; while it is the same, typing is answered without it. */
async function planOf(
  { path, connectionId, planId, fields, plan: earlier }: Draft,
  signal: AbortSignal,
): Promise<PublishPlan> {
  const plan = await client.publish.plan(
    {
      path,
      connectionId,
      planId,
      fields: fields as Parameters<typeof client.publish.plan>[0]['fields'],
      filesAtMost: pieceCount,
      ...(earlier === undefined ? {} : { knownFilesTag: earlier.filesTag }),
    },
    { signal },
  )
  const { filesTag, fileCount, leftOutCount } = plan
  if (filesTag === earlier?.filesTag) return { ...plan, files: earlier.files, leftOut: earlier.leftOut }
  const files = [...plan.files]
  const tree = startTree()
  tree.add(files)
  const leftOut = [...plan.leftOut]
  for (let from = pieceCount; from < Math.max(fileCount, leftOutCount); from += pieceCount) {
    const piece = await client.publish.files({ planId, filesTag, from, count: pieceCount }, { signal })
    files.push(...piece.files)
    tree.add(piece.files)
    leftOut.push(...piece.leftOut)
  }
  tree.finish(files)
  return { ...plan, files, leftOut }
}

function follow(path: string, planId: string): void {
  unsubscribers.get(path)?.()
  unsubscribers.set(
    path,
    onPlanNews(planId, ({ entryCount, building }) => {
      if (building !== undefined) return
      if (entryCount === undefined) ask(path, 0)
      else changeDraft(path, { entryCount })
    }),
  )
}

/** The draft once nothing of it is being read any more; undefined when it was dropped. */
export function whenRead(path: string): Promise<Draft | undefined> {
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
  useDrafts.setState(({ startedIds }) => ({ startedIds: [...new Set([...startedIds, transferId])] }))
  dropDraft(path, { isPublished: true })
  return true
}

/** Publishes that this window has seen running, also those of an earlier run that go on: their end is shown here. */
useTransfers.subscribe((known) => {
  const { startedIds } = useDrafts.getState()
  const running = newlyRunning(known, startedIds)
  if (running.length > 0) useDrafts.setState({ startedIds: [...startedIds, ...running] })
})

/** The end page is done with a transfer. */
export const forgetStarted = (transferId: string): void =>
  useDrafts.setState(({ startedIds }) => ({ startedIds: startedIds.filter((id) => id !== transferId) }))

/** Forgets a path: published, or left. */
export function dropDraft(path: string, { isPublished = false } = {}): void {
  const counts = isPublished || currentPath(usePublishQueue.getState()) === path
  forget(path)
  if (counts) useDrafts.setState(({ handled }) => ({ handled: handled + 1 }))
  leavePath(path)
}

/** Leaves a path without publishing it. What was typed for it can be brought back. */
export function leaveDraft(path: string): void {
  const bringBack = remember(path)
  dropDraft(path)
  offerUndo(path, bringBack)
}

/** Others are looked at in the place of a path. What was typed for it can be brought back. */
export function replaceDraft(path: string, others: readonly string[]): void {
  const isLeft = !others.includes(path)
  const bringBack = isLeft ? remember(path) : undefined
  if (isLeft) forget(path)
  replacePath(path, others)
  offerUndo(path, bringBack)
}

const offerUndo = (path: string, bringBack: (() => void) | undefined): void => {
  if (bringBack !== undefined) showToast({ text: publishText.left(nameOf(path)), undo: bringBack })
}

const isTouched = ({ fields, settled }: Draft): boolean => Object.keys(fields).length > 0 || settled.size > 0

/** Puts a path back with its draft, as they are now, unless something else was typed for it since; undefined where nothing was typed or decided. */
function remember(path: string): (() => void) | undefined {
  const { byPath, handled, toPublish } = useDrafts.getState()
  const draft = byPath[path]
  if (draft === undefined || !isTouched(draft)) return undefined
  const at = usePublishQueue.getState().paths.indexOf(path)
  return () => {
    const since = useDrafts.getState().byPath[path]
    if (since !== undefined && isTouched(since)) return returnPath(path, at)
    const again: Draft = { ...draft, planId: crypto.randomUUID(), saving: undefined, isReading: true }
    useDrafts.setState((state) => ({
      byPath: { ...state.byPath, [path]: again },
      toPublish: toPublish.has(path) ? new Set([...state.toPublish, path]) : state.toPublish,
      handled: Math.min(state.handled, handled),
    }))
    returnPath(path, at)
    ask(path, 0)
  }
}

/** A file that is being written of it is not made. */
function forget(path: string): void {
  const draft = useDrafts.getState().byPath[path]
  draft?.saving?.stop.abort()
  readings.get(path)?.abort.abort()
  clearTimeout(readings.get(path)?.timer)
  readings.delete(path)
  unsubscribers.get(path)?.()
  unsubscribers.delete(path)
  leavePlan(draft)
  useDrafts.setState(({ byPath, toPublish }) => {
    const { [path]: _dropped, ...others } = byPath
    return { byPath: others, toPublish: new Set([...toPublish].filter((each) => each !== path)) }
  })
}

export const startRound = (): void => useDrafts.setState({ handled: 0 })
