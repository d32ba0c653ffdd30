import path from 'node:path'
import { AppError, type FieldProblem, isAppError } from '../../../shared/errors.ts'
import type { PackageInfo } from '../../../shared/model/package.ts'
import {
  checkPackagePath,
  checkPathPart,
  createPathSet,
  isReservedRootName,
  quoteName,
  suggestName,
} from '../../../shared/model/package-path.ts'
import type { PublishFields } from '../../../shared/model/plans.ts'
import { inTurns } from '../in-turns.ts'
import type { Disk } from '../ports.ts'
import { type FileMark, markOf } from './file-marks.ts'
import { licenseFileName } from './guess-license.ts'
import { type IncludePattern, parseInclude } from './include-patterns.ts'
import { isObject, type JsonObject } from './ingest-info.ts'
import { createLeftOutRules, ignoreFileName, recipeFileName } from './left-out-rules.ts'
import { metaCaps } from './meta-caps.ts'
import { type RecipeInfoInputs, readRecipeInfo } from './recipe-info.ts'
import type { SourceFile } from './source-file.ts'
import {
  type LeftOutEntry,
  type SeenFolder,
  seeFolder,
  unreadableName,
  type WalkedFolder,
  walkFolder,
} from './walk-folder.ts'

/**
 * A folder as the package that it would become. Nothing is written.
 *
 *  1. The folder must be one, and readable.
 *  2. package.json, where there is one: JSON, an object.
 *  3. Rules: `include`, `.orbitalignore`, the person's choices, the read-me.
 *  4. Walk: every file with its size, time and inode, by lstat.
 *  5. Fields: the person's, package.json's, guessed.
 *  6. Problems (nothing is published before they are mended) and warnings, all of them at once.
 */
export interface Recipe {
  readonly info: PackageInfo
  /** Field → where its value comes from: 'you', 'package.json', 'the folder', 'README.md', 'a first version'. */
  readonly origins: Readonly<Record<string, string>>
  /** Sorted by path. */
  readonly files: readonly RecipeFile[]
  readonly leftOut: LeftOutEntry[]
  readonly totalBytes: number
  readonly problems: readonly FieldProblem[]
  readonly warnings: readonly RecipeWarning[]
  /** For reading the same folder again a moment later. */
  readonly read: ReadFolder
}

/** The files of a folder (steps 3 and 4), and what is wrong with them: whatever is said of the package, that stays. */
export interface ReadFolder {
  readonly seen: SeenFolder
  /** The part of `choice` that is files of the folder. */
  readonly saidInFolder: string
  /** What chose them, as one text. */
  readonly choice: string
  readonly files: readonly RecipeFile[]
  readonly leftOut: LeftOutEntry[]
  readonly totalBytes: number
  /** Paths that can't be in a package, by themselves (the first of them) or together. */
  readonly badPaths: readonly { readonly path: string; readonly reason: string; readonly rule: string }[]
  readonly badPathCount: number
  readonly setProblem?: FieldProblem
  readonly warnings: readonly RecipeWarning[]
}
export type RecipeFile = SourceFile & { readonly mark?: FileMark }
export type { LeftOutEntry, SourceFile }
export interface RecipeWarning {
  readonly kind:
    | 'symlink'
    | 'not-portable'
    | 'reserved-name'
    | 'constraint-unreadable-by-old-tools'
    | 'include-matches-little'
  readonly path?: string
  readonly text: string
}

export interface ReadRecipeOptions {
  readonly disk: Disk
  /** Absolute. */
  readonly folder: string
  readonly fields?: PublishFields
  readonly signal: AbortSignal
  /** Told now and then how many entries were seen so far. */
  readonly onEntries?: ((count: number) => void) | undefined
  /** What an earlier call read of the folder: it isn't looked at again, whichever of its files a person chooses now. */
  readonly before?: ReadFolder | undefined
}

const maxSmallFileBytes = 1024 * 1024

/**
 * Throws `not-a-folder`, `folder-unreadable` (also for a folder inside), `folder-empty` (nothing in it may go in), `recipe-invalid` (a
 * package.json that is not JSON), `package-too-large`; everything that a form can mend is in `problems`.
 */
export async function readRecipe(options: ReadRecipeOptions): Promise<Recipe> {
  const { disk, folder, fields = {}, before } = options
  const rootEntries = disk.entries(folder) // 1
  const stated = readPackageJson(disk, folder) // 2
  const hasFile = (name: string) => rootEntries.some((entry) => entry.name === name && entry.kind === 'file')

  // 3
  const problems: FieldProblem[] = []
  const include = readInclude(stated, problems)
  const readme = readmePath(stated, hasFile, problems)
  const ignoreText = hasFile(ignoreFileName) ? readText(disk, path.join(folder, ignoreFileName)) : undefined
  const { leaveOut = [], putIn = [], insideFolder = '' } = fields
  const inside = insideFolder === '' ? '' : `${insideFolder}/`
  const saidInFolder = JSON.stringify([include?.map(({ text }) => text) ?? null, ignoreText, readme])
  const choice = JSON.stringify([saidInFolder, leaveOut, putIn, inside])
  const rules = { include, ignoreText, readme, leaveOut, putIn }
  // Who writes into the folder may have changed more of it than that.
  const seen = before?.saidInFolder === saidInFolder ? before.seen : seeFolder(disk, folder)
  const read =
    before?.choice === choice
      ? before
      : { choice, saidInFolder, seen, ...(await readFiles(options, seen, rules, inside)) } // 4
  if (read.files.length === 0 && include === undefined) {
    const leftOut = read.leftOut.reduce((sum, entry) => sum + entry.fileCount, 0)
    throw new AppError('folder-empty', { path: folder, leftOut })
  }

  // 5
  const readmeText = readme === undefined ? undefined : readText(disk, path.join(folder, readme))
  const license = readLicense(disk, folder, rootEntries)
  const described = readRecipeInfo({ folder, stated, fields, readmeText, license })
  const packedReadme = readme === undefined ? undefined : `${inside}${readme}`
  const isReadmeIn = packedReadme !== undefined && hasPath(read.files, packedReadme)

  // 6
  problems.push(
    ...described.problems,
    ...pathProblems(read, described.info.name, folder),
    ...includeProblems(include, read),
  )
  return {
    info: isReadmeIn ? { ...described.info, readme: packedReadme } : described.info,
    origins: isReadmeIn
      ? { ...described.origins, readme: stated?.readme === undefined ? 'the folder' : 'package.json' }
      : described.origins,
    files: read.files,
    leftOut: read.leftOut,
    totalBytes: read.totalBytes,
    problems,
    warnings: [...described.warnings, ...read.warnings],
    read,
  }
}

async function readFiles(
  { signal, onEntries }: ReadRecipeOptions,
  seen: SeenFolder,
  rules: Parameters<typeof createLeftOutRules>[0],
  inside: string,
): Promise<Omit<ReadFolder, 'choice' | 'saidInFolder' | 'seen'>> {
  const walked = await walkFolder({
    seen,
    signal,
    onEntries,
    maxEntries: 5 * metaCaps.maxFiles,
    rules: createLeftOutRules(rules),
  })
  const files: RecipeFile[] = []
  let totalBytes = 0
  await inTurns(walked.files, (file) => {
    const mark = markOf(file.path.split('/'))
    files.push({ ...file, path: `${inside}${file.path}`, ...(mark === undefined ? {} : { mark }) })
    totalBytes += file.sizeBytes
  })
  return {
    files,
    leftOut: [...walked.leftOut],
    totalBytes,
    ...(await checkPaths(files)),
    warnings: await fileWarnings(files, walked, rules.include),
  }
}

/** `files`: sorted by path. */
function hasPath(files: readonly RecipeFile[], wanted: string): boolean {
  let [low, high] = [0, files.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((files[middle]?.path ?? '') < wanted) low = middle + 1
    else high = middle
  }
  return files[low]?.path === wanted
}

function readPackageJson(disk: Disk, folder: string): JsonObject | undefined {
  const file = path.join(folder, recipeFileName)
  if (disk.facts(file)?.kind !== 'file') return undefined
  const refuse = (problem: string): never => {
    throw new AppError('recipe-invalid', { path: file, problems: [{ field: recipeFileName, problem }] })
  }
  const text = readText(disk, file) ?? refuse('It is larger than any recipe.')
  let content: unknown
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return refuse('It is not JSON.')
  }
  return isObject(content) ? content : refuse('It is not a JSON object.')
}

/** Text of a small file; undefined when it is too large for what it should be, or gone. */
function readText(disk: Disk, file: string): string | undefined {
  try {
    const bytes = disk.facts(file)?.kind === 'file' ? disk.read(file, { maxBytes: maxSmallFileBytes }) : undefined
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes)
  } catch (error) {
    if (isAppError(error, 'package-too-large')) return undefined
    throw error
  }
}

function readLicense(disk: Disk, folder: string, entries: ReturnType<Disk['entries']>): RecipeInfoInputs['license'] {
  const file = entries.find(({ name, kind }) => kind === 'file' && licenseFileName.test(name))
  const text = file && readText(disk, path.join(folder, file.name))
  return file === undefined || text === undefined ? undefined : { name: file.name, text }
}

function readInclude(stated: JsonObject | undefined, problems: FieldProblem[]): IncludePattern[] | undefined {
  const include = stated?.include
  if (include === undefined || include === null) return undefined
  const parsed = parseInclude(include)
  if (Array.isArray(parsed)) return parsed
  problems.push({ field: 'include', problem: parsed.problem })
  return undefined
}

/** Path of the model card below the folder. */
function readmePath(
  stated: JsonObject | undefined,
  hasFile: (name: string) => boolean,
  problems: FieldProblem[],
): string | undefined {
  const readme = stated?.readme
  if (readme === undefined || readme === null || readme === '') return hasFile('README.md') ? 'README.md' : undefined
  if (typeof readme === 'string' && checkPackagePath(readme.split('/')).ok) return readme
  problems.push({ field: 'readme', problem: 'The read-me is not a path inside the folder.' })
  return undefined
}

const mostNamed = 50

async function checkPaths(
  files: readonly RecipeFile[],
): Promise<Pick<ReadFolder, 'badPaths' | 'badPathCount' | 'setProblem'>> {
  // A folder whose name is not allowed is named once for all that is in it.
  const bad = new Map<string, { readonly reason: string; readonly rule: string }>()
  await inTurns(files, ({ path: file }) => {
    const parts = file.split('/')
    const check = checkPackagePath(parts)
    if (check.ok) return
    const badAt = parts.findIndex((part) => !checkPathPart(part).ok)
    const named = badAt < 0 ? parts : parts.slice(0, badAt + 1)
    const own = checkPackagePath(named)
    bad.set(named.join('/'), own.ok ? check : own)
  })
  const badPaths = [...bad].slice(0, mostNamed).map(([bare, { reason, rule }]) => ({ path: bare, reason, rule }))
  const add = createPathSet()
  const setProblems: FieldProblem[] = []
  await inTurns(files, ({ path: file }) => {
    const check = setProblems.length > 0 ? undefined : add(file)
    if (check?.ok === false)
      setProblems.push({
        field: 'files',
        problem: check.reason,
        ...(check.path === undefined ? {} : { path: check.path }),
      })
  })
  const [setProblem] = setProblems
  return { badPaths, badPathCount: bad.size, ...(setProblem === undefined ? {} : { setProblem }) }
}

function pathProblems(
  { files, badPaths, badPathCount, setProblem }: ReadFolder,
  name: string,
  folder: string,
): FieldProblem[] {
  const problems: FieldProblem[] = []
  for (const { path: bare, reason, rule } of badPaths) {
    const fix =
      rule === 'reserved'
        ? `Put everything in a folder ${checkedName(name, folder)}/`
        : `Rename or leave out ${quoteName(bare)}`
    problems.push({ field: 'files', problem: reason, fix, path: bare })
  }
  if (badPathCount > badPaths.length)
    problems.push({ field: 'files', problem: `${badPathCount - badPaths.length} more have such names.` })
  if (setProblem !== undefined) problems.push(setProblem)
  if (files.length > metaCaps.maxFiles) {
    problems.push({
      field: 'files',
      problem: `A package has at most ${metaCaps.maxFiles} files; these are ${files.length}.`,
    })
  }
  return problems
}

const checkedName = (name: string, folder: string): string =>
  suggestName(name) ?? suggestName(path.basename(folder)) ?? 'files'

function includeProblems(include: readonly IncludePattern[] | undefined, { files }: ReadFolder): FieldProblem[] {
  if (include === undefined || files.length > 0) return []
  const texts = include.map(({ text }) => quoteName(text)).join(', ')
  const problem =
    include.length === 0 ? '“include” is empty, so no file goes in.' : `No file matches “include” (${texts}).`
  return [{ field: 'include', problem }]
}

async function fileWarnings(
  files: readonly RecipeFile[],
  { leftOut, files: walked }: WalkedFolder,
  include: readonly IncludePattern[] | undefined,
): Promise<RecipeWarning[]> {
  const warnings: RecipeWarning[] = []
  const others = (count: number) => (count > 1 ? ` and ${count - 1} more` : '')
  const notPortable: RecipeFile[] = []
  const reserved: RecipeFile[] = []
  await inTurns(files, (file) => {
    if (file.mark === 'not-portable') notPortable.push(file)
    if (isReservedRootName(file.path.slice(0, `${file.path}/`.indexOf('/')))) reserved.push(file)
  })
  const [odd] = notPortable
  if (odd !== undefined) {
    const text = `${quoteName(odd.path)}${others(notPortable.length)} can’t be installed on every computer.`
    warnings.push({ kind: 'not-portable', path: odd.path, text })
  }
  const misread = leftOut.filter(({ why }) => why === unreadableName)
  for (const { path: file } of misread.slice(0, 50)) {
    const text = `The name of ${quoteName(file)} is not valid Unicode, so it is left out. Rename it to publish it.`
    warnings.push({ kind: 'not-portable', path: file, text })
  }
  for (const { path: link } of leftOut.filter(({ reason }) => reason === 'symlink').slice(0, 50)) {
    warnings.push({
      kind: 'symlink',
      path: link,
      text: `${quoteName(link)} is a link. Links are not published, nor what they lead to.`,
    })
  }
  for (const file of reserved) {
    warnings.push({
      kind: 'reserved-name',
      path: file.path,
      text: `${quoteName(file.path)} is a name that libraries use for themselves.`,
    })
  }
  for (const pattern of include ?? []) {
    if (walked.length === 0 || walked.some((file) => pattern.matches(file.path.split('/')))) continue
    warnings.push({ kind: 'include-matches-little', text: `No file matches ${quoteName(pattern.text)} in “include”.` })
  }
  return warnings
}
