import { createHash } from 'node:crypto'
import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { FilePreview } from '../../../shared/model/file-preview.ts'
import type { Manifest, ManifestFile } from '../../../shared/model/package.ts'
import { specOf } from '../../../shared/model/package-ref.ts'
import { createMemberDecoder } from '../format/archive-reader.ts'
import { refuseLinksTo } from '../library/verify.ts'
import type { Disk, Io, ObjectStore } from '../ports.ts'
import { beginningOf } from './preview-content.ts'

export const defaultPreviewBytes = 256 * 1024

/** The manifest's entry of a path; `file-not-found`. */
export function fileOf(manifest: Manifest, filePath: string): ManifestFile {
  const file = manifest.files.find((each) => each.path === filePath)
  if (file === undefined) throw new AppError('file-not-found', { spec: specOf(manifest.ref), path: filePath })
  return file
}

/**
 * The beginning of a published file, by one ranged GET of its slice, which is left as soon as enough came. A file that is read whole is
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
  const beginning = beginningOf(file, options.maxBytes)
  const gathered = createGathered()
  let wanted = beginning.wantedBytes(gathered.bytes()) ?? 0
  const hash = createHash(file.checksum.algorithm)
  const decoder = createMemberDecoder({
    expectedBytes: file.sizeBytes,
    ref: specOf(manifest.ref),
    path: file.path,
    onData(chunk) {
      hash.update(chunk)
      gathered.add(chunk)
    },
  })
  const isEnough = () => {
    while (gathered.bytes().length >= wanted) {
      const more = beginning.wantedBytes(gathered.bytes())
      if (more === undefined) return true
      wanted = more
    }
    return false
  }
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
      if (left === 0 || (wanted < file.sizeBytes && isEnough())) break
    }
    if (left === 0) {
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
  return { path: file.path, sizeBytes: file.sizeBytes, content: beginning.content(gathered.bytes()) }
}

/** The beginning of an installed file as it is on disk; `path-not-allowed` where a symbolic link stands in its place or on the way. */
export function previewInstalled(disk: Disk, folder: string, file: ManifestFile, maxBytes: number): FilePreview {
  const target = path.join(folder, ...file.path.split('/'))
  refuseLinksTo(disk, folder, file.path)
  const beginning = beginningOf(file, maxBytes)
  const open = disk.open(target, 'read')
  try {
    let bytes = new Uint8Array(0)
    for (let wanted = beginning.wantedBytes(bytes); wanted !== undefined; wanted = beginning.wantedBytes(bytes)) {
      const longer = new Uint8Array(wanted)
      longer.set(bytes)
      const count = open.read(longer.subarray(bytes.length), bytes.length)
      bytes = longer.subarray(0, bytes.length + count)
      // Shorter than it was installed.
      if (bytes.length < wanted) break
    }
    return { path: file.path, sizeBytes: file.sizeBytes, content: beginning.content(bytes) }
  } finally {
    open.close()
  }
}

/** Chunks of unknown number, as one piece. */
function createGathered() {
  let memory = new Uint8Array(0)
  let length = 0
  return {
    add(chunk: Uint8Array) {
      if (length + chunk.length > memory.length) {
        const longer = new Uint8Array(Math.max(memory.length * 2, length + chunk.length, 64 * 1024))
        longer.set(memory.subarray(0, length))
        memory = longer
      }
      memory.set(chunk, length)
      length += chunk.length
    },
    bytes: () => memory.subarray(0, length),
  }
}
