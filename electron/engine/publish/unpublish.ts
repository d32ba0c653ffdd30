import { AppError, isAppError, toWire } from '../../../shared/errors.ts'
import type { PackageRef } from '../../../shared/model/package.ts'
import { specOf } from '../../../shared/model/package-ref.ts'
import type { Io, Log, ObjectStore, OpenConnection } from '../ports.ts'
import { abortUploads, deleteSeals } from './left-behind.ts'
import { headIfThere, isConditionRefused, readIfThere } from './publish-context.ts'
import { type PublishKeys, publishKeys } from './publish-keys.ts'

/**
 * Takes a published version back, for good: its number can't be used again. The one exception from "what is published never changes".
 *  1. Look: is there anything of it, or a withdrawal? Neither → `package-not-found`.
 *  2. PUT `orbital/withdrawn/<ident>.json` {by, when, why}, `If-None-Match: *`. From here on no Orbital lists, installs or publishes it, whatever
 *     else is found. There already → the first one stays.
 *  3. DELETE `meta.json`: from here on old tools don't list it either.
 *  4. DELETE `archive.gz`.
 *  5. What publishing it may have left goes: open uploads, seals. What can't be done of this is logged; it does no harm.
 * Every step can be repeated. Killed in between, the same call completes it.
 */
export interface Withdrawal {
  readonly by: string
  /** ISO 8601 */
  readonly when: string
  readonly why: string
}

export const unpublishSteps = ['look', 'withdraw', 'delete meta', 'delete archive', 'clean up'] as const
export type UnpublishStep = (typeof unpublishSteps)[number]

export interface UnpublishDeps {
  readonly log: Log
  /** For tests that kill: called after each step. */
  readonly step?: (name: UnpublishStep) => void
}

/** Answers whether it was withdrawn before. `access-denied` where the sign-in may not delete. */
export async function unpublishVersion(
  { log, step }: UnpublishDeps,
  { store, name }: OpenConnection,
  ref: PackageRef,
  withdrawal: Withdrawal,
  io: Io,
): Promise<{ readonly alreadyWithdrawn: boolean }> {
  const keys = publishKeys(ref)
  // 1
  const found = await Promise.all([keys.withdrawn, keys.meta, keys.archive].map((key) => headIfThere(store, key, io)))
  if (found.every((head) => head === undefined))
    throw new AppError('package-not-found', { spec: specOf(ref), where: name })
  step?.('look')
  // 2
  const alreadyWithdrawn = found[0] !== undefined || !(await withdraw(store, keys, withdrawal, io))
  step?.('withdraw')
  // 3
  await store.delete(keys.meta, io)
  step?.('delete meta')
  // 4
  await store.delete(keys.archive, io)
  step?.('delete archive')
  // 5
  for (const clean of [abortUploads, deleteSeals]) {
    await clean(store, keys, io).catch((error: unknown) => {
      if (isAppError(error, 'cancelled')) throw error
      log.write('warn', 'unpublish.clean-up', { ident: keys.ident, ...toWire(error) })
    })
  }
  step?.('clean up')
  return { alreadyWithdrawn }
}

/** False when another withdrawal is there. */
async function withdraw(store: ObjectStore, keys: PublishKeys, withdrawal: Withdrawal, io: Io): Promise<boolean> {
  const bytes = new TextEncoder().encode(`${JSON.stringify(withdrawal, null, 2)}\n`)
  const options = { ...io, contentType: 'application/json' }
  try {
    await store.put(keys.withdrawn, bytes, { ...options, condition: { ifNoneMatch: '*' } })
    return true
  } catch (error) {
    if (isAppError(error, 'cancelled', 'access-denied')) throw error
    if (isConditionRefused(error)) {
      await store.put(keys.withdrawn, bytes, options)
      return true
    }
    // Whatever was answered: what is there decides.
    const there = await readIfThere(store, keys.withdrawn, 64 * 1024, io)
    if (there === undefined) throw error
    return Buffer.from(there.bytes).equals(bytes)
  }
}
