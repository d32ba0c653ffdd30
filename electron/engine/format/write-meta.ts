import { AppError, isAppError } from '../../../shared/errors.ts'
import type { Manifest, ManifestFile, PackageInfo } from '../../../shared/model/package.ts'
import { identOf } from '../../../shared/model/package-ref.ts'
import { ingestMeta } from './ingest-meta.ts'
import { metaCaps } from './meta-caps.ts'
import { type Json, toPythonJson } from './python-json.ts'

export interface MetaContent {
  readonly info: PackageInfo
  /** In archive order. */
  readonly files: readonly ManifestFile[]
  readonly archive: { readonly md5: string; readonly sizeBytes: number }
  /** Absent: only what the old tools know is written. */
  readonly orbital?: Manifest['orbital']
}

/**
 * The bytes of meta.json in the form of the old tools: keys sorted, two spaces, ASCII. They were read back through strict ingest, so no
 * reader refuses them; a package that is too large for the caps is `package-too-large`.
 */
export function writeMeta({ info, files, archive, orbital }: MetaContent): Uint8Array {
  if (files.length > metaCaps.maxFiles) {
    throw new AppError('package-too-large', { what: 'number of files', limit: `${metaCaps.maxFiles}` })
  }
  const bytes = new TextEncoder().encode(
    toPythonJson({
      archive: ['archive.gz', archive.md5],
      manifest: files.map((file) => ({
        path: file.path.split('/'),
        noffset: file.endOffset,
        size: file.sizeBytes,
        checksum: [file.checksum.algorithm, file.checksum.hex],
      })),
      package: packageObject(info),
      orbital: orbital === undefined ? undefined : orbitalObject(orbital, files, archive.sizeBytes),
    }),
  )
  if (bytes.length > metaCaps.maxBytes) {
    throw new AppError('package-too-large', { what: 'meta.json', limit: `${metaCaps.maxBytes / 1024 / 1024} MiB` })
  }
  ingestOwn(bytes, info, archive.sizeBytes)
  return bytes
}

/** The five fields of the old tools are always there, null when unknown, as they write them. */
function packageObject(info: PackageInfo): Json {
  return {
    name: info.name,
    version: info.version,
    description: info.description ?? null,
    license: info.license ?? null,
    compatibility: info.compatibility ?? null,
    title: info.title,
    homepage: info.homepage,
    authors: info.authors,
    tags: info.tags,
    readme: info.readme,
    notes: info.notes,
  }
}

function orbitalObject(
  orbital: NonNullable<Manifest['orbital']>,
  files: readonly ManifestFile[],
  archiveBytes: number,
): Json {
  const members = files.flatMap(({ blocks }, file) =>
    blocks === undefined
      ? []
      : [{ file, blocks: blocks.map(({ endOffset, sizeBytes, sha256 }): Json => [endOffset, sizeBytes, sha256]) }],
  )
  return {
    format: 1,
    archive: { size: archiveBytes },
    members: members.length === 0 ? undefined : members,
    publishedAt: orbital.publishedAt,
    publishedBy: orbital.publishedBy,
    tool: orbital.tool,
    transaction: orbital.transaction,
  }
}

/** What can't be read back is a fault of this program, not of the person's folder. */
function ingestOwn(bytes: Uint8Array, info: PackageInfo, archiveBytes: number): void {
  try {
    ingestMeta(bytes, { key: 'meta.json', ident: identOf(info), archiveBytes })
  } catch (error) {
    if (!isAppError(error, 'meta-invalid')) throw error
    throw new AppError('internal', { what: `the meta just written is refused: ${error.details.reason}` }, error)
  }
}
