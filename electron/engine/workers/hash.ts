import { createHash } from 'node:crypto'
import { AppError } from '../../../shared/errors.ts'
import type { Checksum } from '../../../shared/model/package.ts'
import type { SourceFile } from '../format/source-file.ts'
import type { Disk, Io, ObjectStore, StoreSpec } from '../ports.ts'
import type { ReadyArchive } from './check-archive.ts'

export interface FileToHash extends SourceFile {
  readonly algorithm: Checksum['algorithm']
}

export type HashJob =
  | { readonly kind: 'files'; readonly files: readonly FileToHash[] }
  /** An archive that lies ready, against its manifest. */
  | { readonly kind: 'archive'; readonly source: ReadyArchive }
  /** The MD5 of a whole object, for stores that tell neither it nor who wrote the object. */
  | { readonly kind: 'object'; readonly spec: StoreSpec; readonly connectionName: string; readonly key: string }

export interface HashedFile {
  readonly path: string
  readonly checksum: Checksum
}

const chunkBytes = 1024 * 1024

/** Hashes files one after the other and tells of each. `file-changed` when one is not as planned, before or while it is read. */
export async function hashFiles(
  files: readonly FileToHash[],
  disk: Disk,
  onFile: (file: HashedFile) => void,
  { signal }: Io,
): Promise<void> {
  const chunk = Buffer.allocUnsafe(chunkBytes)
  for (const file of files) {
    onFile({ path: file.path, checksum: await hashFile(file, disk, chunk, signal) })
  }
}

async function hashFile(file: FileToHash, disk: Disk, chunk: Buffer, signal: AbortSignal): Promise<Checksum> {
  const hash = createHash(file.algorithm)
  const open = disk.open(file.absolutePath, 'read')
  try {
    const before = open.facts()
    let offset = 0
    for (let read = -1; read !== 0; offset += read) {
      signal.throwIfAborted()
      read = open.read(chunk, offset)
      hash.update(chunk.subarray(0, read))
      // Lets messages in, so that a stop is heard within a chunk.
      await new Promise((resolve) => setImmediate(resolve))
    }
    const after = open.facts()
    const isAsPlanned = before.sizeBytes === file.sizeBytes && before.modifiedMs === file.modifiedMs
    if (!isAsPlanned || offset !== file.sizeBytes || after.modifiedMs !== before.modifiedMs)
      throw new AppError('file-changed', { path: file.path })
    return { algorithm: file.algorithm, hex: hash.digest('hex') }
  } finally {
    open.close()
  }
}

export async function hashObject(store: ObjectStore, key: string, io: Io): Promise<string> {
  const hash = createHash('md5')
  const { body, startOffset } = await store.open(key, io)
  if (startOffset !== 0) throw new AppError('object-changed', { key })
  for await (const chunk of body) hash.update(chunk)
  return hash.digest('hex')
}
