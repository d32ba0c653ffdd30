import { type AppError, fromWire } from '../../../shared/errors.ts'
import type { InstallPlan } from '../../../shared/model/plans.ts'
import { client } from '../../ipc/link.ts'
import type { Update } from './installed-actions.ts'

/** One update with its price, or why it can't be had now. */
export interface PlannedUpdate {
  readonly update: Update
  readonly plan?: InstallPlan
  readonly failure?: AppError
}

export interface UpdateCost {
  readonly downloadBytes: number
  readonly reusedBytes: number
  readonly freeBytes: number
  /** Of the volume, when all of them are done and the trash is not emptied. */
  readonly freeAfterBytes: number
  /** More than is free while they are installed one after the other; 0 when they fit. */
  readonly missingBytes: number
}

/** What all of them cost together, one after the other in this order. Pure. */
export function costOf(plans: readonly InstallPlan[]): UpdateCost {
  const freeBytes = plans[0]?.freeBytes ?? 0
  let left = freeBytes
  let missingBytes = 0
  for (const plan of plans) {
    missingBytes = Math.max(missingBytes, plan.neededBytes - left)
    left -= plan.freeBytes - plan.freeAfterBytes
  }
  return {
    downloadBytes: plans.reduce((sum, plan) => sum + plan.downloadBytes, 0),
    reusedBytes: plans.reduce((sum, plan) => sum + plan.reusedBytes, 0),
    freeBytes,
    freeAfterBytes: left,
    missingBytes,
  }
}

const perCall = 200

/** Asks for every price, and tells of how many it knows; one that fails doesn't keep the others from being asked. Rejects when the engine doesn't answer. */
export async function planUpdates(
  updates: readonly Update[],
  onPlanned: (count: number) => void,
  signal: AbortSignal,
): Promise<readonly PlannedUpdate[]> {
  const planned: PlannedUpdate[] = []
  for (let at = 0; at < updates.length; at += perCall) {
    const those = updates.slice(at, at + perCall)
    const questions = those.map(({ connectionId, libraryId, name, version }) => {
      const source = { connectionId, ref: { name, version } }
      return { source, libraryId, upgrade: true }
    })
    const answers = await client.install.planEach({ questions }, { signal })
    for (const [index, update] of those.entries()) {
      const { plan, error } = answers[index] ?? {}
      planned.push({ update, plan, ...(error === undefined ? {} : { failure: fromWire(error) }) })
    }
    onPlanned(planned.length)
  }
  return planned
}

/** Queues all that have a plan. One that can't start doesn't keep the others from it; the first error is thrown at the end. */
export async function startUpdates(plans: readonly InstallPlan[]): Promise<void> {
  let failure: unknown
  for (const { planId, verdict } of plans) {
    try {
      await client.install.start({ planId, ignoreCompatibility: verdict === 'not-stated' })
    } catch (error) {
      failure ??= error
    }
  }
  if (failure !== undefined) throw failure
}
