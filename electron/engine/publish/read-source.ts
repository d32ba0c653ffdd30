import type { Manifest } from '../../../shared/model/package.ts'
import type { Disk } from '../ports.ts'
import type { PackSource } from '../workers/pack.ts'
import type { PublishRequest } from './publish-request.ts'

/** What is packed: the request's files, or the archive that lies ready in its `.sputnik` file. */
export function readSource({ source, files }: PublishRequest, _disk: Disk): PackSource {
  return { kind: 'folder', files }
}

/** The manifest of a `.sputnik`; undefined for a folder, whose checksums are not known before it is packed. */
export function readSourceManifest(_request: PublishRequest, _disk: Disk): Manifest | undefined {
  return undefined
}
