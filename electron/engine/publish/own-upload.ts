import { randomUUID } from 'node:crypto'
import { isAppError, toWire } from '../../../shared/errors.ts'
import type { Io } from '../ports.ts'
import type { PackedPart, PackResult } from '../workers/pack.ts'
import type { PackSource } from '../workers/pack-source.ts'
import type { CopySource } from '../workers/reusable-members.ts'
import type { FromPack, PackStart, ToPack } from '../workers/run-pack.ts'
import { answerCredentials, credentialsOf } from '../workers/worker-credentials.ts'
import { transactionField } from './archive-belongs.ts'
import { findCopySource } from './find-copy-source.ts'
import { checkReadyArchive } from './hash-source.ts'
import type { OwnUpload, PublishContext } from './publish-context.ts'
import { choosePartBytes } from './publish-keys.ts'
import { readSource } from './read-source.ts'

/** The upload that an earlier run began, with the parts that the store still has of it; else a new one. */
export async function openUpload(context: PublishContext): Promise<OwnUpload> {
  const { store, keys, io } = context
  const begun = context.ownUpload()
  if (begun !== undefined) {
    try {
      context.keepParts(await store.listParts(keys.archive, begun.uploadId, io))
      return begun
    } catch (error) {
      if (!isAppError(error, 'upload-not-found')) throw error
      context.forgetUpload()
    }
  }
  const transaction = randomUUID()
  const upload = await createUpload(context, transaction, { [transactionField]: transaction })
  await abortForgotten(context, upload)
  return upload
}

const forgottenAfterMs = 7 * 24 * 60 * 60 * 1000

/** Uploads of the same version that began a week before this one, by the store's clock: nobody goes on with them. */
async function abortForgotten(context: PublishContext, own: OwnUpload): Promise<void> {
  const { store, keys, io } = context
  try {
    const uploads = (await store.listUploads(keys.archive, io)).filter(({ key }) => key === keys.archive)
    const nowMs = uploads.find(({ uploadId }) => uploadId === own.uploadId)?.startedMs
    if (nowMs === undefined) return
    const forgotten = uploads.filter(({ startedMs }) => nowMs - startedMs > forgottenAfterMs)
    for (const { uploadId } of forgotten) await store.abortUpload(keys.archive, uploadId, io)
  } catch (error) {
    if (isAppError(error, 'cancelled')) throw error
    context.task.log.write('warn', 'publish.forgotten-uploads', { ident: keys.ident, ...toWire(error) })
  }
}

/** A new upload, noted in the journal. The transaction in its metadata tells later whose archive stands under the key. */
export async function createUpload(
  context: PublishContext,
  transaction: string | undefined,
  metadata: Readonly<Record<string, string>> | undefined,
): Promise<OwnUpload> {
  const { store, keys, io, request } = context
  const partBytes = choosePartBytes(request.maxArchiveBytes)
  const { uploadId } = await store.createUpload(keys.archive, metadata === undefined ? io : { ...io, metadata })
  const upload = { transaction: transaction ?? '', uploadId, partBytes }
  context.noteUpload(upload)
  return upload
}

/**
 * Packs the source in a worker and sends what the store does not have yet; ranges of the last version's archive may be copied there. Each part is in the journal as soon as it is there.
 * What lies ready in a `.sputnik` file is compared with its manifest meanwhile, in another thread. `upload-not-found` when somebody ended the upload
 * meanwhile.
 */
export async function packParts(
  context: PublishContext,
  upload: OwnUpload,
  options: { readonly mayCopy: boolean },
): Promise<PackResult> {
  const { task, request } = context
  const source = readSource(request, context.disk)
  task.setTotal(request.totalBytes, source.files)
  const copySource = options.mayCopy ? await findCopySource(context, source, upload.partBytes) : undefined
  const packed = await checkedBeside(context, source, (io) => packInWorker(context, upload, source, copySource, io))
  if (await isCopiedInFull(context, upload, packed)) return packed
  // Sends what was copied; the rest is known.
  task.log.write('warn', 'publish.copies-differ', { ident: context.keys.ident })
  context.forgetParts(packed.copied)
  return packInWorker(context, upload, source, undefined, context.io)
}

/** Nothing is sealed before both are done; the first that fails stops the other. */
async function checkedBeside<T>(context: PublishContext, source: PackSource, pack: (io: Io) => Promise<T>): Promise<T> {
  if (source.kind === 'folder') return pack(context.io)
  const failed = new AbortController()
  const io = { signal: AbortSignal.any([context.io.signal, failed.signal]) }
  const checking = checkReadyArchive(context.startWorker, source, io)
  const packing = pack(io)
  try {
    const [packed] = await Promise.all([packing, checking])
    return packed
  } catch (error) {
    failed.abort(error)
    await Promise.allSettled([packing, checking])
    throw error
  }
}

/** By what the store itself says of the upload now. */
async function isCopiedInFull({ store, keys, io }: PublishContext, upload: OwnUpload, { copied }: PackResult) {
  if (copied.length === 0) return true
  const found = new Map(
    (await store.listParts(keys.archive, upload.uploadId, io)).map((part) => [part.partNumber, part]),
  )
  return copied.every(({ partNumber, etag, sizeBytes }) => {
    const part = found.get(partNumber)
    return part?.sizeBytes === sizeBytes && part.etag === etag
  })
}

async function packInWorker(
  context: PublishContext,
  upload: OwnUpload,
  source: PackSource,
  copySource: CopySource | undefined,
  io: Io,
): Promise<PackResult> {
  const { task, keys, connection } = context
  const job: PackStart = {
    source,
    copySource,
    limit: task.limit,
    quietMs: context.quietMs,
    partBytes: upload.partBytes,
    known: [...context.ownParts.values()],
    mayBeSealed: context.mayBeSealed(),
    partsInFlight: boundedParts(context.partsInFlight, upload.partBytes, copySource !== undefined),
    counters: task.counters.shared,
    spec: await connection.spec(io),
    connectionName: connection.name,
    key: keys.archive,
    uploadId: upload.uploadId,
  }
  const worker = context.startWorker<PackResult, FromPack, ToPack>('pack', job, { ...io, youngMebibytes: 4 })
  worker.onMessage((message) => {
    if (message.kind === 'part') {
      if (!isSamePart(context.ownParts.get(message.part.partNumber), message.part))
        context.notePart(upload.uploadId, message.part)
    } else if (message.kind === 'phase') task.enter(message.phase)
    else if (message.kind === 'log') task.log.write(message.level, message.event, message.fields)
    else void answerCredentials(worker, credentialsOf(connection), { ...io, renew: message.renew })
  })
  return worker.result
}

const isSamePart = (noted: PackedPart | undefined, part: PackedPart): boolean =>
  noted?.md5 === part.md5 && noted.etag === part.etag && noted.sizeBytes === part.sizeBytes

/** Of parts that are being sent. Where ranges are copied less is sent, and more is held back to see what it is. */
const boundedParts = (wanted: number, partBytes: number, copies: boolean): number =>
  Math.max(1, Math.min(wanted, Math.floor((copies ? 32 : 96) / (partBytes / mebibyte))))
const mebibyte = 1024 * 1024
