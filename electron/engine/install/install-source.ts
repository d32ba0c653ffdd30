import { createHash } from 'node:crypto'
import { AppError } from '../../../shared/errors.ts'
import type { Manifest, PackageRef } from '../../../shared/model/package.ts'
import { specOf } from '../../../shared/model/package-ref.ts'
import type { PublishedVersion } from '../catalog/read-version.ts'
import { ingestMeta } from '../format/ingest-meta.ts'
import { openSputnik } from '../format/sputnik-file.ts'
import type { CredentialsIo, Disk, Io, OpenConnection, PlainCredentials } from '../ports.ts'
import type { UnpackSource } from '../workers/unpack.ts'
import { credentialsOf } from '../workers/worker-credentials.ts'
import type { InstallRequest } from './install-request.ts'

/** A `.sputnik` file's package, with where its archive.gz lies. `not-a-package-file`, `meta-invalid`, `archive-mismatch`. */
export function readSputnik(disk: Disk, path: string) {
  const { metaBytes, archive } = openSputnik(disk, path)
  return { metaBytes, archive, manifest: ingestMeta(metaBytes, { key: path, archiveBytes: archive.sizeBytes }) }
}

export interface SourceDeps {
  readonly disk: Disk
  connection(connectionId: string, io: Io): Promise<OpenConnection>
  published(connection: OpenConnection, ref: PackageRef, io: Io): Promise<PublishedVersion>
}

/** What is installed, as it is at its source now. */
export interface InstallSource {
  readonly manifest: Manifest
  readonly metaBytes: Uint8Array
  readonly metaSha256: string
  /** Changes whenever the archive does: staged bytes are good for one of it only. */
  readonly bound: string
  readonly unpack: UnpackSource
  readonly connectionName: string
  credentials(io: CredentialsIo): Promise<PlainCredentials>
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
export const archiveKeyOf = (ref: PackageRef): string => `models/${ref.name}-${ref.version}/archive.gz`

/** `object-changed` when the meta is not the planned one, `archive-mismatch` when the archive is another publication's. */
export async function openInstallSource(deps: SourceDeps, request: InstallRequest, io: Io): Promise<InstallSource> {
  const source =
    request.source.kind === 'file'
      ? openFile(deps, request.source.path)
      : await openPublished(deps, request.source.connectionId, request.ref, io)
  if (source.metaSha256 === request.metaSha256) return source
  const changed =
    source.unpack.kind === 'file' ? source.unpack.path : archiveKeyOf(request.ref).replace('archive.gz', 'meta.json')
  throw new AppError('object-changed', { key: changed })
}

function openFile({ disk }: SourceDeps, path: string): InstallSource {
  const { manifest, metaBytes, archive } = readSputnik(disk, path)
  const facts = disk.facts(path)
  return {
    manifest,
    metaBytes,
    metaSha256: sha256Of(metaBytes),
    bound: `file ${facts?.inode} ${facts?.sizeBytes} ${facts?.modifiedMs}`,
    unpack: { kind: 'file', path, archiveOffset: archive.offset, archiveBytes: archive.sizeBytes },
    connectionName: '',
    credentials: async () => ({ kind: 'anonymous' }),
  }
}

async function openPublished(deps: SourceDeps, connectionId: string, ref: PackageRef, io: Io): Promise<InstallSource> {
  const connection = await deps.connection(connectionId, io)
  const { manifest, metaBytes, archive } = await deps.published(connection, ref, io)
  const transaction = archive.metadata['orbital-transaction']
  const isOthers =
    transaction !== undefined && manifest.orbital !== undefined && transaction !== manifest.orbital.transaction
  if (isOthers || archive.sizeBytes !== manifest.archive.sizeBytes)
    throw new AppError('archive-mismatch', { ref: specOf(ref) })
  return {
    manifest,
    metaBytes,
    metaSha256: sha256Of(metaBytes),
    bound: `store ${archive.etag} ${archive.sizeBytes}`,
    unpack: { kind: 'store', spec: await connection.spec(io), key: archiveKeyOf(ref), etag: archive.etag },
    connectionName: connection.name,
    credentials: credentialsOf(connection),
  }
}
