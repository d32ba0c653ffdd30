import type { Checksum, Manifest, PackageInfo } from '../../../shared/model/package.ts'
import { hashFiles } from './hash-source.ts'
import type { PublishContext } from './publish-context.ts'
import { sourceFilesOf } from './publish-request.ts'
import { readSourceManifest } from './read-source.ts'

/**
 * Same content means: same paths, sizes and file checksums, and the same `package` object; never the same archive. Cheap differences
 * first; files are hashed only when nothing else tells the two apart, with the algorithm that the published meta has.
 */
export async function hasSameContent(context: PublishContext, published: Manifest): Promise<boolean> {
  const { request, packed } = context
  const planned = packed?.files ?? readSourceManifest(request, context.disk)?.files
  if (!isSameInfo(request.info, published.info)) return false
  const sources = sourceFilesOf(request)
  const sizes = new Map((planned ?? sources).map(({ path, sizeBytes }) => [path, sizeBytes]))
  if (sizes.size !== published.files.length) return false
  if (!published.files.every(({ path, sizeBytes }) => sizes.get(path) === sizeBytes)) return false

  const known = new Map((planned ?? []).map(({ path, checksum }) => [path, checksum]))
  if (published.files.every(({ path, checksum }) => known.get(path)?.algorithm === checksum.algorithm))
    return published.files.every(({ path, checksum }) => isSameChecksum(known.get(path), checksum))
  // The files of a `.sputnik` lie packed in it; with checksums of another kind they can't be told to be the same.
  if (request.source.kind === 'sputnik') return false
  context.task.enter({ kind: 'verifying' })
  const algorithms = new Map(published.files.map(({ path, checksum }) => [path, checksum.algorithm]))
  const hashed = await hashFiles(
    context.startWorker,
    sources.map((file) => ({ ...file, algorithm: algorithms.get(file.path) ?? 'sha256' })),
    context.io,
  )
  return published.files.every(({ path, checksum }) => isSameChecksum(hashed.get(path), checksum))
}

const isSameChecksum = (a: Checksum | undefined, b: Checksum): boolean =>
  a?.algorithm === b.algorithm && a.hex === b.hex

/** Equal as `package` objects: an absent field is one that is empty, order of keys does not count. */
export function isSameInfo(a: PackageInfo, b: PackageInfo): boolean {
  return canonical(a) === canonical(b)
}

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(
          Object.entries(inner)
            .filter(([, each]) => !isEmpty(each))
            .sort(([left], [right]) => (left < right ? -1 : 1)),
        )
      : inner,
  )

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
