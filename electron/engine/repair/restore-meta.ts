import path from 'node:path'
import { AppError, isAppError } from '../../../shared/errors.ts'
import type { PackageRef } from '../../../shared/model/package.ts'
import { identOf, specOf } from '../../../shared/model/package-ref.ts'
import type { PublishedVersion } from '../catalog/read-version.ts'
import { sha256Of } from '../install/install-source.ts'
import type { Library } from '../library/library.ts'
import { isWhole, type TreeReport } from '../library/verify.ts'
import { type VersionFacts, withDamage } from '../library/version-facts.ts'
import type { RepairDeps, RepairIo } from './repair.ts'
import { underRepairLease } from './repair-lease.ts'

/**
 * The meta.json of an installed version, brought back where it was damaged. Orbital remembers the checksum of the one that it knew:
 *  1. The one in place has it, or nothing is remembered → nothing to do.
 *  2. It is fetched from the connection that the version came from. One with another checksum is not the one that was here: `content-differs`.
 *  3. Every file is hashed against it. If the one in place can be read, more files must not be right by that: it may be no damage, but another
 *     tool's doing.
 *  4. Under the lease of the repair: staged, what is known of the version noted for it (damaged files included), put in its place by one rename.
 * Killed anywhere, meta.json is as it was or the right one. Answers how the files are by it; undefined when nothing was done.
 */
export async function restoreMeta(
  deps: RepairDeps,
  library: Library,
  ref: PackageRef,
  { connectionId, ...io }: RepairIo & { readonly connectionId?: string | undefined },
): Promise<TreeReport | undefined> {
  // 1
  const known = library.earlierFacts(ref)
  if (known === undefined) return undefined
  const present = library.find(ref) === undefined ? undefined : await library.verify(ref, io)
  // 2
  let version: PublishedVersion
  try {
    version = await fetchMeta(deps, ref, known, { ...io, connectionId })
  } catch (error) {
    // Another tool may have installed it since then, and nothing says that it is damaged.
    const isFine = present !== undefined && isWhole(present) && present.extra.length === 0
    if (isAppError(error) && error.code !== 'cancelled' && isFine) return undefined
    throw error
  }
  // 3
  const { manifest, metaBytes } = version
  let doneBytes = 0
  const onBytes = (bytes: number) => {
    doneBytes += bytes
    io.onProgress?.({ doneBytes: Math.min(doneBytes, manifest.totalBytes), totalBytes: manifest.totalBytes })
  }
  const report = await library.verifyAgainst(manifest, { ...io, onBytes })
  if (present !== undefined && present.verifiedFiles > report.verifiedFiles) return undefined
  // 4
  const { disk, clock } = deps
  await underRepairLease(disk, library, ref, async (staging) => {
    disk.removeTree(path.dirname(staging))
    disk.makeFolder(staging)
    const staged = path.join(staging, 'meta')
    disk.create(staged, metaBytes)
    const { verifiedAt: _, ...others } = known
    library.writeFacts(ref, {
      ...withDamage(others, [...report.damaged, ...report.missing]),
      metaModifiedMs: Math.floor(disk.facts(staged)?.modifiedMs ?? 0),
      ...(isWhole(report) ? { verifiedAt: new Date(clock.now()).toISOString() } : {}),
    })
    const folder = library.places.version(identOf(ref))
    disk.renameInto(staged, path.join(folder, 'meta.json'))
    disk.syncFolder(folder)
  })
  return report
}

/** It is there, but can't be read, so that nothing is known of its files. */
export const hasDamagedMeta = (library: Library, ref: PackageRef): boolean =>
  library.find(ref) === undefined && library.isUnreadable(ref)

async function fetchMeta(
  deps: RepairDeps,
  ref: PackageRef,
  known: VersionFacts,
  { connectionId, signal }: RepairIo & { readonly connectionId: string | undefined },
): Promise<PublishedVersion> {
  const connection = await deps.connection(connectionId ?? known.fromConnectionId, { signal })
  const version = await deps.published(connection, ref, { signal })
  if (sha256Of(version.metaBytes) !== known.metaSha256)
    throw new AppError('content-differs', { ref: specOf(ref), where: connection.name })
  return version
}
