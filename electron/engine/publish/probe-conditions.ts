import { randomUUID } from 'node:crypto'
import { isAppError, toWire } from '../../../shared/errors.ts'
import { isConditionRefused, isUnclear, type PublishContext } from './publish-context.ts'

/** Where what a store can is tried. */
export const probePrefix = 'orbital/probe/'
const staleMs = 10 * 60_000

/**
 * Finds out whether the store heeds `If-None-Match`: of two conditional PUTs of one key of its own, the second must be refused. Where it is
 * not, two people can overwrite each other, and a publish ends as unprotected. Its key goes at once; those that crashed publishers left go after 10 minutes.
 */
export async function probeConditions(context: PublishContext): Promise<void> {
  for (let attempt = 1; context.conditions === 'unknown'; attempt += 1) {
    const key = `${probePrefix}${randomUUID()}`
    try {
      context.conditions = await tryTwice(context, key)
    } finally {
      await context.store.delete(key, context.io).catch((error: unknown) => {
        context.task.log.write('warn', 'publish.probe', { key, ...toWire(error) })
      })
    }
    if (context.conditions === 'unknown') await context.backOff(attempt)
  }
}

async function tryTwice(context: PublishContext, key: string): Promise<PublishContext['conditions']> {
  const bytes = new TextEncoder().encode('Orbital tries whether this store keeps a key from being overwritten.\n')
  const put = () => context.store.put(key, bytes, { ...context.io, condition: { ifNoneMatch: '*' } })
  try {
    const { storeNowMs } = await put()
    await removeStale(context, key, storeNowMs)
    await put()
    return 'ignored'
  } catch (error) {
    // Also when the first one was refused, as the repetition of one whose answer was lost.
    if (isAppError(error, 'precondition-failed')) return 'heeded'
    if (isConditionRefused(error)) return 'ignored'
    if (isUnclear(error)) return 'unknown'
    throw error
  }
}

/** Who may not delete, or not list, can publish all the same. */
async function removeStale(context: PublishContext, own: string, storeNowMs: number): Promise<void> {
  const { store, io, task } = context
  try {
    for await (const page of store.list(probePrefix, io)) {
      for (const { key, modifiedMs } of page)
        if (key !== own && storeNowMs - modifiedMs > staleMs) await store.delete(key, io)
    }
    for (const { key, uploadId, startedMs } of await store.listUploads(probePrefix, io))
      if (storeNowMs - startedMs > staleMs) await store.abortUpload(key, uploadId, io)
  } catch (error) {
    if (isAppError(error, 'cancelled')) throw error
    task.log.write('warn', 'publish.probe-stale', toWire(error))
  }
}
