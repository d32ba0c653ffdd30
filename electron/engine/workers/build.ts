import { randomUUID } from 'node:crypto'
import { AppError } from '../../../shared/errors.ts'
import type { PackageInfo } from '../../../shared/model/package.ts'
import { type PackedArchive, withMd5 } from '../format/archive-writer.ts'
import { writeSputnik } from '../format/sputnik-file.ts'
import { writeMeta } from '../format/write-meta.ts'
import type { Disk, Io } from '../ports.ts'
import { checkArchive } from './check-archive.ts'
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
  /** What it is called until it is whole; else some name beside it. */
  readonly temporary?: string
  readonly overwrite?: boolean
  /** For its meta; else a new one. */
  readonly transaction?: string
}
/** So many more bytes of the source are read. */
export interface FromBuild {
  readonly readBytes: number
}
export interface BuildResult {
  readonly path: string
  readonly sizeBytes: number
}

/** Packs a source into a `.sputnik` file; what lies ready in one is checked first. Its meta tells who built it and when; publishing it writes that anew. */
export async function buildSputnik(
  job: BuildJob,
  disk: Disk,
  io: Io & { readonly throwIfStopped: () => void; readonly onRead: (bytes: number) => void },
): Promise<BuildResult> {
  if (job.source.kind === 'sputnik') await checkArchive(job.source, disk, io)
  let packed: PackedArchive | undefined
  const onRead = (bytes: number) => {
    io.throwIfStopped()
    io.onRead(bytes)
  }
  function* chunks(): Generator<Uint8Array, void, void> {
    packed = yield* withMd5(archiveOf(job.source, disk, { onRead }))
  }
  const metaBytes = () => {
    if (packed === undefined) throw new AppError('internal', { what: 'meta of an archive that is not written' })
    const { publishedAt, publishedBy, tool, info } = job
    const orbital = { transaction: job.transaction ?? randomUUID(), publishedAt, publishedBy, tool }
    return writeMeta({ info, files: packed.files, archive: packed, orbital })
  }
  const archive = { kind: 'chunks', chunks: chunks(), maxBytes: job.maxArchiveBytes } as const
  const { out, temporary, overwrite } = job
  const { sizeBytes } = await writeSputnik(
    disk,
    out,
    { archive, metaBytes },
    {
      signal: io.signal,
      ...(temporary === undefined ? {} : { temporary }),
      ...(overwrite === undefined ? {} : { overwrite }),
    },
  )
  return { path: job.out, sizeBytes }
}
