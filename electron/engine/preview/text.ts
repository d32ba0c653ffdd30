import { createHash } from 'node:crypto'
import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { Manifest, ManifestFile } from '../../../shared/model/package.ts'
import { specOf } from '../../../shared/model/package-ref.ts'
import { createMemberDecoder } from '../format/archive-reader.ts'
import { leadsThroughLink } from '../library/verify.ts'
import type { Disk, Io, ObjectStore } from '../ports.ts'

export const defaultPreviewBytes = 256 * 1024

export interface FilePreview {
  readonly path: string
  readonly sizeBytes: number
  readonly content:
    | { readonly kind: 'text'; readonly text: string; readonly truncated: boolean }
    | { readonly kind: 'binary' }
}

/** The manifest's entry of a path; `file-not-found`. */
export function fileOf(manifest: Manifest, filePath: string): ManifestFile {
  const file = manifest.files.find((each) => each.path === filePath)
  if (file === undefined) throw new AppError('file-not-found', { spec: specOf(manifest.ref), path: filePath })
  return file
}

/**
 * The beginning of a published file, by one ranged GET of its slice, which is left as soon as `maxBytes` came. A file that is shown whole is
 * verified (`archive-damaged`).
 */
export async function previewPublished(
  store: ObjectStore,
  published: { readonly manifest: Manifest; readonly archive: { readonly etag: string } },
  filePath: string,
  options: Io & { readonly maxBytes: number },
): Promise<FilePreview> {
  const { manifest, archive } = published
  const file = fileOf(manifest, filePath)
  const wanted = Math.min(file.sizeBytes, options.maxBytes)
  const bytes = Buffer.alloc(wanted)
  let filled = 0
  const hash = createHash(file.checksum.algorithm)
  const decoder = createMemberDecoder({
    expectedBytes: file.sizeBytes,
    ref: specOf(manifest.ref),
    path: file.path,
    onData(chunk) {
      hash.update(chunk)
      if (filled < wanted) filled += Buffer.from(chunk).copy(bytes, filled)
    },
  })
  try {
    const range = { startOffset: file.startOffset, endOffset: file.endOffset }
    const answer = await store.open(`models/${manifest.ref.name}-${manifest.ref.version}/archive.gz`, {
      signal: options.signal,
      range,
      ifMatch: archive.etag,
    })
    let skip = range.startOffset - answer.startOffset
    let left = range.endOffset - range.startOffset
    for await (const received of answer.body) {
      const chunk = received.subarray(Math.min(skip, received.length), skip + left)
      skip = Math.max(0, skip - received.length)
      left -= chunk.length
      if (chunk.length > 0) await decoder.push(chunk)
      if (left === 0 || (filled === wanted && wanted < file.sizeBytes)) break
    }
    if (wanted === file.sizeBytes) {
      decoder.end()
      if (hash.digest('hex') !== file.checksum.hex) {
        throw new AppError('archive-damaged', {
          ref: specOf(manifest.ref),
          path: file.path,
          reason: 'its checksum differs.',
        })
      }
    }
  } finally {
    decoder.close()
  }
  return {
    path: file.path,
    sizeBytes: file.sizeBytes,
    content: contentOf(bytes.subarray(0, filled), wanted < file.sizeBytes),
  }
}

/** The beginning of an installed file as it is on disk; `path-not-allowed` where a symbolic link stands in its place or on the way. */
export function previewInstalled(disk: Disk, folder: string, file: ManifestFile, maxBytes: number): FilePreview {
  const target = path.join(folder, ...file.path.split('/'))
  if (disk.facts(target)?.kind === 'symlink' || leadsThroughLink(disk, folder, file.path))
    throw new AppError('path-not-allowed', { path: target, reason: 'A symbolic link is not followed.' })
  const open = disk.open(target, 'read')
  try {
    const bytes = Buffer.alloc(Math.min(file.sizeBytes, maxBytes))
    const filled = open.read(bytes, 0)
    return {
      path: file.path,
      sizeBytes: file.sizeBytes,
      content: contentOf(bytes.subarray(0, filled), bytes.length < file.sizeBytes),
    }
  } finally {
    open.close()
  }
}

/** UTF-8 without NUL is text; a character that the cut went through is dropped. */
function contentOf(bytes: Uint8Array, truncated: boolean): FilePreview['content'] {
  if (bytes.includes(0)) return { kind: 'binary' }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: truncated })
    return { kind: 'text', text, truncated }
  } catch {
    return { kind: 'binary' }
  }
}
