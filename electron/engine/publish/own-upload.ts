import { randomUUID } from 'node:crypto'
import { isAppError, toWire } from '../../../shared/errors.ts'
import type { PackResult } from '../workers/pack.ts'
import type { FromPack, PackStart, ToPack } from '../workers/run-pack.ts'
import { transactionField } from './archive-belongs.ts'
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
 * Packs the source in a worker and sends what the store does not have yet. Each part is in the journal as soon as it is there.
 * `upload-not-found` when somebody ended the upload meanwhile.
 */
export async function packParts(context: PublishContext, upload: OwnUpload): Promise<PackResult> {
  const { task, request, keys, connection, io } = context
  const job: PackStart = {
    source: readSource(request, context.disk),
    partBytes: upload.partBytes,
    known: [...context.ownParts.values()],
    mayBeSealed: context.mayBeSealed(),
    partsInFlight: Math.max(1, Math.min(context.partsInFlight, Math.floor(maxMemoryBytes / upload.partBytes) - 1)),
    counters: task.counters.shared,
    spec: await connection.spec(io),
    connectionName: connection.name,
    key: keys.archive,
    uploadId: upload.uploadId,
  }
  task.setTotal(request.totalBytes, job.source.files)
  const worker = context.startWorker<PackResult, FromPack, ToPack>('pack', job, io)
  let isReconnecting = false
  worker.onMessage((message) => {
    if (message.kind === 'part') {
      if (context.ownParts.get(message.part.partNumber)?.md5 !== message.part.md5)
        context.notePart(upload.uploadId, message.part)
      if (isReconnecting) task.enter({ kind: 'transferring' })
      isReconnecting = false
    } else if (message.kind === 'retry') {
      isReconnecting = true
      task.enter({ kind: 'reconnecting', attempt: message.attempt, nextTryAtMs: message.nextTryAtMs })
    } else if (message.kind === 'log') task.log.write(message.level, message.event, message.fields)
    else void renewCredentials(message.renew)
  })
  const renewCredentials = async (renew: boolean) => {
    try {
      const spec = await connection.spec({ ...io, renew })
      if (spec.kind === 's3') worker.post({ kind: 'credentials', credentials: spec.credentials, renew })
    } catch (error) {
      failure = error
      await worker.stop()
    }
  }
  let failure: unknown
  try {
    return await worker.result
  } catch (error) {
    throw failure ?? error
  }
}

/** Of parts that are being filled or sent. */
const maxMemoryBytes = 192 * 1024 * 1024
