import type { CompatibilityMap, PackageInfo } from '../../../shared/model/package.ts'
import { checkPathPart, quoteName, utf8Length } from '../../../shared/model/package-path.ts'
import { textCaps } from './meta-caps.ts'

/** Refuses with a plain sentence. */
export type Refuse = (reason: string) => never
export type JsonObject = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
/** A field of its own, never one of Object's. */
export const fieldOf = (object: JsonObject, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined

/**
 * meta.json's `package`: known fields only. Name, version and compatibility decide what happens to files, so they are right or the meta is
 * refused; the other fields are words for people: one of a wrong type is left out, one that is too long is cut.
 */
export function ingestInfo(value: unknown, refuse: Refuse): PackageInfo {
  if (!isObject(value)) return refuse('Its field “package” is not an object.')
  const name = ingestIdentity(fieldOf(value, 'name'), 'name', refuse)
  const version = ingestIdentity(fieldOf(value, 'version'), 'version', refuse)
  const ident = checkPathPart(`${name}-${version}`)
  if (!ident.ok) return refuse(`Its name and version can’t name a folder: ${ident.reason}`)
  if (/\.tmp$/i.test(version)) return refuse('Its version ends in “.tmp”, which old tools delete.')
  if (/^\.orbital/i.test(name)) return refuse(`Its name ${quoteName(name)} is one that libraries use for themselves.`)
  if (name.startsWith('.'))
    return refuse(`Its name ${quoteName(name)} begins with a dot: libraries list no such folder.`)

  const info: { -readonly [Field in keyof PackageInfo]: PackageInfo[Field] } = Object.create(null)
  info.name = name
  info.version = version
  const set = <Field extends keyof PackageInfo>(field: Field, found: PackageInfo[Field] | undefined) => {
    if (found !== undefined) info[field] = found
  }
  const text = (field: string, maxLength: number) => ingestText(fieldOf(value, field), maxLength)
  set('title', text('title', textCaps.title))
  set('description', text('description', textCaps.description))
  set('license', text('license', textCaps.license))
  set('compatibility', ingestCompatibility(fieldOf(value, 'compatibility'), refuse))
  set('homepage', ingestHomepage(fieldOf(value, 'homepage')))
  set('authors', ingestTexts(fieldOf(value, 'authors'), textCaps.authors, textCaps.author))
  set('tags', ingestTexts(fieldOf(value, 'tags'), textCaps.tags, textCaps.tag))
  set('readme', text('readme', 4096))
  set('notes', cutToBytes(text('notes', textCaps.notesBytes), textCaps.notesBytes))
  return info
}

function ingestIdentity(value: unknown, field: 'name' | 'version', refuse: Refuse): string {
  if (typeof value !== 'string' || value === '') return refuse(`It has no ${field}.`)
  if (value.length > 256) return refuse(`Its ${field} is longer than 256 characters.`)
  const check = checkPathPart(value)
  return check.ok ? value : refuse(`Its ${field} can’t be used: ${check.reason}`)
}

const ingestText = (value: unknown, maxLength: number): string | undefined =>
  typeof value === 'string' ? cutText(value, maxLength) : undefined

/** Never through the middle of a character. */
function cutText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text
  const cut = text.slice(0, maxLength)
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut
}

function cutToBytes(text: string | undefined, maxBytes: number): string | undefined {
  let cut = text
  while (cut !== undefined && utf8Length(cut) > maxBytes) cut = cutText(cut, Math.floor(cut.length * 0.9))
  return cut
}

function ingestTexts(value: unknown, maxCount: number, maxLength: number): string[] | undefined {
  const list = typeof value === 'string' ? [value] : value
  if (!Array.isArray(list)) return undefined
  const texts = list.slice(0, maxCount).filter((each) => typeof each === 'string' && each !== '')
  return texts.length === 0 ? undefined : texts.map((each) => cutText(each, maxLength))
}

function ingestHomepage(value: unknown): string | undefined {
  const text = ingestText(value, textCaps.homepage)
  if (text === undefined || !URL.canParse(text)) return undefined
  return ['http:', 'https:'].includes(new URL(text).protocol) ? text : undefined
}

/** null or missing: no map. */
function ingestCompatibility(value: unknown, refuse: Refuse): CompatibilityMap | undefined {
  if (value === undefined || value === null) return undefined
  if (!isObject(value)) return refuse('Its field “compatibility” is not an object.')
  const names = Object.keys(value)
  if (names.length > 100) return refuse('Its field “compatibility” names more than 100 apps.')
  const map: Record<string, string | null> = Object.create(null)
  for (const name of names) {
    if (name.length > 256) return refuse('Its field “compatibility” names an app with more than 256 characters.')
    const constraint = value[name]
    if (constraint !== null && (typeof constraint !== 'string' || constraint.length > 256)) {
      return refuse(`Its compatibility with ${quoteName(name)} is not a constraint.`)
    }
    map[name] = constraint
  }
  return map
}
