import { AppError, isAppError } from '../../../shared/errors.ts'
import type { Manifest, PackageRef } from '../../../shared/model/package.ts'
import { identOf, specOf } from '../../../shared/model/package-ref.ts'
import { ingestMeta } from '../format/ingest-meta.ts'
import { metaCaps } from '../format/meta-caps.ts'
import type { Io, ObjectHead, ObjectStore } from '../ports.ts'
import { mayNotLook } from './list-models.ts'

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
  const notFound = (cause?: unknown) => new AppError('package-not-found', { spec: specOf(ref), where }, cause)
  try {
    const [{ bytes, ...meta }, withdrawn] = await Promise.all([
      store.read(key, { ...io, maxBytes: metaCaps.maxBytes }),
      isWithdrawn(store, ident, io),
    ])
    if (withdrawn) throw notFound()
    const manifest = ingestMeta(bytes, { key, ident })
    const archive = await store.head(`models/${ident}/archive.gz`, io)
    if (archive.sizeBytes !== manifest.archive.sizeBytes) throw new AppError('archive-mismatch', { ref: specOf(ref) })
    return { manifest, metaBytes: bytes, meta, archive }
  } catch (error) {
    if (isAppError(error, 'object-not-found')) throw notFound(error)
    throw error
  }
}

/** A reader who may not look there still installs what is published. */
async function isWithdrawn(store: ObjectStore, ident: string, io: Io): Promise<boolean> {
  try {
    await store.head(`orbital/withdrawn/${ident}.json`, io)
    return true
  } catch (error) {
    if (isAppError(error, 'object-not-found', ...mayNotLook)) return false
    throw error
  }
}
