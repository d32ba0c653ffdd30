import { AppError, isAppError } from '../../../shared/errors.ts'
import { specOf } from '../../../shared/model/package-ref.ts'
import { factsOfWithdrawal } from '../catalog/withdrawal.ts'
import { ingestMeta } from '../format/ingest-meta.ts'
import { writeMeta } from '../format/write-meta.ts'
import type { Outcome, TransferRunner, TransferTask } from '../transfers/transfer-runner.ts'
import { type Archive, archiveBelongs } from './archive-belongs.ts'
import { cleanUp } from './clean-up.ts'
import { openUpload, packParts } from './own-upload.ts'
import { probeConditions } from './probe-conditions.ts'
import {
  createPublishContext,
  headIfThere,
  mayBeSealed,
  type OwnUpload,
  type PublishContext,
  type PublishDeps,
  readIfThere,
  readMeta,
  type VisibleMeta,
} from './publish-context.ts'
import { readPublishRequest } from './publish-request.ts'
import { hasSameContent } from './same-content.ts'
import { encodeSeal, maxSealBytes, readSeal, type Seal, type TrustedSeal } from './seal.ts'
import { repairArchive, rollForward } from './settle-publish.ts'

/**
 * The publish protocol. The seal decides: one PUT of a small key with `If-None-Match: *`, which has exactly one winner. Only the sealed
 * upload is ever completed, and all its parts are at the store before it is sealed, so anybody can finish it and nobody has to be
 * fenced. No step needs a clock, a listing or an abort; each can be repeated, late or by another program.
 *
 *  1. Plan: the exact files, their sizes; in the journal before anything is sent.
 *  2. Look: GET `orbital/withdrawn/<ident>.json`: there → refused for ever. GET `meta.json`: there → 8.
 *     GET `orbital/seals/<ident>/1.json`, `2.json`, … until 404: the highest one found is the seal → 6.
 *  3. Upload: CreateMultipartUpload of `archive.gz` with a random transaction (also for one part: others can't finish a single PUT);
 *     its id into the journal; every part. After a crash ListParts says what is there already.
 *  4. Seal, when every part is there: PUT seal n = 1 + dead seals, `If-None-Match: *`, with upload id, parts, size, md5 and the exact
 *     bytes of meta.json. Any answer but 200 → GET it: what is there is the seal, whoever's → 6; 404 → GET `meta.json` (there → 8), again.
 *  5. From here it can't be cancelled; an own upload is not aborted before another's seal or `meta.json` has been read.
 *  6. Seal won or found: now GET `meta.json`, always after the seal; there → 8. Complete the seal's upload, whoever's. Whatever the
 *     answer: HEAD `archive.gz`; it is the seal's → 7; else settle-publish.ts. A seal whose upload is gone for good is dead → 3 with n + 1.
 *  7. PUT `meta.json`: the sealed bytes, `If-None-Match: *`. Whatever the answer: GET it; 404 → again.
 *  8. `meta.json` is visible: HEAD `archive.gz`. Not meta's → repaired by whoever has exactly its bytes, or an error, never success.
 *     Same content as planned → success, whoever wrote it; else "published by … at …".
 *  9. Only with `meta.json` visible: abort every open upload of the key, DELETE the seals, highest first.
 */
type Next =
  | { readonly kind: 'look' }
  | { readonly kind: 'upload'; readonly sealNumber: number }
  | { readonly kind: 'roll'; readonly seal: TrustedSeal }
  | { readonly kind: 'visible'; readonly meta: VisibleMeta }

/** How often an upload that vanished meanwhile, or that the store doesn't end, is begun anew before that is an error. */
const mostUploads = 8
const refusedAgain = ({ keys }: PublishContext) =>
  new AppError('upload-refused', { key: keys.archive, reason: 'It does not accept parts that it has confirmed.' })

/**
 * Publishes what a PublishRequest says. Ends in `version-published` when the version is taken (also withdrawn for ever, or sealed by somebody whose
 * upload only they can finish), `archive-mismatch` when its files don't belong to its meta, `file-changed` when a file is not as planned.
 */
export function createPublishRunner(deps: PublishDeps): TransferRunner {
  return {
    kind: 'publish',
    run: (task) => run(deps, task),
    discard: (task) => discard(deps, task),
    // Without its connection nobody here can finish it.
    isPastCancel: (request, records) => mayBeSealed(records) && deps.isThere(readPublishRequest(request)),
  }
}

async function run(deps: PublishDeps, task: TransferTask): Promise<Outcome> {
  task.enter({ kind: 'preparing' })
  const context = await createPublishContext(deps, task)
  try {
    let next: Next = { kind: 'look' }
    for (let uploads = 0; ; ) {
      if (next.kind === 'look') next = await look(context)
      else if (next.kind === 'upload') {
        if (uploads === mostUploads) throw refusedAgain(context)
        uploads += 1
        next = await uploadAndSeal(context, next.sealNumber, uploads)
      } else if (next.kind === 'roll') next = await finishSeal(context, next.seal)
      else return await conclude(context, next.meta)
    }
  } catch (error) {
    if (isAppError(error, ...finalErrors)) await context.abortUnsealedUpload()
    throw error
  }
}

/** After these the same request never gets further, so what it sent is of no use. */
const finalErrors = [
  'version-published',
  'file-changed',
  'not-a-package-file',
  'package-too-large',
  'meta-invalid',
] as const

// 2
async function look(context: PublishContext): Promise<Next> {
  return context.step('look', async () => {
    await refuseWithdrawn(context)
    const meta = await readMeta(context)
    return meta === undefined ? findSeal(context, 1) : { kind: 'visible', meta }
  })
}

/** The highest seal from a number on; none → upload, to be sealed with that number. */
async function findSeal(context: PublishContext, first: number): Promise<Next> {
  let found: TrustedSeal | undefined
  for (let number = first; ; number += 1) {
    const object = await readIfThere(context.store, context.keys.seal(number), maxSealBytes, context.io)
    if (object === undefined)
      return found === undefined ? { kind: 'upload', sealNumber: first } : { kind: 'roll', seal: found }
    found = readSeal(object.bytes, number, context.keys)
  }
}

// 3, 4
async function uploadAndSeal(context: PublishContext, sealNumber: number, attempt: number): Promise<Next> {
  const { task } = context
  let seal: Seal
  try {
    const upload = await context.step('create upload', () => openUpload(context))
    task.enter({ kind: 'transferring' })
    seal = await context.step('upload parts', () => packAndDescribe(context, upload))
  } catch (error) {
    // Somebody who saw meta.json or another seal aborted it: see what is decided.
    if (!isAppError(error, 'upload-not-found') || attempt >= mostUploads) throw error
    context.forgetUpload()
    return { kind: 'look' }
  }
  await context.step('probe', () => probeConditions(context))
  await refuseWithdrawn(context)
  task.enter({ kind: 'finishing' })
  return context.step('seal', () => putSeal(context, seal, sealNumber))
}

async function packAndDescribe(context: PublishContext, upload: OwnUpload): Promise<Seal> {
  const { request } = context
  const packed = await packParts(context, upload, { mayCopy: true })
  context.packed = packed
  const publishedBy = request.publishedBy
  const meta = writeMeta({
    info: request.info,
    files: packed.files,
    archive: { md5: packed.md5, sizeBytes: packed.sizeBytes },
    orbital: {
      transaction: upload.transaction,
      publishedAt: new Date(context.clock.now()).toISOString(),
      publishedBy,
      tool: context.tool,
    },
  })
  const { transaction, uploadId } = upload
  return { transaction, publishedBy, uploadId, parts: packed.parts, sizeBytes: packed.sizeBytes, md5: packed.md5, meta }
}

async function putSeal(context: PublishContext, seal: Seal, number: number): Promise<Next> {
  const { store, keys, io } = context
  const bytes = encodeSeal(seal)
  // Once it is noted it can't be cancelled.
  io.signal.throwIfAborted()
  context.noteSealing(seal.uploadId, number)
  for (let attempt = 1; ; attempt += 1) {
    const won = await context.tryPut(keys.seal(number), bytes)
    if (won === 'written') return { kind: 'roll', seal: readSeal(bytes, number, keys) }
    const object = await readIfThere(store, keys.seal(number), maxSealBytes, io)
    if (object !== undefined) return findSeal(context, number)
    const meta = await readMeta(context)
    if (meta !== undefined) return { kind: 'visible', meta }
    await context.backOff(attempt)
  }
}

// 5, 6, 7
async function finishSeal(context: PublishContext, seal: TrustedSeal): Promise<Next> {
  context.task.enter({ kind: 'finishing' })
  const meta = await context.step('read meta after seal', () => readMeta(context))
  if (meta !== undefined) return { kind: 'visible', meta }
  const settled = await rollForward(context, seal)
  if (settled.kind === 'visible') return settled
  if (settled.kind === 'dead') {
    context.forgetUpload(seal.uploadId)
    return { kind: 'upload', sealNumber: seal.number + 1 }
  }
  return { kind: 'visible', meta: await context.step('write meta', () => putMeta(context, seal)) }
}

async function putMeta(context: PublishContext, seal: TrustedSeal): Promise<VisibleMeta> {
  for (let attempt = 1; ; attempt += 1) {
    await context.tryPut(context.keys.meta, seal.meta, { contentType: 'application/json', md5: true })
    const meta = await readMeta(context)
    if (meta !== undefined) return meta
    await context.backOff(attempt)
  }
}

// 8, 9
async function conclude(context: PublishContext, visible: VisibleMeta): Promise<Outcome> {
  let judged: Outcome | AppError
  try {
    judged = await context.step('judge', () => judge(context, visible))
  } catch (error) {
    if (!isAppError(error, 'version-published', 'archive-mismatch', 'meta-invalid')) throw error
    judged = error
  }
  context.task.enter({ kind: 'finishing' })
  await context.step('clean up', () => cleanUp(context))
  if (judged instanceof AppError) throw judged
  if (judged.alreadyThere === true) return judged
  await probeConditions(context)
  if (context.conditions !== 'ignored') return judged
  // Two people can overwrite each other here: only what stays for a while counts.
  await context.clock.sleep(context.timing.unprotectedRereadMs, context.io)
  const again = await readMeta(context)
  if (again === undefined) throw new AppError('archive-mismatch', { ref: specOf(context.ref) })
  return { ...(await judge(context, again)), unprotected: true }
}

async function judge(context: PublishContext, visible: VisibleMeta): Promise<Outcome> {
  const { keys, ref } = context
  const manifest = ingestMeta(visible.bytes, { key: keys.meta, ident: keys.ident })
  const archive: Archive = { ...manifest.archive, transaction: manifest.orbital?.transaction }
  const isOwn = archive.transaction !== undefined && context.isOwnTransaction(archive.transaction)
  // What an earlier run of this transfer sealed is what was planned, unless this run packed something else.
  const isSame = (isOwn && context.packed === undefined) || (await hasSameContent(context, manifest))
  const head = await headIfThere(context.store, keys.archive, context.io)
  if (!(await archiveBelongs(context, head, archive))) {
    if (!isSame || !(await repairArchive(context, manifest, archive, head)))
      throw new AppError('archive-mismatch', { ref: specOf(ref) })
  }
  if (isSame) return isOwn ? reusedIn(context) : { alreadyThere: true }
  const publishedBy = manifest.orbital?.publishedBy
  throw new AppError('version-published', {
    ref: specOf(ref),
    where: context.connection.name,
    ...(publishedBy === undefined ? {} : { publishedBy }),
    publishedAt: manifest.orbital?.publishedAt ?? new Date(visible.modifiedMs).toISOString(),
    reason: 'published',
  })
}

const reusedIn = ({ packed }: PublishContext): Outcome =>
  packed === undefined || packed.copied.length === 0
    ? {}
    : { reusedBytes: packed.copied.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) }

async function refuseWithdrawn(context: PublishContext): Promise<void> {
  const { store, keys, ref, io } = context
  const object = await readIfThere(store, keys.withdrawn, 64 * 1024, io)
  if (object === undefined) return
  const { by, when, why } = factsOfWithdrawal(object.bytes)
  throw new AppError('version-published', {
    ref: specOf(ref),
    where: context.connection.name,
    ...(by === undefined ? {} : { publishedBy: by }),
    ...(when === undefined ? {} : { publishedAt: when }),
    ...(why === undefined ? {} : { why }),
    reason: 'withdrawn',
  })
}

async function discard(deps: PublishDeps, task: TransferTask): Promise<void> {
  if (!deps.isThere(readPublishRequest(task.request))) return
  const context = await createPublishContext(deps, task)
  await context.abortUnsealedUpload()
}
