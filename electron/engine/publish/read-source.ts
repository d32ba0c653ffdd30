import { AppError } from '../../../shared/errors.ts'
import type { Manifest } from '../../../shared/model/package.ts'
import { ingestMeta } from '../format/ingest-meta.ts'
import { openSputnik } from '../format/sputnik-file.ts'
import type { Disk } from '../ports.ts'
import type { PackSource } from '../workers/pack-source.ts'
import { type PublishRequest, sourceFilesOf } from './publish-request.ts'

type Source = Pick<PublishRequest, 'source' | 'files' | 'insideFolder' | 'maxArchiveBytes'>

/** What is packed: the request's files, or the archive that lies ready in its `.sputnik` file. `file-changed` when that is another file by now. */
export function readSource(request: Source, disk: Disk): PackSource {
  const { source, maxArchiveBytes } = request
  if (source.kind === 'folder') return { kind: 'folder', files: sourceFilesOf(request) }
  const { manifest, archiveOffset } = readPackageFile(disk, source.path)
  if (manifest.archive.sizeBytes !== maxArchiveBytes) throw new AppError('file-changed', { path: source.path })
  const { sizeBytes: archiveBytes, md5 } = manifest.archive
  return { kind: 'sputnik', path: source.path, archiveOffset, archiveBytes, md5, files: manifest.files }
}

/** The manifest of a `.sputnik`; undefined for a folder, whose checksums are not known before it is packed. */
export function readSourceManifest({ source }: Source, disk: Disk): Manifest | undefined {
  return source.kind === 'sputnik' ? readPackageFile(disk, source.path).manifest : undefined
}

/** A `.sputnik` file by its meta.json, through strict ingest. Throws `not-a-package-file`, with the reason, for whatever is wrong with it. */
export function readPackageFile(
  disk: Disk,
  path: string,
): { readonly manifest: Manifest; readonly archiveOffset: number } {
  const { metaBytes, archive } = openSputnik(disk, path)
  try {
    const manifest = ingestMeta(metaBytes, { key: path, archiveBytes: archive.sizeBytes })
    return { manifest, archiveOffset: archive.offset }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const reason = 'reason' in error.details ? error.details.reason : undefined
    const said = typeof reason === 'string' ? reason : 'Its files and its description do not belong together.'
    throw new AppError('not-a-package-file', { path, reason: said }, error)
  }
}
