import type { FieldProblem } from '../../../shared/errors.ts'
import type { Checksum, Manifest, PackageInfo } from '../../../shared/model/package.ts'
import type { PublishPlan } from '../../../shared/model/plans.ts'
import type { ReadFolder, RecipeFile } from '../format/recipe.ts'
import type { SourceFile } from '../format/source-file.ts'
import { inTurns } from '../in-turns.ts'
import type { ObjectStore } from '../ports.ts'
import type { FileToHash } from '../workers/hash.ts'
import type { ContentWarnings } from './content-warnings.ts'
import { type Changes, compareFiles } from './plan-changes.ts'
import { mostSentBytes } from './plan-send.ts'
import type { PublishRequest } from './publish-request.ts'

/** A folder, and what was found in its files. */
export interface ReadSource extends Pick<PlanSource, 'sourceFiles' | 'rows' | 'maxArchiveBytes'> {
  readonly folder: ReadFolder
  readonly said: ContentWarnings<RecipeFile>
}

/** What would be published, as it was read. */
export interface PlanSource {
  /** Of a folder. */
  readonly read?: ReadSource
  readonly source: PublishPlan['source']
  readonly info: PackageInfo
  readonly origins: Record<string, string>
  readonly files: readonly {
    readonly path: string
    readonly sizeBytes: number
    readonly mark?: 'secret' | 'runs-code' | 'not-portable'
  }[]
  /** Empty for a `.sputnik`. */
  readonly sourceFiles: readonly SourceFile[]
  /** The same for the request. */
  readonly rows: PublishRequest['files']
  readonly insideFolder: string
  /** Known at once for a `.sputnik`. */
  readonly checksums: ReadonlyMap<string, Checksum>
  readonly leftOut: PublishPlan['leftOut']
  readonly totalBytes: number
  readonly maxArchiveBytes: number
  readonly problems: readonly FieldProblem[]
  readonly warnings: PublishPlan['warnings']
  /** Nobody wrote down what this package says of itself, so what its last version said holds on. */
  readonly takesOver: boolean
}

/** What is published under a name already, and what a source would change of it. */
export interface ComparedSource {
  /** Without a change where nothing is published. */
  readonly files: PublishPlan['files']
  readonly changes?: Changes
  /** Files whose checksum would tell whether they changed. */
  readonly toHash: readonly FileToHash[]
  /** Where ranges are copied at the store and there is something to copy them from. */
  readonly mostSentBytes?: number
  /** What it was made of: it is the same while these are. */
  readonly of: {
    readonly files: PlanSource['files']
    readonly newest: Manifest | undefined
    readonly store: ObjectStore
    readonly checksumCount: number
  }
}

interface CompareDeps {
  knownChecksum(file: SourceFile, algorithm: Checksum['algorithm']): Checksum | undefined
  /** Grows with every checksum that is taken. */
  checksumCount(): number
}
interface With {
  readonly newest: Manifest | undefined
  readonly store: ObjectStore
  readonly before: ComparedSource | undefined
}

export async function compareSource(
  deps: CompareDeps,
  source: PlanSource,
  { newest, store, before }: With,
): Promise<ComparedSource> {
  const of = { files: source.files, newest, store, checksumCount: deps.checksumCount() }
  const isSame =
    before?.of.files === of.files &&
    before.of.newest === newest &&
    before.of.store === store &&
    (newest === undefined || before.of.checksumCount === of.checksumCount)
  if (isSame) return before
  if (newest === undefined) return { files: await planFiles(source, undefined), toHash: [], of }
  const published = new Map<string, Manifest['files'][number]>()
  await inTurns(newest.files, (file) => published.set(file.path, file))
  const checksums = new Map(source.checksums)
  const toHash: FileToHash[] = []
  await inTurns(source.sourceFiles, (file) => {
    const old = published.get(file.path)
    if (old === undefined) return
    const known = deps.knownChecksum(file, old.checksum.algorithm)
    if (known !== undefined) checksums.set(file.path, known)
    else if (old.sizeBytes === file.sizeBytes) toHash.push({ ...file, algorithm: old.checksum.algorithm })
  })
  const changes = await compareFiles(source.files, newest, checksums, published)
  const sends = store.copyPart !== undefined && newest.orbital !== undefined
  return {
    files: await planFiles(source, changes),
    changes,
    toHash,
    ...(sends ? { mostSentBytes: mostSentBytes(source.files, newest, changes.ofFile) } : {}),
    of,
  }
}

async function planFiles({ files }: PlanSource, changes: Changes | undefined): Promise<PublishPlan['files']> {
  const planned: PublishPlan['files'] = []
  await inTurns(files, ({ path, sizeBytes, mark }) => {
    planned.push({
      path,
      sizeBytes,
      ...(changes === undefined ? {} : { change: changes.ofFile.get(path) ?? 'new' }),
      ...(mark === undefined ? {} : { mark }),
    })
  })
  return planned
}
