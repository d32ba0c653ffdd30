import { randomUUID } from 'node:crypto'
import { AppError } from '../../../shared/errors.ts'
import type { PackageInfo } from '../../../shared/model/package.ts'
import { type PackedArchive, withMd5 } from '../format/archive-writer.ts'
import { writeSputnik } from '../format/sputnik-file.ts'
import { writeMeta } from '../format/write-meta.ts'
import type { Disk, Io } from '../ports.ts'
import { archiveOf, type PackSource } from './pack-source.ts'

export interface BuildJob {
  readonly source: PackSource
  readonly maxArchiveBytes: number
  readonly info: PackageInfo
  readonly publishedBy: string
  /** ISO 8601 */
  readonly publishedAt: string
  readonly tool: string
  /** Absolute path of the file. */
  readonly out: string
}
export interface BuildResult {
  readonly path: string
  readonly sizeBytes: number
}

/** Packs a source into a `.sputnik` file. Its meta tells who built it and when; publishing it writes that anew. */
export async function buildSputnik(
  job: BuildJob,
  disk: Disk,
  io: Io & { readonly throwIfStopped: () => void },
): Promise<BuildResult> {
  let packed: PackedArchive | undefined
  function* chunks(): Generator<Uint8Array, void, void> {
    packed = yield* withMd5(archiveOf(job.source, disk, { onRead: io.throwIfStopped }))
  }
  const metaBytes = () => {
    if (packed === undefined) throw new AppError('internal', { what: 'meta of an archive that is not written' })
    const { publishedAt, publishedBy, tool, info } = job
    const orbital = { transaction: randomUUID(), publishedAt, publishedBy, tool }
    return writeMeta({ info, files: packed.files, archive: packed, orbital })
  }
  const archive = { kind: 'chunks', chunks: chunks(), maxBytes: job.maxArchiveBytes } as const
  const { sizeBytes } = await writeSputnik(disk, job.out, { archive, metaBytes }, io)
  return { path: job.out, sizeBytes }
}
