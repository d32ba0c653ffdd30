import path from 'node:path'
import type { FieldProblem } from '../../../shared/errors.ts'
import { forOldTools, parseConstraint } from '../../../shared/model/constraint.ts'
import type { CompatibilityMap, PackageInfo } from '../../../shared/model/package.ts'
import { checkName, checkVersion, quoteName, suggestName, utf8Length } from '../../../shared/model/package-path.ts'
import type { PublishFields } from '../../../shared/model/plans.ts'
import { unreadableByOldTools } from '../../../shared/text/compatibility.ts'
import { guessLicense } from './guess-license.ts'
import { fieldOf, isObject, type JsonObject } from './ingest-info.ts'
import { textCaps } from './meta-caps.ts'
import { readModelCard } from './model-card.ts'
import type { RecipeWarning } from './recipe.ts'

export interface RecipeInfoInputs {
  readonly folder: string
  /** Content of package.json; undefined when there is none. */
  readonly stated: JsonObject | undefined
  readonly fields: PublishFields
  readonly readmeText: string | undefined
  /** The file at the top of the folder that holds the licence's text. */
  readonly license?: { readonly name: string; readonly text: string } | undefined
}
export interface RecipeInfo {
  readonly info: PackageInfo
  /** Field → where its value comes from. */
  readonly origins: Readonly<Record<string, string>>
  readonly problems: readonly FieldProblem[]
  readonly warnings: readonly RecipeWarning[]
}

/**
 * What the package says of itself: the person's fields, else package.json, else what the folder and its model card suggest. Everything
 * that is wrong is named at once. Only a folder without package.json is given a name and a version.
 */
export function readRecipeInfo(inputs: RecipeInfoInputs): RecipeInfo {
  const { folder, stated, fields } = inputs
  const info: { -readonly [Field in keyof PackageInfo]: PackageInfo[Field] } = { name: '', version: '' }
  const origins: Record<string, string> = {}
  const problems: FieldProblem[] = []
  const warnings: RecipeWarning[] = []
  const guesses = guessFrom(inputs)

  /** The first source that has the field, and what it says. */
  const find = (field: keyof PackageInfo): unknown => {
    const typed = fieldOf(fields, field)
    const written = stated === undefined ? undefined : fieldOf(stated, field)
    const guess = guesses[field]
    if (typed !== undefined) origins[field] = 'you'
    else if (written !== undefined && written !== null) origins[field] = 'package.json'
    else if (guess !== undefined) origins[field] = guess.origin
    return typed ?? written ?? guess?.value
  }
  const refuse = (field: string, problem: string, fix?: string) =>
    void problems.push({ field, problem, ...(fix === undefined ? {} : { fix }) })
  const readText = (field: 'title' | 'description' | 'license' | 'homepage' | 'notes', maxLength: number) => {
    const value = find(field)
    if (value === undefined || value === null || value === '') return
    if (typeof value !== 'string') return refuse(field, `The ${field} is not a text.`)
    if (value.length > maxLength)
      return refuse(field, `The ${field} is longer than ${maxLength} characters.`, value.slice(0, maxLength))
    info[field] = value
  }
  const readTexts = (field: 'authors' | 'tags', maxCount: number, maxLength: number) => {
    const value = find(field)
    if (value === undefined || value === null) return
    const list = typeof value === 'string' ? [value] : value
    if (!Array.isArray(list) || !list.every((each) => typeof each === 'string'))
      return refuse(field, `The ${field} are not a list of texts.`)
    const texts = list.map((each) => each.trim()).filter((each) => each !== '')
    if (texts.length > maxCount) return refuse(field, `There are more than ${maxCount} ${field}.`)
    const long = texts.find((each) => each.length > maxLength)
    if (long !== undefined) return refuse(field, `${quoteName(long)} is longer than ${maxLength} characters.`)
    if (texts.length > 0) info[field] = texts
  }

  for (const field of ['name', 'version'] as const) {
    const value = find(field) ?? ''
    if (typeof value !== 'string') {
      refuse(field, `The ${field} is not a text.`)
      continue
    }
    info[field] = value
    const check = field === 'name' ? checkName(value) : checkVersion(value)
    if (!check.ok)
      refuse(
        field,
        check.problem,
        check.fix ?? (value === '' && field === 'name' ? suggestName(path.basename(folder)) : undefined),
      )
  }
  readText('title', textCaps.title)
  readText('description', textCaps.description)
  readText('license', textCaps.license)
  readText('homepage', textCaps.homepage)
  readText('notes', textCaps.notesBytes)
  readTexts('authors', textCaps.authors, textCaps.author)
  readTexts('tags', textCaps.tags, textCaps.tag)
  if (info.notes !== undefined && utf8Length(info.notes) > textCaps.notesBytes) {
    delete info.notes
    refuse('notes', 'The release notes are longer than 4 KiB.')
  }
  if (info.homepage !== undefined && !/^https?:\/\//i.test(info.homepage)) {
    delete info.homepage
    refuse('homepage', 'The homepage does not begin with http:// or https://.')
  }
  const compatibility = readCompatibility(find('compatibility'), refuse, warnings)
  if (compatibility !== undefined) info.compatibility = compatibility
  return { info, origins, problems, warnings }
}

type Guesses = {
  readonly [Field in keyof PackageInfo]?: { readonly value: unknown; readonly origin: string } | undefined
}

function guessFrom({ folder, stated, readmeText, license }: RecipeInfoInputs): Guesses {
  const card = readmeText === undefined ? {} : readModelCard(readmeText)
  const fromCard = (value: unknown) => (value === undefined ? undefined : { value, origin: 'README.md' })
  const guesses: Guesses = {
    title: fromCard(card.title),
    description: fromCard(card.description),
    license: fromCard(card.license) ?? guessOf(license && guessLicense(license.text), license?.name),
    tags: fromCard(card.tags),
  }
  if (stated !== undefined) return guesses
  const base = path.basename(folder)
  const [, named = base, version] = /^(.+?)[-_ ]v?(\d+\.\d+\.\d+(?:-[0-9a-z.-]+)?)$/i.exec(base) ?? []
  return {
    ...guesses,
    name: { value: suggestName(named) ?? '', origin: 'the folder' },
    version:
      version === undefined ? { value: '1.0.0', origin: 'a first version' } : { value: version, origin: 'the folder' },
  }
}

const guessOf = (value: string | undefined, origin: string | undefined) =>
  value === undefined || origin === undefined ? undefined : { value, origin }

function readCompatibility(
  value: unknown,
  refuse: (field: string, problem: string, fix?: string) => void,
  warnings: RecipeWarning[],
): CompatibilityMap | undefined {
  if (value === undefined || value === null) return undefined
  if (!isObject(value)) {
    refuse('compatibility', 'The compatibility is not a list of apps with their versions.')
    return undefined
  }
  const map: Record<string, string | null> = Object.create(null)
  for (const [app, text] of Object.entries(value)) {
    const field = `compatibility.${app}`
    if (app.trim() === '' || app.length > 100) refuse(field, 'An app’s name has between 1 and 100 characters.')
    else if (text === null) map[app] = null
    else if (typeof text !== 'string') refuse(field, `The versions of ${quoteName(app)} are not a text.`)
    else {
      const constraint = parseConstraint(text)
      if ('problem' in constraint) {
        refuse(field, constraint.problem)
        continue
      }
      // Nothing said is every version.
      const written = constraint.kind === 'any' ? null : forOldTools(text)
      map[app] = written === undefined ? text : written
      if (written === undefined) {
        warnings.push({ kind: 'constraint-unreadable-by-old-tools', text: unreadableByOldTools(app, text) })
      }
    }
  }
  return Object.keys(map).length === 0 ? undefined : map
}
