import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { AppError, type FieldProblem, isAppError } from '../../../shared/errors.ts'
import type { PackageInfo } from '../../../shared/model/package.ts'
import {
  checkPackagePath,
  checkPathPart,
  checkPathSet,
  isReservedRootName,
  quoteName,
  suggestName,
} from '../../../shared/model/package-path.ts'
import type { PublishFields } from '../../../shared/model/plans.ts'
import type { Disk } from '../ports.ts'
import { type FileMark, markOf } from './file-marks.ts'
import { licenseFileName } from './guess-license.ts'
import { type IncludePattern, parseInclude } from './include-patterns.ts'
import { isObject, type JsonObject } from './ingest-info.ts'
import { createLeftOutRules, ignoreFileName, recipeFileName } from './left-out-rules.ts'
import { metaCaps } from './meta-caps.ts'
import { type RecipeInfoInputs, readRecipeInfo } from './recipe-info.ts'
import type { SourceFile } from './source-file.ts'
import { type LeftOutEntry, unreadableName, type WalkedFolder, walkFolder } from './walk-folder.ts'

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
  readonly leftOut: readonly LeftOutEntry[]
  readonly totalBytes: number
  readonly problems: readonly FieldProblem[]
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
}

const maxSmallFileBytes = 1024 * 1024
/** After so many the loop gets its turn, so that a large folder stalls nothing. */
const filesPerTurn = 4096

/**
 * Throws `not-a-folder`, `folder-unreadable` (also for a folder inside), `folder-empty` (nothing in it may go in), `recipe-invalid` (a
 * package.json that is not JSON), `package-too-large`; everything that a form can mend is in `problems`.
 */
export async function readRecipe({ disk, folder, fields = {}, signal, onEntries }: ReadRecipeOptions): Promise<Recipe> {
  const rootEntries = disk.entries(folder) // 1
  const stated = readPackageJson(disk, folder) // 2
  const hasFile = (name: string) => rootEntries.some((entry) => entry.name === name && entry.kind === 'file')

  // 3
  const problems: FieldProblem[] = []
  const include = readInclude(stated, problems)
  const readme = readmePath(stated, hasFile, problems)
  const walked = await walkFolder({
    disk,
    folder,
    signal,
    onEntries,
    maxEntries: 5 * metaCaps.maxFiles,
    rules: createLeftOutRules({
      include,
      ignoreText: hasFile(ignoreFileName) ? readText(disk, path.join(folder, ignoreFileName)) : undefined,
      readme,
      leaveOut: fields.leaveOut ?? [],
      putIn: fields.putIn ?? [],
    }),
  }) // 4
  if (walked.files.length === 0 && include === undefined) {
    const leftOut = walked.leftOut.reduce((sum, entry) => sum + entry.fileCount, 0)
    throw new AppError('folder-empty', { path: folder, leftOut })
  }

  // 5
  const readmeText = readme === undefined ? undefined : readText(disk, path.join(folder, readme))
  const license = readLicense(disk, folder, rootEntries)
  const described = readRecipeInfo({ folder, stated, fields, readmeText, license })
  const inside = fields.insideFolder === undefined || fields.insideFolder === '' ? '' : `${fields.insideFolder}/`
  const files: RecipeFile[] = []
  for (const file of walked.files) {
    const mark = markOf(file.path.split('/'))
    files.push({ ...file, path: `${inside}${file.path}`, ...(mark === undefined ? {} : { mark }) })
    if (files.length % filesPerTurn === 0) await setImmediate()
  }
  const packedReadme = readme === undefined ? undefined : `${inside}${readme}`
  const isReadmeIn = files.some((file) => file.path === packedReadme)

  // 6
  problems.push(
    ...described.problems,
    ...(await pathProblems(files, described.info.name, folder)),
    ...includeProblems(include, walked),
  )
  return {
    info: isReadmeIn ? { ...described.info, readme: packedReadme } : described.info,
    origins: isReadmeIn
      ? { ...described.origins, readme: stated?.readme === undefined ? 'the folder' : 'package.json' }
      : described.origins,
    files,
    leftOut: walked.leftOut,
    totalBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    problems,
    warnings: [...described.warnings, ...fileWarnings(files, walked, include)],
  }
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

async function pathProblems(files: readonly RecipeFile[], name: string, folder: string): Promise<FieldProblem[]> {
  const problems: FieldProblem[] = []
  // A folder whose name is not allowed is named once for all that is in it.
  const bad = new Map<string, { readonly reason: string; readonly rule: string }>()
  for (const [at, { path: file }] of files.entries()) {
    if (at % filesPerTurn === filesPerTurn - 1) await setImmediate()
    const parts = file.split('/')
    const check = checkPackagePath(parts)
    if (check.ok) continue
    const badAt = parts.findIndex((part) => !checkPathPart(part).ok)
    const named = badAt < 0 ? parts : parts.slice(0, badAt + 1)
    const own = checkPackagePath(named)
    bad.set(named.join('/'), own.ok ? check : own)
  }
  for (const [bare, { reason, rule }] of [...bad].slice(0, 50)) {
    const fix =
      rule === 'reserved'
        ? `Put everything in a folder ${checkedName(name, folder)}/`
        : `Rename or leave out ${quoteName(bare)}`
    problems.push({ field: 'files', problem: reason, fix, path: bare })
  }
  if (bad.size > 50) problems.push({ field: 'files', problem: `${bad.size - 50} more have such names.` })
  await setImmediate()
  const set = checkPathSet(files.map((file) => file.path))
  if (!set.ok)
    problems.push({ field: 'files', problem: set.reason, ...(set.path === undefined ? {} : { path: set.path }) })
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

function includeProblems(include: readonly IncludePattern[] | undefined, { files }: WalkedFolder): FieldProblem[] {
  if (include === undefined || files.length > 0) return []
  const texts = include.map(({ text }) => quoteName(text)).join(', ')
  const problem =
    include.length === 0 ? '“include” is empty, so no file goes in.' : `No file matches “include” (${texts}).`
  return [{ field: 'include', problem }]
}

function fileWarnings(
  files: readonly RecipeFile[],
  { leftOut, files: walked }: WalkedFolder,
  include: readonly IncludePattern[] | undefined,
): RecipeWarning[] {
  const warnings: RecipeWarning[] = []
  const marked = (mark: FileMark) => files.filter((file) => file.mark === mark)
  const others = (count: number) => (count > 1 ? ` and ${count - 1} more` : '')
  const [odd] = marked('not-portable')
  if (odd !== undefined) {
    const text = `${quoteName(odd.path)}${others(marked('not-portable').length)} can’t be installed on every computer.`
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
  for (const file of files.filter(({ path: each }) => isReservedRootName(each.split('/')[0] ?? ''))) {
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
