import { AppError, isAppError, toWire } from '../../../shared/errors.ts'
import type { Clock, Io, Log, ObjectStore } from '../ports.ts'
import { createTurns } from '../take-turns.ts'
import { type CatalogEntry, isEntry, isOf, type ListedVersion } from './catalog-entry.ts'
import { lineCaps, packLines, type ReadableEntry, unpackLines } from './entry-lines.ts'

/**
 * What lists show of every version of a bucket, in one object: so that a first listing needs no request per package. Only a cache: an entry
 * counts where the store's own listing names the same object, and nothing is ever installed by it.
 */
export const catalogKey = 'orbital/catalog.jsonl.gz'

export interface ObjectDeps {
  readonly clock: Clock
  readonly log: Log
}

/**
 * Puts its entries in the place of those versions of which they are exactly what is listed. Never fails for what is wrong with the object or with
 * who may read it: then nothing, or less, was found. Throws `cancelled`. `ageMs`: how long ago it was written, by the store's clock alone;
 * undefined where there is none.
 */
export async function readCatalogObject(
  { clock, log }: ObjectDeps,
  store: ObjectStore,
  versions: Map<string, ListedVersion | CatalogEntry>,
  io: Io,
): Promise<{ readonly ageMs: number | undefined }> {
  try {
    const { body, sizeBytes, modifiedMs, storeNowMs } = await store.open(catalogKey, io)
    if (sizeBytes > lineCaps.maxBytes) {
      // Ends its connection.
      for await (const _ of body) break
      throw new AppError('package-too-large', { what: catalogKey, limit: `${lineCaps.maxBytes} bytes` })
    }
    const take = (entry: CatalogEntry) => {
      const listed = versions.get(entry.ident)
      if (listed !== undefined && !isEntry(listed) && isOf(entry, listed)) versions.set(entry.ident, entry)
    }
    const turn = createTurns(clock, io)
    const { header, refused } = await unpackLines(body, take, { ...io, turn })
    if (header === undefined || refused > 0) log.write('warn', 'catalog.object-damaged', { refused })
    return { ageMs: Math.max(0, storeNowMs - modifiedMs) }
  } catch (error) {
    if (io.signal.aborted) throw new AppError('cancelled', {}, error)
    if (!isAppError(error, 'object-not-found'))
      log.write('info', 'catalog.object-not-read', { place: store.endpoint, ...toWire(error) })
    return { ageMs: undefined }
  }
}

/** Versions that can be read, each under what the listing said of it. Of several writers the last one wins, and each is right. */
export async function writeCatalogObject(
  { clock }: ObjectDeps,
  store: ObjectStore,
  entries: ReadonlyMap<string, CatalogEntry>,
  io: Io,
): Promise<{ readonly versions: number; readonly sizeBytes: number }> {
  let versions = 0
  function* readable() {
    for (const entry of entries.values()) {
      if (!isReadable(entry) || entry.etag === '') continue
      versions += 1
      yield entry
    }
  }
  const bytes = await packLines(readable(), { ...io, turn: createTurns(clock, io) })
  if (bytes.length > lineCaps.maxBytes)
    throw new AppError('package-too-large', { what: catalogKey, limit: `${lineCaps.maxBytes} bytes` })
  await store.put(catalogKey, bytes, { ...io, contentType: 'application/gzip' })
  return { versions, sizeBytes: bytes.length }
}

const isReadable = (entry: CatalogEntry): entry is ReadableEntry => entry.content.kind === 'version'
