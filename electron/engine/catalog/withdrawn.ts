import { AppError, isAppError } from '../../../shared/errors.ts'
import type { PackageRef } from '../../../shared/model/package.ts'
import { identOf, specOf } from '../../../shared/model/package-ref.ts'
import type { Io, OpenConnection } from '../ports.ts'

/** What was found of a version, or `package-not-found` when it is withdrawn: then it is hidden, whatever of it is still there. */
export async function unlessWithdrawn<T>(
  { store, name }: OpenConnection,
  ref: PackageRef,
  found: Promise<T>,
  io: Io,
): Promise<T> {
  const [version, isWithdrawn] = await Promise.all([found, isThere(store.head(withdrawnKeyOf(ref), io))])
  if (isWithdrawn) throw new AppError('package-not-found', { spec: specOf(ref), where: name })
  return version
}

export const withdrawnKeyOf = (ref: PackageRef): string => `orbital/withdrawn/${identOf(ref)}.json`

async function isThere(head: Promise<unknown>): Promise<boolean> {
  try {
    await head
    return true
  } catch (error) {
    // Who may read `models/` alone still sees the packages.
    if (isAppError(error, 'object-not-found', 'access-denied')) return false
    throw error
  }
}
