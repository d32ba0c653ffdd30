import * as z from 'zod'
import { AppError } from '../../../shared/errors.ts'
import type { Manifest } from '../../../shared/model/package.ts'
import { ingestMeta } from '../format/ingest-meta.ts'
import type { UploadedPart } from '../ports.ts'
import type { PublishKeys } from './publish-keys.ts'

/** What decides who publishes a version: `orbital/seals/<ident>/<n>.json`. Anybody can finish what it describes. */
export interface Seal {
  readonly transaction: string
  readonly publishedBy: string
  readonly uploadId: string
  readonly parts: readonly UploadedPart[]
  readonly sizeBytes: number
  readonly md5: string
  /** The exact bytes that become meta.json. */
  readonly meta: Uint8Array
}

/** A seal whose meta passed strict ingest and tells of the same archive. */
export interface TrustedSeal extends Seal {
  readonly number: number
  readonly manifest: Manifest
}

/** A meta of 64 MiB, in which every character may need escaping, and 10,000 parts. */
export const maxSealBytes = 160 * 1024 * 1024

const sealJson = z.object({
  format: z.literal(1),
  transaction: z.string().min(1).max(200),
  publishedBy: z.string().max(1000),
  uploadId: z.string().min(1).max(4096),
  /** [number, ETag, bytes] */
  parts: z
    .array(z.tuple([z.number().int().min(1).max(10_000), z.string().max(256), z.number().int().min(0)]))
    .min(1)
    .max(10_000),
  size: z.number().int().min(0),
  md5: z.string().regex(/^[0-9a-f]{32}$/),
  meta: z.string(),
})

export function encodeSeal(seal: Seal): Uint8Array {
  const json: z.infer<typeof sealJson> = {
    format: 1,
    transaction: seal.transaction,
    publishedBy: seal.publishedBy,
    uploadId: seal.uploadId,
    parts: seal.parts.map((part) => [part.partNumber, part.etag, part.sizeBytes]),
    size: seal.sizeBytes,
    md5: seal.md5,
    meta: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(seal.meta),
  }
  return new TextEncoder().encode(`${JSON.stringify(json)}\n`)
}

/** Anybody who may publish can write a seal, so it is read as strictly as any meta: `meta-invalid` otherwise. */
export function readSeal(bytes: Uint8Array, number: number, keys: PublishKeys): TrustedSeal {
  const key = keys.seal(number)
  const json = parseSeal(bytes, key)
  const meta = new TextEncoder().encode(json.meta)
  const manifest = ingestMeta(meta, { key: keys.meta, ident: keys.ident, archiveBytes: json.size })
  if (manifest.archive.md5 !== json.md5 || manifest.orbital?.transaction !== json.transaction)
    throw new AppError('meta-invalid', { key, reason: 'The seal and the meta in it tell of different uploads.' })
  return {
    number,
    transaction: json.transaction,
    publishedBy: json.publishedBy,
    uploadId: json.uploadId,
    parts: json.parts.map(([partNumber, etag, sizeBytes]) => ({ partNumber, etag, sizeBytes })),
    sizeBytes: json.size,
    md5: json.md5,
    meta,
    manifest,
  }
}

function parseSeal(bytes: Uint8Array, key: string): z.infer<typeof sealJson> {
  try {
    return sealJson.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch (error) {
    throw new AppError('meta-invalid', { key, reason: 'It is not a seal that this program can read.' }, error)
  }
}
