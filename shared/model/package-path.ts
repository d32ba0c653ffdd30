/**
 * Which names may be packages, versions and files of packages, on every platform at once. Pure: nothing here looks at a disk.
 *
 * A file's path is a list of parts. A part is refused when it could leave its folder, name something else than a file, or mean
 * different files on different systems; a set of paths is refused when two of them could be one file somewhere.
 */

export type PathRule =
  | 'empty'
  | 'dots'
  | 'separator'
  | 'drive-or-stream'
  | 'control-character'
  | 'not-unicode'
  | 'device-name'
  | 'trailing-dot-or-space'
  | 'too-long'
  | 'reserved'
  | 'collision'
  | 'file-and-folder'
export type PathCheck =
  | { readonly ok: true }
  | {
      readonly ok: false
      readonly rule: PathRule /** One plain sentence that names the path. */
      readonly reason: string
      /** Of a set: the path without which it would be fine, as far as this goes. */
      readonly path?: string
    }

const fine: PathCheck = { ok: true }
const maxPartBytes = 255
/** Leaves room for a library's own folder within the 4,096 bytes that systems take. */
const maxPathBytes = 3000
const deviceName = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])[ ]*(?:\.|$)/i
const loneSurrogate = /[\uD800-\uDFFF]/u
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const controlCharacter = /[\u0000-\u001F\u007F-\u009F\u2028\u2029]/

const ascii = /^[ -~]*$/
/** Nothing but letters, digits, `_` and `-`, with dots between: of the rules of a part only length and devices are left. */
const plainPart = /^[0-9A-Za-z_-]+(?:\.+[0-9A-Za-z_-]+)*$/

/** Two names that are equal after this can be one file on some system. */
export const foldName = (name: string): string =>
  ascii.test(name) ? name.toUpperCase() : name.normalize('NFKD').toLowerCase().toUpperCase().normalize('NFKD')

/** A name as it may be shown in a message: short, quoted, without characters that move the cursor. */
export function quoteName(name: string): string {
  const shown = JSON.stringify(name.length > 120 ? `${name.slice(0, 120)}…` : name).slice(1, -1)
  return `“${shown.replace(/[\u007F-\u009F\u202A-\u202E\u2066-\u2069\uD800-\uDFFF]/gu, '�')}”`
}

export function utf8Length(text: string): number {
  let bytes = 0
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit < 0x80) bytes += 1
    else if (unit < 0x800) bytes += 2
    else if (unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) {
      bytes += 4
      at += 1
    } else bytes += 3
  }
  return bytes
}

/** One name in a folder. */
export function checkPathPart(part: string): PathCheck {
  if (part.length <= maxPartBytes && plainPart.test(part) && !deviceName.test(part)) return fine
  const refuse = (rule: PathRule, what: string): PathCheck => ({
    ok: false,
    rule,
    reason: `${quoteName(part)} ${what}.`,
  })
  if (part === '') return { ok: false, rule: 'empty', reason: 'A part of the path is empty.' }
  if (part === '.' || part === '..') return refuse('dots', 'is not a name')
  if (part.includes('/') || part.includes('\\')) return refuse('separator', 'holds a slash or backslash')
  if (part.includes(':')) return refuse('drive-or-stream', 'holds a colon')
  if (controlCharacter.test(part)) return refuse('control-character', 'holds a control character')
  if (loneSurrogate.test(part)) return refuse('not-unicode', 'is not valid Unicode')
  if (part.endsWith('.') || part.endsWith(' ')) return refuse('trailing-dot-or-space', 'ends in a dot or a space')
  if (deviceName.test(part)) return refuse('device-name', 'is the name of a device on Windows')
  if (utf8Length(part) > maxPartBytes) return refuse('too-long', `is longer than ${maxPartBytes} bytes`)
  return fine
}

/** True for a root name that libraries use for themselves: `meta.json`, `archive.gz`, `.orbital…`, in any spelling. */
export function isReservedRootName(name: string): boolean {
  const folded = foldName(name)
  return folded === 'META.JSON' || folded === 'ARCHIVE.GZ' || folded.startsWith('.ORBITAL')
}

/** The path of a file in a package, as parts. */
export function checkPackagePath(parts: readonly string[]): PathCheck {
  if (parts.length === 0) return { ok: false, rule: 'empty', reason: 'A path is empty.' }
  let units = parts.length - 1
  for (const part of parts) {
    const check = checkPathPart(part)
    if (!check.ok)
      return parts.length === 1 ? check : { ...check, reason: `In ${quoteName(parts.join('/'))}: ${check.reason}` }
    units += part.length
  }
  const refuse = (rule: PathRule, reason: (quoted: string) => string): PathCheck => ({
    ok: false,
    rule,
    reason: reason(quoteName(parts.join('/'))),
  })
  if (units > maxPathBytes / 3 && utf8Length(parts.join('/')) > maxPathBytes)
    return refuse('too-long', (path) => `The path ${path} is longer than ${maxPathBytes} bytes.`)
  if (isReservedRootName(parts[0] ?? ''))
    return refuse('reserved', (path) => `${path} is a name that libraries use for themselves.`)
  return fine
}

/**
 * All paths of a package (parts joined by `/`) together: none twice, none that is one file with another where capitals or accents don't
 * count, none that is a file here and a folder there. Each path passed checkPackagePath.
 */
export function checkPathSet(paths: Iterable<string>): PathCheck {
  const add = createPathSet()
  for (const path of paths) {
    const check = add(path)
    if (!check.ok) return check
  }
  return fine
}

/** The same path by path: says of each whether it goes with those before. */
export function createPathSet(): (path: string) => PathCheck {
  const files = new Map<string, string>()
  const folders = new Map<string, string>()
  const seenFolders = new Set<string>()
  return (path) => {
    const key = foldName(path)
    const twin = files.get(key)
    if (twin !== undefined) return collisionOf(twin, path)
    if (folders.has(key)) return bothKindsOf(path)
    files.set(key, path)
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = path.slice(0, end)
      // Its own parents were seen with it.
      if (seenFolders.has(folder)) break
      seenFolders.add(folder)
      const folderKey = foldName(folder)
      const other = folders.get(folderKey)
      if (other !== undefined) return collisionOf(other, folder)
      if (files.has(folderKey)) return bothKindsOf(folder)
      folders.set(folderKey, folder)
    }
    return fine
  }
}

function collisionOf(first: string, second: string): PathCheck {
  const reason =
    first === second
      ? `${quoteName(first)} is there twice.`
      : `${quoteName(first)} and ${quoteName(second)} are one and the same where capitals or accents do not count.`
  return { ok: false, rule: 'collision', reason, path: second }
}
const bothKindsOf = (path: string): PathCheck => ({
  ok: false,
  rule: 'file-and-folder',
  reason: `${quoteName(path)} is both a file and a folder.`,
  path,
})

/** What Windows can't store although nothing else forbids it; undefined when it can. */
export function windowsProblem(parts: readonly string[]): string | undefined {
  const bad = parts.find((part) => /[<>"|?*]/.test(part))
  if (bad !== undefined) return `${quoteName(bad)} can’t be a file name on Windows.`
  return utf8Length(parts.join('/')) > 200 ? 'The path is too long for some Windows programs.' : undefined
}

export type NameCheck = { readonly ok: true } | { readonly ok: false; readonly problem: string; readonly fix?: string }
const maxNameLength = 64
const strictVersion =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[a-z-][0-9a-z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-z-][0-9a-z-]*))*)?(?:\+[0-9a-z-]+(?:\.[0-9a-z-]+)*)?$/i

/** A name that may be published: `a-z`, `0-9`, `_`, at most 64 characters. */
export function checkName(name: string): NameCheck {
  if (name === '') return { ok: false, problem: 'The package needs a name.' }
  const suggested = suggestName(name)
  const fix = suggested === undefined ? {} : { fix: suggested }
  if (!/^[a-z0-9_]+$/.test(name)) {
    return { ok: false, problem: 'A name has only small letters a to z, digits and underscores.', ...fix }
  }
  if (name.length > maxNameLength)
    return { ok: false, problem: `A name has at most ${maxNameLength} characters.`, ...fix }
  // `con-1.0.0` is no device; a folder is never named by the name alone.
  return { ok: true }
}

/** A version that may be published: x.y.z with optional prerelease and build, at most 64 characters. */
export function checkVersion(version: string): NameCheck {
  if (version === '') return { ok: false, problem: 'The package needs a version.', fix: '1.0.0' }
  if (!strictVersion.test(version)) {
    const fix = suggestVersion(version)
    const problem = 'A version is three numbers with dots, such as 1.0.0, or 2.0.0-beta.1 for a preview.'
    return { ok: false, problem, ...(fix === undefined ? {} : { fix }) }
  }
  if (version.length > maxNameLength)
    return { ok: false, problem: `A version has at most ${maxNameLength} characters.` }
  if (version.split(/[-+.]/).some((part) => part.length > 15 && /^\d+$/.test(part))) {
    return { ok: false, problem: 'A number in the version is too large.' }
  }
  // Old tools delete whatever ends so.
  if (version.endsWith('.tmp'))
    return { ok: false, problem: 'A version can’t end in “.tmp”.', fix: version.slice(0, -4) }
  return { ok: true }
}

/** A publishable name made of any text; undefined when nothing of it can be kept. */
export function suggestName(text: string): string | undefined {
  const name = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9_]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, maxNameLength)
  return name === '' ? undefined : name
}

function suggestVersion(text: string): string | undefined {
  const found = /^\s*v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?\s*$/i.exec(text)
  if (found === null) return undefined
  return [found[1], found[2], found[3]].map((part) => String(Number(part ?? '0'))).join('.')
}
