import { randomUUID } from 'node:crypto'
import { type ErrorCode, isAppError, toAppError, toWire } from '../../../shared/errors.ts'
import type { PackSource } from '../workers/pack-source.ts'
import { type CopySource, membersOf } from '../workers/reusable-members.ts'
import { transactionField } from './archive-belongs.ts'
import { probePrefix } from './probe-conditions.ts'
import type { PublishContext } from './publish-context.ts'
import { publishKeys } from './publish-keys.ts'

const mebibyte = 1024 * 1024
/** Less of the last version's files is not worth the questions. */
const leastBytes = 16 * mebibyte
/** Copying makes parts of many sizes, and so more of them; a store takes 10,000. So many of the usual size, and twice as many as ranges are copied. */
const mostParts = 5_800
const mostCopies = 2_000

/**
 * The newest version's archive, if ranges of it can be copied at the store into the next one:
 *  1. much of it is in files that have the same path and size now;
 *  2. Orbital published it, and the archive that is there is the one its meta tells of, by transaction and size; from here on its ETag binds it;
 *  3. the store copies ranges into parts of different sizes, which a small upload of its own shows.
 * Whatever goes wrong here means that everything is sent.
 */
export async function findCopySource(
  context: PublishContext,
  source: PackSource,
  partBytes: number,
): Promise<CopySource | undefined> {
  const { store, request, io, task } = context
  if (store.copyPart === undefined || request.maxArchiveBytes > partBytes * mostParts) return undefined
  try {
    const newest = await context.newestVersion()
    if (newest?.orbital === undefined) return undefined
    // 1
    const before = new Map(newest.files.map(({ path, sizeBytes }) => [path, sizeBytes]))
    const alikeBytes = source.files.reduce(
      (sum, { path, sizeBytes }) => (before.get(path) === sizeBytes ? sum + sizeBytes : sum),
      0,
    )
    if (alikeBytes < leastBytes || newest.archive.sizeBytes < leastBytes) return undefined
    // 2
    const key = publishKeys(newest.ref).archive
    const { etag, sizeBytes, metadata } = await store.head(key, io)
    const isIts = metadata[transactionField] === newest.orbital.transaction && sizeBytes === newest.archive.sizeBytes
    // 3
    if (!isIts || !(await copiesParts(context, { key, etag }))) return undefined
    return { key, etag, leastRunBytes: Math.ceil(request.maxArchiveBytes / mostCopies), members: membersOf(newest) }
  } catch (error) {
    if (isAppError(error, 'cancelled') || !isAppError(error)) throw error
    task.log.write('info', 'publish.no-copies', { ident: context.keys.ident, ...toWire(error) })
    return undefined
  }
}

/** How stores answer that don't know what they are asked for. */
const saysNo: ReadonlySet<ErrorCode> = new Set(['store-answer', 'upload-refused'])

/** What a place's store answered; asked once in the life of this program. That it couldn't be asked says nothing of it. */
const seen = new Map<string, boolean>()

async function copiesParts(context: PublishContext, source: { readonly key: string; readonly etag: string }) {
  const { place } = context.connection
  const known = seen.get(place)
  if (known !== undefined) return known
  const answer = await probeCopies(context, source).catch((error: unknown) => {
    const { code } = toAppError(error)
    if (code === 'cancelled') throw error
    context.task.log.write('info', 'publish.no-copies', { place, ...toWire(error) })
    return saysNo.has(code) ? false : undefined
  })
  if (answer !== undefined) seen.set(place, answer)
  return answer === true
}

const probePartBytes = [5 * mebibyte, 5 * mebibyte + 4_096, 4_096] as const

/** Some stores know no copies of ranges, some only parts of one size, some answer well and copy nothing. */
async function probeCopies(
  { store, io, task }: PublishContext,
  source: { readonly key: string; readonly etag: string },
): Promise<boolean> {
  const key = `${probePrefix}${randomUUID()}`
  const { uploadId } = await store.createUpload(key, io)
  const own = { signal: AbortSignal.timeout(30_000) }
  try {
    const parts = []
    for (const [index, lengthBytes] of probePartBytes.entries()) {
      const range = { ...source, startOffset: index * 4_096, endOffset: index * 4_096 + lengthBytes }
      const part = await store.copyPart?.(key, uploadId, index + 1, range, io)
      if (part === undefined) return false
      parts.push(part)
    }
    await store.completeUpload(key, uploadId, parts, io)
    const { sizeBytes } = await store.head(key, io)
    return sizeBytes === probePartBytes.reduce((sum, bytes) => sum + bytes, 0)
  } finally {
    // Also when it was cancelled meanwhile.
    const noteFailure = (error: unknown) => task.log.write('warn', 'publish.probe', { key, ...toWire(error) })
    await store.abortUpload(key, uploadId, own).catch(noteFailure)
    await store.delete(key, own).catch(noteFailure)
  }
}
