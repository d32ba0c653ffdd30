import { AppError, isAppError } from '../../../shared/errors.ts'
import type { Manifest, PackageRef } from '../../../shared/model/package.ts'
import { identOf, specOf } from '../../../shared/model/package-ref.ts'
import { ingestMeta } from '../format/ingest-meta.ts'
import { metaCaps } from '../format/meta-caps.ts'
import type { Io, ObjectHead, ObjectStore } from '../ports.ts'
import { readWithdrawal, type WithdrawalFacts } from './withdrawal.ts'

export interface PublishedVersion {
  readonly manifest: Manifest
  readonly metaBytes: Uint8Array
  readonly meta: ObjectHead
  readonly archive: ObjectHead
}

/**
 * One published version as its store has it now: whatever a listing or a catalog says, only this is installed. `package-not-found` (also when
 * it was withdrawn), `archive-mismatch`, `meta-invalid`. `where` is the connection's name, for messages.
 */
export async function readVersion(
  store: ObjectStore,
  where: string,
  ref: PackageRef,
  io: Io,
): Promise<PublishedVersion> {
  const ident = identOf(ref)
  const key = `models/${ident}/meta.json`
  const notFound = (withdrawn?: WithdrawalFacts, cause?: unknown) =>
    new AppError(
      'package-not-found',
      { spec: specOf(ref), where, ...(withdrawn === undefined ? {} : { withdrawn }) },
      cause,
    )
  const [read, withdrawn] = await Promise.all([
    store.read(key, { ...io, maxBytes: metaCaps.maxBytes }).catch((error: unknown) => {
      if (isAppError(error, 'object-not-found')) return undefined
      throw error
    }),
    readWithdrawal(store, ident, io),
  ])
  if (withdrawn !== undefined || read === undefined) throw notFound(withdrawn)
  try {
    const { bytes, ...meta } = read
    const manifest = ingestMeta(bytes, { key, ident })
    const archive = await store.head(`models/${ident}/archive.gz`, io)
    if (archive.sizeBytes !== manifest.archive.sizeBytes) throw new AppError('archive-mismatch', { ref: specOf(ref) })
    return { manifest, metaBytes: bytes, meta, archive }
  } catch (error) {
    if (isAppError(error, 'object-not-found')) throw notFound(undefined, error)
    throw error
  }
}
