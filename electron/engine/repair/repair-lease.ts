import { createHash, randomUUID } from 'node:crypto'
import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { PackageRef } from '../../../shared/model/package.ts'
import { identOf, specOf } from '../../../shared/model/package-ref.ts'
import type { Library } from '../library/library.ts'
import type { Disk } from '../ports.ts'

/** Runs `work` under the lease of a version's repair, with a path to stage at, which is gone afterwards. `busy` when somebody repairs it already. */
export async function underRepairLease<T>(
  disk: Disk,
  library: Library,
  ref: PackageRef,
  work: (staging: string) => Promise<T>,
): Promise<T> {
  const transaction = `repair-${createHash('sha256').update(identOf(ref)).digest('hex').slice(0, 24)}`
  const lease = library.leases.take(transaction)
  if (lease === undefined) throw new AppError('busy', { what: specOf(ref) })
  const everyStaging = path.join(library.places.staging, transaction)
  // Whoever took the lease over while this computer slept has other files: none is placed while somebody may still write it.
  const staging = path.join(everyStaging, randomUUID())
  try {
    return await work(staging)
  } finally {
    disk.removeTree(lease.isOurs() ? everyStaging : staging)
    lease.release()
  }
}
