import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { FieldProblem } from '../../../shared/errors.ts'
import type { Checksum, Manifest, ManifestFile, PackageInfo, VersionSummary } from '../../../shared/model/package.ts'
import { checkName, checkVersion } from '../../../shared/model/package-path.ts'
import type { PublishFields, PublishPlan } from '../../../shared/model/plans.ts'
import { type FileMark, markOf } from '../format/file-marks.ts'
import { type ReadFolder, readRecipe } from '../format/recipe.ts'
import type { SourceFile } from '../format/source-file.ts'
import { inTurns } from '../in-turns.ts'
import type { Clock, Disk, Io, OpenConnection } from '../ports.ts'
import type { FileToHash } from '../workers/hash.ts'
import { type ComparedSource, compareSource, type PlanSource, type ReadSource } from './compare-source.ts'
import { compatibilityWarnings } from './compatibility-warnings.ts'
import { contentWarnings } from './content-warnings.ts'
import type { Inspector } from './inspect-source.ts'
import { hasNoChange } from './plan-changes.ts'
import { proposeVersion, stepOf } from './propose-version.ts'
import { headIfThere } from './publish-context.ts'
import { largestArchiveBytes, maxArchiveBytes, publishKeys } from './publish-keys.ts'
import { type PublishRequest, rowsOf } from './publish-request.ts'
import { readPackageFile } from './read-source.ts'
import { type OwnFolder, refuseOwnFolders } from './refuse-own-folders.ts'

/** What is published under a name, for the plan's comparisons. */
export interface PublishedVersions {
  readonly versions: readonly VersionSummary[]
  /** Of the newest one that can be read. */
  readonly newest?: Manifest
}

export interface PlanDeps {
  readonly disk: Disk
  readonly clock: Clock
  publishedVersions(connection: OpenConnection, name: string, io: Io): Promise<PublishedVersions>
  /** Shown to everybody as publisher. */
  publisher(): string
  /** Where packages are kept on this machine. */
  ownFolders(): readonly OwnFolder[]
  /** Looks into the files for what a person should know before they are published. */
  readonly inspect: Inspector
  /** A checksum that was taken of exactly this file before. */
  knownChecksum(file: SourceFile, algorithm: Checksum['algorithm']): Checksum | undefined
  /** Grows with every checksum that is taken. */
  checksumCount(): number
}

export interface PlanInput {
  readonly connection: OpenConnection
  /** Absolute; a folder or a `.sputnik` file. */
  readonly path: string
  readonly fields: PublishFields
  /** Told now and then how many entries of the folder were seen so far. */
  readonly onEntries?: (count: number) => void
  /** A plan of the same source of a moment ago: what of it holds on is not made again. */
  readonly before?: PlannedPublish | undefined
}

export interface PlannedPublish {
  readonly plan: Omit<PublishPlan, 'planId' | 'filesTag' | 'fileCount' | 'leftOutCount'>
  readonly request: PublishRequest
  /** Problems that Publish can't get past; that the version is published already is for the protocol to find out. */
  readonly blocking: readonly FieldProblem[]
  /** Files whose checksum would tell whether they changed. */
  readonly toHash: readonly FileToHash[]
  /** For the next plan of the same source. */
  readonly source: PlanSource
  readonly compared: ComparedSource
}

/**
 * What publishing a folder or a `.sputnik` file would do; writes nothing. Everything that is wrong with its fields is named at once.
 * Throws what reading the source throws (format/recipe.ts), `not-a-package-file`, and what looking at the store throws.
 */
export async function planPublish(deps: PlanDeps, input: PlanInput, io: Io): Promise<PlannedPublish> {
  const source = await readPlanSource(deps, input, io)
  const { connection, before } = input
  const isNameRight = checkName(source.info.name).ok
  const published: PublishedVersions = isNameRight
    ? await deps.publishedVersions(connection, source.info.name, io)
    : { versions: [] }
  const { newest } = published
  const compared = await compareSource(deps, source, { newest, store: connection.store, before: before?.compared })
  const { changes } = compared
  // A folder that is what was published last is that version: there is no next one to propose.
  const saysNew = typedSayings.some((field) => input.fields[field] !== undefined)
  const unchangedSince =
    source.takesOver && !saysNew && changes !== undefined && hasNoChange(changes.summary)
      ? changes.summary.version
      : undefined
  const proposal =
    unchangedSince === undefined
      ? proposeVersion(
          published.versions.map(({ version }) => version),
          stepOf(
            newest?.info.compatibility,
            source.info.compatibility ?? (source.takesOver ? newest?.info.compatibility : undefined),
            (changes?.summary.newFiles ?? 0) > 0,
          ),
        )
      : undefined
  const proposed = proposal?.version
  const { info, origins } = source.takesOver ? takeOver(source, newest, unchangedSince ?? proposed) : source

  const blocking = [
    ...source.problems.filter(({ field }) => field !== 'version' || info.version === source.info.version),
  ].map((problem) => (problem.field === 'version' && proposed !== undefined ? { ...problem, fix: proposed } : problem))
  if (source.maxArchiveBytes > maxArchiveBytes)
    blocking.push({ field: 'files', problem: 'A package has at most 600 GiB.' })
  const taken =
    isNameRight && checkVersion(info.version).ok
      ? await findTaken(deps, connection, info, published, { proposed, unchangedSince }, io)
      : undefined
  return {
    plan: {
      connectionId: connection.id,
      source: source.source,
      info,
      origins,
      files: compared.files,
      leftOut: source.leftOut,
      totalBytes: source.totalBytes,
      problems: taken === undefined ? blocking : [...blocking, taken],
      warnings: [...source.warnings, ...compatibilityWarnings(info.compatibility, source.warnings)],
      ...(changes === undefined
        ? {}
        : { previous: { ...changes.summary, ...(proposal?.step === undefined ? {} : { step: proposal.step }) } }),
      ...(compared.mostSentBytes === undefined ? {} : { mostSentBytes: compared.mostSentBytes }),
    },
    request: {
      connectionId: connection.id,
      place: connection.place,
      source: source.source,
      info,
      insideFolder: source.insideFolder,
      files: source.rows,
      totalBytes: source.totalBytes,
      maxArchiveBytes: source.maxArchiveBytes,
      publishedBy: deps.publisher(),
    },
    blocking,
    toHash: compared.toHash,
    source,
    compared,
  }
}

function readPlanSource(deps: PlanDeps, input: PlanInput, io: Io): Promise<PlanSource> {
  const isFile = deps.disk.facts(input.path)?.kind === 'file' && input.path.toLowerCase().endsWith('.sputnik')
  return isFile ? readFileSource(deps, input, io) : readFolderSource(deps, input, io)
}

async function readFolderSource(
  { disk, inspect, ownFolders }: PlanDeps,
  { path: folder, fields, onEntries, before }: PlanInput,
  { signal }: Io,
): Promise<PlanSource> {
  refuseOwnFolders(folder, ownFolders(), disk)
  const kept = before?.source.read
  const recipe = await readRecipe({ disk, folder, fields, signal, onEntries, before: kept?.folder })
  const insideFolder = fields.insideFolder ?? ''
  const read =
    kept?.folder === recipe.read ? kept : await readContents(recipe.read, insideFolder, inspect.files, { signal })
  const { said } = read
  return {
    read,
    source: { kind: 'folder', path: folder },
    info: recipe.info,
    origins: { ...recipe.origins },
    files: said.files,
    sourceFiles: read.sourceFiles,
    rows: read.rows,
    insideFolder,
    checksums: new Map(),
    leftOut: recipe.leftOut,
    totalBytes: recipe.totalBytes,
    maxArchiveBytes: read.maxArchiveBytes,
    problems: [...recipe.problems, ...said.problems],
    warnings: [...said.warnings, ...recipe.warnings],
    takesOver: disk.facts(path.join(folder, 'package.json')) === undefined,
  }
}

async function readContents(
  folder: ReadFolder,
  insideFolder: string,
  inspect: Inspector['files'],
  io: Io,
): Promise<ReadSource> {
  const { files } = folder
  await setImmediate()
  const said = await contentWarnings(files, await inspect(files, io))
  const sourceFiles: SourceFile[] = []
  await inTurns(files, ({ mark: _, ...file }) => sourceFiles.push(file))
  const rows = rowsOf(sourceFiles, insideFolder)
  await setImmediate()
  return { folder, said, sourceFiles, rows, maxArchiveBytes: largestArchiveBytes(files) }
}

/** Its archive goes as it is; what it says of itself may be changed. */
async function readFileSource(
  { disk, inspect }: PlanDeps,
  { path: file, fields, onEntries }: PlanInput,
  { signal }: Io,
): Promise<PlanSource> {
  const facts = disk.facts(file)
  const { manifest, archiveOffset } = readPackageFile(disk, file)
  const marked = await markFiles(manifest.files, signal)
  const inside = { path: file, facts, archiveOffset, files: marked }
  const said = await contentWarnings(marked, await inspect.packageFile(inside, { signal, onFiles: onEntries }))
  const { leaveOut: _, putIn: __, insideFolder: ___, ...typed } = fields
  const info: PackageInfo = { ...manifest.info, ...typed }
  const name = path.basename(file)
  const origins = Object.fromEntries(Object.keys(info).map((field) => [field, field in typed ? 'you' : name]))
  const problems = [
    { field: 'name', check: checkName(info.name) },
    { field: 'version', check: checkVersion(info.version) },
  ].flatMap(({ field, check }) =>
    check.ok ? [] : [{ field, problem: check.problem, ...(check.fix === undefined ? {} : { fix: check.fix }) }],
  )
  return {
    source: { kind: 'sputnik', path: file },
    info,
    origins,
    files: said.files,
    sourceFiles: [],
    rows: [],
    insideFolder: '',
    checksums: new Map(manifest.files.map((each) => [each.path, each.checksum])),
    leftOut: [],
    totalBytes: manifest.totalBytes,
    maxArchiveBytes: manifest.archive.sizeBytes,
    problems,
    warnings: [...said.warnings],
    takesOver: false,
  }
}

/** After so many the loop gets its turn. */
const filesPerTurn = 4096

async function markFiles(
  files: readonly ManifestFile[],
  signal: AbortSignal,
): Promise<(ManifestFile & { readonly mark?: FileMark })[]> {
  const marked: (ManifestFile & { readonly mark?: FileMark })[] = []
  for (const file of files) {
    const mark = markOf(file.path.split('/'))
    marked.push(mark === undefined ? file : { ...file, mark })
    if (marked.length % filesPerTurn !== 0) continue
    signal.throwIfAborted()
    await setImmediate()
  }
  return marked
}

/** Fields that stay what they were in the last version; what is new in a version is new each time. */
const lasting = ['title', 'description', 'license', 'compatibility', 'homepage', 'authors', 'tags'] as const

/** What a person may say of a version in the form; saying it anew is a reason for a next one. */
const typedSayings = ['title', 'description', 'license', 'compatibility', 'tags', 'notes'] as const

function takeOver(
  { info, origins }: PlanSource,
  newest: Manifest | undefined,
  version: string | undefined,
): Pick<PlanSource, 'info' | 'origins'> {
  if (newest === undefined) return { info, origins }
  const from: Record<string, string> = { ...origins }
  const taken: { -readonly [Field in keyof PackageInfo]: PackageInfo[Field] } = { ...info }
  const take = <Field extends keyof PackageInfo>(field: Field, value: PackageInfo[Field] | undefined) => {
    if (value === undefined || from[field] !== undefined) return
    taken[field] = value
    from[field] = newest.ref.version
  }
  for (const field of lasting) take(field, newest.info[field])
  if (from.version === 'a first version') {
    delete from.version
    take('version', version)
    // The same version again has the same news.
    if (version === newest.ref.version) take('notes', newest.info.notes)
  }
  return { info: taken, origins: from }
}

/** The catalog may be older than the store, so the version's own keys are looked at too. */
async function findTaken(
  deps: PlanDeps,
  connection: OpenConnection,
  info: PackageInfo,
  { versions }: PublishedVersions,
  { proposed, unchangedSince }: { readonly proposed?: string; readonly unchangedSince?: string },
  io: Io,
): Promise<FieldProblem | undefined> {
  const keys = publishKeys({ name: info.name, version: info.version })
  const fix = { ofStore: true, ...(proposed === undefined || proposed === info.version ? {} : { fix: proposed }) }
  const listed = versions.find(({ version }) => version === info.version)
  const [meta, withdrawn] = await Promise.all([
    listed === undefined ? headIfThere(connection.store, keys.meta, io) : undefined,
    headIfThere(connection.store, keys.withdrawn, io),
  ])
  if (withdrawn !== undefined)
    return { field: 'version', problem: `${info.version} was withdrawn and stays reserved.`, ...fix }
  if (listed === undefined && meta === undefined) return undefined
  const publishedMs = listed?.publishedAt === undefined ? meta?.modifiedMs : Date.parse(listed.publishedAt)
  const by = listed?.publishedBy === undefined ? '' : ` by ${listed.publishedBy}`
  const when = publishedMs === undefined ? '' : ` ${sayDay(publishedMs, deps.clock.now())}`
  if (info.version === unchangedSince)
    return {
      field: 'version',
      problem: `Nothing has changed since ${info.version}, which was published${by}${when}.`,
      ofStore: true,
    }
  return { field: 'version', problem: `${info.version} was published${by}${when} and can’t change.`, ...fix }
}

/** `today`, `yesterday`, `on 3 March 2026`. */
export function sayDay(ms: number, nowMs: number): string {
  const dayOf = (each: number) => new Date(each).toDateString()
  if (dayOf(ms) === dayOf(nowMs)) return 'today'
  if (dayOf(ms) === dayOf(nowMs - 86_400_000)) return 'yesterday'
  const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' }).format(ms)
  return `on ${day}`
}
