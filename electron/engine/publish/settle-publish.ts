import { AppError, isAppError, toWire } from '../../../shared/errors.ts'
import type { Manifest } from '../../../shared/model/package.ts'
import { specOf } from '../../../shared/model/package-ref.ts'
import type { Condition, ObjectHead, UploadedPart } from '../ports.ts'
import { type Archive, archiveBelongs, noteArchive, transactionField } from './archive-belongs.ts'
import { createUpload, packParts } from './own-upload.ts'
import {
  headIfThere,
  isConditionRefused,
  isUnclear,
  type PublishContext,
  readMeta,
  type VisibleMeta,
} from './publish-context.ts'
import type { TrustedSeal } from './seal.ts'

/**
 * A seal is there and meta.json is not: finish its upload, whoever's. What was found decides, never what was answered:
 *
 *  a. Complete the sealed upload and parts, `If-None-Match: *`.
 *  b. Answered 200, or unclear (5xx, nothing, 200 with an error in it): HEAD archive. The seal's → settled. Else → a.
 *  c. A condition failed: HEAD archive. The seal's → settled. Absent → a. Another's is a leftover without meta: GET meta (there → visible),
 *     then Complete with `If-Match: <its ETag>`. (That condition failed too → a.)
 *  d. No such upload: only now HEAD archive. The seal's → settled. GET meta: there → visible. Some stores assemble long after they answered, so look
 *     again for 10 minutes; then the upload was aborted from outside: the seal is dead, it stays until meta.json is visible, and the next number decides.
 *  e. Refused for good (parts the store does not accept): abort it until it is gone, then as d.
 *  f. 403: HEAD archive. The seal's → settled. Else only its publisher or the owner of the bucket can finish it.
 */
export type Settled =
  | { readonly kind: 'complete' }
  | { readonly kind: 'visible'; readonly meta: VisibleMeta }
  | { readonly kind: 'dead' }

type Answer = 'unclear' | 'condition-failed' | 'no-such-upload' | 'refused' | 'denied'

export async function rollForward(context: PublishContext, seal: TrustedSeal): Promise<Settled> {
  let leftover: ObjectHead | undefined
  for (let attempt = 1; ; attempt += 1) {
    const condition: Condition = leftover === undefined ? { ifNoneMatch: '*' } : { ifMatch: leftover.etag }
    const answer = await context.step('complete', () => complete(context, seal, packedMd5Of(context, seal), condition))
    const head = await context.step('check archive', () => headIfThere(context.store, context.keys.archive, context.io))
    if (await archiveBelongs(context, head, seal)) return { kind: 'complete' }
    // d, e
    if (answer === 'no-such-upload' || answer === 'refused') {
      if (answer === 'refused') await abortUntilGone(context, seal.uploadId)
      return waitForArchive(context, seal)
    }
    const meta = await readMeta(context)
    if (meta !== undefined) return { kind: 'visible', meta }
    // f
    if (answer === 'denied') throw sealedBy(context, seal)
    // c: the ETag of what stands in the way; after a failed If-Match it is looked at anew
    leftover = answer === 'condition-failed' ? head : undefined
    await context.backOff(attempt)
  }
}

const packedMd5Of = (context: PublishContext, { uploadId, md5 }: TrustedSeal): string | undefined =>
  context.ownUpload()?.uploadId === uploadId && context.packed?.md5 === md5 ? md5 : undefined

async function complete(
  context: PublishContext,
  { uploadId, parts }: { readonly uploadId: string; readonly parts: readonly UploadedPart[] },
  /** Of the parts, where this run packed them. */
  md5: string | undefined,
  condition: Condition,
): Promise<Answer> {
  const { store, keys, io } = context
  try {
    const options = context.conditions === 'ignored' ? io : { ...io, condition }
    const facts = await store.completeUpload(keys.archive, uploadId, parts, options)
    if (md5 !== undefined) noteArchive(context, facts, md5)
    return 'unclear'
  } catch (error) {
    context.task.log.write('info', 'publish.complete', { key: keys.archive, ...toWire(error) })
    if (isAppError(error, 'precondition-failed')) return 'condition-failed'
    if (isAppError(error, 'upload-not-found')) return 'no-such-upload'
    if (isAppError(error, 'upload-refused')) return 'refused'
    if (isAppError(error, 'access-denied')) return 'denied'
    if (isConditionRefused(error)) context.conditions = 'ignored'
    else if (!isUnclear(error)) throw error
    return 'unclear'
  }
}

/** Of a store that may still be assembling: looks at archive, then meta, less and less often, until the upload counts as gone. */
async function waitForArchive(context: PublishContext, seal: TrustedSeal): Promise<Settled> {
  const { clock, store, keys, io, timing } = context
  const endMs = clock.monotonic() + timing.deadSealAfterMs
  for (let pauseMs = 250; ; pauseMs = Math.min(30_000, pauseMs * 2)) {
    if (await archiveBelongs(context, await headIfThere(store, keys.archive, io), seal)) return { kind: 'complete' }
    const meta = await readMeta(context)
    if (meta !== undefined) return { kind: 'visible', meta }
    const leftMs = endMs - clock.monotonic()
    if (leftMs <= 0) return { kind: 'dead' }
    await clock.sleep(Math.min(leftMs, pauseMs), io)
  }
}

/** An abort can race with parts that are still being stored, so it is repeated until the store knows nothing of the upload. */
async function abortUntilGone(context: PublishContext, uploadId: string): Promise<void> {
  const { store, keys, io } = context
  for (let attempt = 1; ; attempt += 1) {
    await store.abortUpload(keys.archive, uploadId, io)
    try {
      await store.listParts(keys.archive, uploadId, io)
    } catch (error) {
      if (isAppError(error, 'upload-not-found')) return
      throw error
    }
    await context.backOff(attempt)
  }
}

function sealedBy(context: PublishContext, seal: TrustedSeal): AppError {
  return new AppError('version-published', {
    ref: specOf(context.ref),
    where: context.connection.name,
    publishedBy: seal.publishedBy,
    publishedAt: seal.manifest.orbital?.publishedAt ?? '',
    reason: 'sealed',
  })
}

/**
 * meta.json is visible and its archive is not there or not its own (an old tool overwrote it, or only sent the meta). Readers refuse such a
 * pair. Who has the same content packs it again; only if that gives exactly the bytes that the meta tells of, they take the archive's place.
 * True when they did.
 */
export async function repairArchive(
  context: PublishContext,
  published: Manifest,
  archive: Archive,
  found: ObjectHead | undefined,
): Promise<boolean> {
  const { store, keys, io } = context
  const metadata = archive.transaction === undefined ? undefined : { [transactionField]: archive.transaction }
  const upload = await createUpload(context, archive.transaction, metadata)
  const packed = await packParts(context, upload, { mayCopy: false })
  const isExact =
    packed.md5 === archive.md5 &&
    packed.sizeBytes === archive.sizeBytes &&
    packed.files.every(({ endOffset }, index) => endOffset === published.files[index]?.endOffset)
  if (!isExact) {
    await store.abortUpload(keys.archive, upload.uploadId, io)
    context.forgetUpload()
    return false
  }
  await complete(
    context,
    { uploadId: upload.uploadId, parts: packed.parts },
    packed.md5,
    found === undefined ? { ifNoneMatch: '*' } : { ifMatch: found.etag },
  )
  return archiveBelongs(context, await headIfThere(store, keys.archive, io), archive)
}
