import { isAppError } from '../../../shared/errors.ts'
import type { UnreadableEntry } from '../../../shared/model/package.ts'
import { ingestMeta } from '../format/ingest-meta.ts'
import { metaCaps } from '../format/meta-caps.ts'
import type { Io, ObjectHead, ObjectStore } from '../ports.ts'
import { type CatalogEntry, contentOf, factsOfManifest, type ListedVersion } from './catalog-entry.ts'

export const notReadable = (
  listed: ListedVersion,
  problem: UnreadableEntry['problem'],
  reason: string,
): CatalogEntry => ({ ...listed, content: { kind: 'unreadable', problem, reason } })

/**
 * One version, from its meta.json. What is wrong with it is its entry, never an error; undefined when it vanished since it was listed. Throws
 * what keeps the whole store from answering (network, sign-in, `cancelled`).
 */
export async function readEntry(store: ObjectStore, listed: ListedVersion, io: Io): Promise<CatalogEntry | undefined> {
  const { ident, archiveBytes } = listed
  let found = listed
  const unreadable = (problem: UnreadableEntry['problem'], reason: string) => notReadable(found, problem, reason)
  if (listed.oddKey !== undefined)
    return unreadable('inconsistent', 'Its files are named in a way that no program can install.')
  if (archiveBytes === undefined)
    return unreadable('upload-unfinished', 'Its files have not arrived yet. If this stays, publish it again.')
  const key = `models/${ident}/meta.json`
  try {
    const { bytes, ...head } = await store.read(key, { ...io, maxBytes: metaCaps.maxBytes })
    found = asRead(listed, head)
    const manifest = ingestMeta(bytes, { key, ident })
    if (manifest.archive.sizeBytes !== archiveBytes) {
      return unreadable(
        'archive-mismatch',
        'Its description and its files do not belong together, so it can’t be installed.',
      )
    }
    return { ...found, content: contentOf(factsOfManifest(manifest), found.modifiedMs) }
  } catch (error) {
    if (isAppError(error, 'object-not-found')) return undefined
    if (isAppError(error, 'meta-invalid')) return unreadable('meta-invalid', error.details.reason)
    if (isAppError(error, 'package-too-large'))
      return unreadable('meta-invalid', 'Its description is larger than any real package’s.')
    if (isAppError(error, 'access-denied', 'file-unreadable'))
      return unreadable('unreadable-now', 'You may not read it.')
    if (isAppError(error, 'store-answer', 'object-changed', 'path-not-allowed', 'disk-failed'))
      return unreadable('unreadable-now', 'Its description can’t be read where it is.')
    throw error
  }
}

/**
 * The facts under which to remember what was read. They are the listed ones, unless another object came between listing and reading: then
 * those of the object that was read, so that the next listing tells whether it is still the one. A store whose reads name other ETags than its
 * listings (size and time are the same) goes by its listings.
 */
function asRead(listed: ListedVersion, head: ObjectHead): ListedVersion {
  const isSameTime = Math.floor(head.modifiedMs / 1000) === Math.floor(listed.modifiedMs / 1000)
  if (head.sizeBytes === listed.metaBytes && (head.etag === listed.etag || isSameTime)) return listed
  return { ...listed, etag: head.etag, metaBytes: head.sizeBytes, modifiedMs: head.modifiedMs }
}
