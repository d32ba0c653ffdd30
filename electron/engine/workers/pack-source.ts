import { createHash } from 'node:crypto'
import { AppError } from '../../../shared/errors.ts'
import type { ManifestFile } from '../../../shared/model/package.ts'
import { type PackedFiles, type PackedMember, packArchive } from '../format/archive-writer.ts'
import type { SourceFile } from '../format/source-file.ts'
import type { Disk } from '../ports.ts'
import { membersOf } from './reusable-members.ts'

export type PackSource =
  | { readonly kind: 'folder'; readonly files: readonly SourceFile[] }
  /** An archive that lies ready inside a `.sputnik` file, as its manifest tells of it. */
  | {
      readonly kind: 'sputnik'
      readonly path: string
      readonly archiveOffset: number
      readonly archiveBytes: number
      readonly md5: string
      readonly files: readonly ManifestFile[]
    }

interface Hearers {
  /** Source bytes just read. */
  readonly onRead: (bytes: number) => void
  readonly onMember?: ((member: PackedMember) => void) | undefined
  readonly onStoredBlock?: ((startOffset: number, sizeBytes: number) => void) | undefined
}

/** The bytes of a source's archive, in order. */
export function archiveOf(
  source: PackSource,
  disk: Disk,
  { onRead, onMember, onStoredBlock }: Hearers,
): Generator<Uint8Array, PackedFiles, void> {
  return source.kind === 'folder'
    ? packArchive({
        files: source.files,
        disk,
        onRead,
        ...(onMember === undefined ? {} : { onMember }),
        ...(onStoredBlock === undefined ? {} : { onStoredBlock }),
      })
    : sputnikArchive(source, disk, { onRead, onMember })
}

const chunkBytes = 256 * 1024

/** As it is, with its md5 checked on the way. Its bytes count for as many source bytes as they unpack to. */
function* sputnikArchive(
  source: Extract<PackSource, { kind: 'sputnik' }>,
  disk: Disk,
  { onRead, onMember }: Hearers,
): Generator<Uint8Array, PackedFiles, void> {
  const members = onMember === undefined ? [] : membersOf(source)
  let member = 0
  const hash = createHash('md5')
  const chunk = Buffer.allocUnsafe(chunkBytes)
  const open = disk.open(source.path, 'read')
  let file = 0
  try {
    for (let offset = 0; offset < source.archiveBytes; ) {
      const bytes = chunk.subarray(0, Math.min(chunkBytes, source.archiveBytes - offset))
      if (open.read(bytes, source.archiveOffset + offset) !== bytes.length)
        throw new AppError('not-a-package-file', { path: source.path, reason: 'It ends too early.' })
      hash.update(bytes)
      offset += bytes.length
      for (; file < source.files.length && (source.files[file]?.endOffset ?? 0) <= offset; file += 1)
        onRead(source.files[file]?.sizeBytes ?? 0)
      yield bytes
      for (; (members[member]?.[1] ?? Number.POSITIVE_INFINITY) <= offset; member += 1) {
        const [startOffset = 0, endOffset = 0, sizeBytes = 0, sha256 = ''] = members[member] ?? []
        onMember?.({ startOffset, endOffset, sizeBytes, sha256 })
      }
    }
  } finally {
    open.close()
  }
  const md5 = hash.digest('hex')
  if (md5 !== source.md5)
    throw new AppError('not-a-package-file', {
      path: source.path,
      reason: 'Its archive is damaged: its MD5 is not the one it should have.',
    })
  return { files: source.files, sizeBytes: source.archiveBytes }
}
