import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { AppError, isAppError } from '../../../shared/errors.ts'
import type { Condition, Io, ObjectFacts, ObjectHead, ObjectStore, OpenUpload, UploadedPart } from '../ports.ts'
import { sendPaces, sentListeners } from './http-handler.ts'
import { readBody } from './read-body.ts'
import { extentOf, quoted, withoutRoot } from './s3-answers.ts'
import { type Answer, createAsk, leaveBodyUnsigned } from './s3-ask.ts'
import { createS3Client, type S3Deps, type S3Spec } from './s3-client.ts'
import { isPage, pageAnswered, type S3Question, toStoreError } from './s3-errors.ts'
import { factsOf, takeContents } from './s3-list-page.ts'

/** A bucket over S3's protocol. A call is one request, but for what `createAsk` tells. */
export function createS3ObjectStore(spec: S3Spec, deps: S3Deps): ObjectStore {
  const s3 = createS3Client(spec, deps)
  const ask = createAsk(s3, { learnsRegion: spec.endpoint === undefined })
  const { bucket, root } = spec
  const endpoint = spec.endpoint === undefined ? 's3.amazonaws.com' : new URL(spec.endpoint).host
  const keyed = (key: string) => ({ Bucket: bucket, Key: root + key })
  const ofObject = (action: string, key: string, ifMatchRead = false): S3Question => ({
    ...ofBucket(action),
    about: { kind: 'object', key, ifMatchRead },
  })
  const ofUpload = (action: string, key: string): S3Question => ({
    ...ofBucket(action),
    about: { kind: 'upload', key },
  })
  const ofBucket = (action: string): S3Question => ({
    endpoint,
    bucket,
    connection: s3.connection,
    action,
    about: { kind: 'bucket' },
  })

  const notAStore = (status: number) =>
    new AppError('store-answer', { endpoint, status, what: 'Something else than a store answered.' })
  const wrongRange = () =>
    new AppError('store-answer', {
      endpoint,
      status: 206,
      what: 'It sent another part of a file than it was asked for.',
    })
  /** ms since the epoch of a date in a header; this computer's time where there is none that can be read. */
  const timeOf = (headers: Answer<unknown>['headers'], name: 'date' | 'last-modified' = 'date'): number => {
    const ms = Date.parse(headers[name] ?? '')
    if (!Number.isNaN(ms)) return ms
    return name === 'date' ? deps.clock.now() : timeOf(headers)
  }
  const headOf = (
    key: string,
    sizeBytes: number,
    { output, status, headers }: Answer<{ ETag?: string; Metadata?: Record<string, string> }>,
  ): ObjectHead => {
    if (isPage(headers)) throw new AppError('store-answer', { endpoint, status, what: pageAnswered })
    if (output.ETag === undefined) throw notAStore(status)
    const etag = quoted(output.ETag)
    const modifiedMs = timeOf(headers, 'last-modified')
    return { key, sizeBytes, etag, modifiedMs, metadata: output.Metadata ?? {}, storeNowMs: timeOf(headers) }
  }

  async function head(key: string, { signal }: Io): Promise<ObjectHead> {
    const answer = await ask(
      () => new HeadObjectCommand(keyed(key)),
      (client, command, options) => client.send(command, options),
      ofObject('look at a file', key),
      signal,
    )
    return headOf(key, answer.output.ContentLength ?? 0, answer)
  }

  const open: ObjectStore['open'] = async (key, { signal, range, ifMatch }) => {
    if (range !== undefined && range.startOffset >= range.endOffset) {
      return { ...(await head(key, { signal })), startOffset: range.startOffset, body: noBytes() }
    }
    const answer = await ask(
      () =>
        new GetObjectCommand({
          ...keyed(key),
          ...(range === undefined ? {} : { Range: `bytes=${range.startOffset}-${range.endOffset - 1}` }),
          ...(ifMatch === undefined ? {} : { IfMatch: ifMatch }),
        }),
      (client, command, options) => client.send(command, options),
      ofObject('read a file', key, true),
      signal,
    )
    const stream = answer.output.Body as unknown as AsyncIterable<Uint8Array> & { destroy(): void }
    try {
      const extent = extentOf(answer.output, answer.status, range)
      if (extent === undefined) throw answer.status === 206 ? wrongRange() : notAStore(answer.status)
      const facts = headOf(key, extent.sizeBytes, answer)
      // Some stores ignore If-Match.
      if (ifMatch !== undefined && facts.etag !== ifMatch) throw new AppError('object-changed', { key })
      const body = readBody(stream, {
        expectedBytes: extent.lengthBytes,
        endpoint,
        signal,
        toError: (error) => toStoreError(error, ofObject('read a file', key, true)),
      })
      return { ...facts, startOffset: extent.startOffset, body }
    } catch (error) {
      stream?.destroy()
      throw error
    }
  }

  const read: ObjectStore['read'] = async (key, { signal, maxBytes }) => {
    const stop = new AbortController()
    const { body, startOffset: _, ...facts } = await open(key, { signal: AbortSignal.any([signal, stop.signal]) })
    if (facts.sizeBytes > maxBytes) {
      stop.abort()
      throw new AppError('package-too-large', { what: key, limit: `${maxBytes} bytes` })
    }
    const chunks: Uint8Array[] = []
    for await (const chunk of body) chunks.push(chunk)
    return { ...facts, bytes: new Uint8Array(Buffer.concat(chunks)) }
  }

  async function* list(prefix: string, { signal }: Io): AsyncIterable<readonly ObjectFacts[]> {
    const seen = new Set<string>()
    for (let token: string | undefined; ; ) {
      let taken: readonly ObjectFacts[] | undefined
      const { output, status } = await ask(
        () => {
          const command = new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: root + prefix,
            EncodingType: 'url',
            ...(token === undefined ? {} : { ContinuationToken: token }),
          })
          takeContents(command.middlewareStack, endpoint, (objects) => {
            taken = objects
          })
          return command
        },
        (client, command, options) => client.send(command, options),
        ofBucket('list files'),
        signal,
      )
      const isListing = output.Name !== undefined || output.IsTruncated !== undefined || output.KeyCount !== undefined
      if (!isListing) throw notAStore(status)
      const objects = [...(taken ?? []), ...(output.Contents ?? []).map(factsOf)]
      const page: ObjectFacts[] = []
      for (const object of objects) {
        const key = withoutRoot(object.key, output.EncodingType, root)
        // Some stores answer with more than what was asked for.
        if (key?.startsWith(prefix)) page.push({ ...object, key, etag: quoted(object.etag) })
      }
      if (page.length > 0) yield page
      if (output.IsTruncated !== true) return
      const next = output.NextContinuationToken
      // What is missing must not look as if it were gone.
      if (next === undefined || seen.has(next))
        throw new AppError('store-answer', { endpoint, status, what: 'It gave a list that does not end.' })
      seen.add(next)
      token = next
    }
  }

  const put: ObjectStore['put'] = async (key, bytes, { signal, condition, metadata, contentType }) => {
    const { output, status, headers } = await ask(
      () =>
        new PutObjectCommand({
          ...keyed(key),
          Body: bytes,
          ContentLength: bytes.length,
          ContentType: contentType ?? 'application/octet-stream',
          ...(metadata === undefined ? {} : { Metadata: { ...metadata } }),
          ...conditionOf(condition),
        }),
      (client, command, options) => client.send(command, options),
      ofObject('write a file', key),
      signal,
    )
    if (output.ETag === undefined) throw notAStore(status)
    return { etag: output.ETag, storeNowMs: timeOf(headers) }
  }

  async function remove(key: string, { signal }: Io): Promise<void> {
    try {
      await ask(
        () => new DeleteObjectCommand(keyed(key)),
        (client, command, options) => client.send(command, options),
        ofObject('delete a file', key),
        signal,
      )
    } catch (error) {
      if (!isAppError(error, 'object-not-found')) throw error
    }
  }

  const createUpload: ObjectStore['createUpload'] = async (key, { signal, metadata }) => {
    const { output, status } = await ask(
      () =>
        new CreateMultipartUploadCommand({
          ...keyed(key),
          ContentType: 'application/octet-stream',
          ...(metadata === undefined ? {} : { Metadata: { ...metadata } }),
        }),
      (client, command, options) => client.send(command, options),
      ofObject('start an upload', key),
      signal,
    )
    if (output.UploadId === undefined) throw notAStore(status)
    return { uploadId: output.UploadId }
  }

  // Over TLS no byte can change on its way, so the body needs no hash of its own; without it the signature holds one.
  const signsBodies = spec.endpoint !== undefined && new URL(spec.endpoint).protocol === 'http:'

  const uploadPart: ObjectStore['uploadPart'] = async (key, uploadId, partNumber, bytes, { signal, onSent, pace }) => {
    if (onSent !== undefined) sentListeners.set(bytes, onSent)
    if (pace !== undefined) sendPaces.set(bytes, pace)
    const { output, status } = await ask(
      () => {
        const command = new UploadPartCommand({
          ...keyed(key),
          UploadId: uploadId,
          PartNumber: partNumber,
          Body: bytes,
          ContentLength: bytes.length,
        })
        if (!signsBodies) leaveBodyUnsigned(command.middlewareStack)
        return command
      },
      (client, command, options) => client.send(command, options),
      ofUpload('send a part', key),
      signal,
    )
    if (output.ETag === undefined) throw notAStore(status)
    return { partNumber, etag: output.ETag, sizeBytes: bytes.length }
  }

  const copyPart: ObjectStore['copyPart'] = async (key, uploadId, partNumber, source, { signal }) => {
    const { startOffset, endOffset } = source
    const { output, status } = await ask(
      () =>
        new UploadPartCopyCommand({
          ...keyed(key),
          UploadId: uploadId,
          PartNumber: partNumber,
          CopySource: [bucket, ...(root + source.key).split('/')].map(encodeURIComponent).join('/'),
          CopySourceRange: `bytes=${startOffset}-${endOffset - 1}`,
          CopySourceIfMatch: source.etag,
        }),
      (client, command, options) => client.send(command, options),
      ofUpload('copy a part', key),
      signal,
    )
    if (output.CopyPartResult?.ETag === undefined) throw notAStore(status)
    return { partNumber, etag: quoted(output.CopyPartResult.ETag), sizeBytes: endOffset - startOffset }
  }

  async function listParts(key: string, uploadId: string, { signal }: Io): Promise<readonly UploadedPart[]> {
    const parts: UploadedPart[] = []
    for (let marker: string | undefined; ; ) {
      const { output } = await ask(
        () =>
          new ListPartsCommand({
            ...keyed(key),
            UploadId: uploadId,
            ...(marker === undefined ? {} : { PartNumberMarker: marker }),
          }),
        (client, command, options) => client.send(command, options),
        ofUpload('list the parts of an upload', key),
        signal,
      )
      for (const { PartNumber = 0, ETag = '', Size = 0 } of output.Parts ?? []) {
        parts.push({ partNumber: PartNumber, etag: quoted(ETag), sizeBytes: Size })
      }
      const next = output.IsTruncated ? output.NextPartNumberMarker : undefined
      if (next === undefined || next === marker) return parts
      marker = next
    }
  }

  async function listUploads(prefix: string, { signal }: Io): Promise<readonly OpenUpload[]> {
    const uploads: OpenUpload[] = []
    for (let marker: { readonly KeyMarker: string; readonly UploadIdMarker?: string } | undefined; ; ) {
      const { output } = await ask(
        () =>
          new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: root + prefix, EncodingType: 'url', ...marker }),
        (client, command, options) => client.send(command, options),
        ofBucket('list open uploads'),
        signal,
      )
      for (const { Key, UploadId, Initiated } of output.Uploads ?? []) {
        const key = withoutRoot(Key, output.EncodingType, root)
        // Some stores answer with more than what was asked for.
        if (key === undefined || UploadId === undefined || !key.startsWith(prefix)) continue
        uploads.push({ key, uploadId: UploadId, startedMs: Initiated?.getTime() ?? 0 })
      }
      const { IsTruncated, NextKeyMarker, NextUploadIdMarker } = output
      const isSame = NextKeyMarker === marker?.KeyMarker && NextUploadIdMarker === marker?.UploadIdMarker
      if (!IsTruncated || NextKeyMarker === undefined || isSame) return uploads
      marker = {
        KeyMarker: NextKeyMarker,
        ...(NextUploadIdMarker === undefined ? {} : { UploadIdMarker: NextUploadIdMarker }),
      }
    }
  }

  const completeUpload: ObjectStore['completeUpload'] = async (key, uploadId, parts, { signal, condition }) => {
    const { output, status } = await ask(
      () =>
        new CompleteMultipartUploadCommand({
          ...keyed(key),
          UploadId: uploadId,
          MultipartUpload: { Parts: parts.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: etag })) },
          ...conditionOf(condition),
        }),
      (client, command, options) => client.send(command, options),
      ofUpload('complete an upload', key),
      signal,
    )
    if (output.ETag === undefined && output.Key === undefined) throw notAStore(status)
    return undefined
  }

  async function abortUpload(key: string, uploadId: string, { signal }: Io): Promise<void> {
    try {
      await ask(
        () => new AbortMultipartUploadCommand({ ...keyed(key), UploadId: uploadId }),
        (client, command, options) => client.send(command, options),
        ofUpload('abort an upload', key),
        signal,
      )
    } catch (error) {
      if (!isAppError(error, 'upload-not-found')) throw error
    }
  }

  return {
    endpoint,
    keepsMetadata: true,
    region: s3.region,
    head,
    read,
    open,
    put,
    delete: remove,
    list,
    createUpload,
    uploadPart,
    copyPart,
    listParts,
    listUploads,
    completeUpload,
    abortUpload,
    close: s3.close,
  }
}

const conditionOf = (condition: Condition | undefined) => {
  if (condition === undefined) return {}
  return 'ifMatch' in condition ? { IfMatch: condition.ifMatch } : { IfNoneMatch: condition.ifNoneMatch }
}

async function* noBytes(): AsyncIterable<Uint8Array> {}
