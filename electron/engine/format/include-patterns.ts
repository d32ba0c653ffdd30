import { quoteName } from '../../../shared/model/package-path.ts'

/**
 * `include` of a recipe. Each entry is a list of path parts or a `/`-separated string; parts are globs (`*`, `?`, `[…]`), matched as the
 * old tools do: a part never matches across folders, names that begin with a dot only by a part that does, folders are not taken.
 * `**` is any number of folders (to the old tools it is `*`).
 */
export interface IncludePattern {
  /** As written, parts joined by `/`. */
  readonly text: string
  readonly isDeep: boolean
  matches(path: readonly string[]): boolean
}

export function parseInclude(include: unknown): IncludePattern[] | { readonly problem: string } {
  if (!Array.isArray(include)) return { problem: '“include” is not a list of patterns.' }
  const patterns: IncludePattern[] = []
  for (const entry of include as unknown[]) {
    const parts = typeof entry === 'string' ? entry.split('/').filter((part) => part !== '' && part !== '.') : entry
    if (
      !Array.isArray(parts) ||
      parts.length === 0 ||
      !parts.every((part) => typeof part === 'string' && part !== '')
    ) {
      return { problem: '“include” has an entry that is neither a path nor a list of its parts.' }
    }
    const text = parts.join('/')
    const leaves =
      parts.some((part) => part === '..' || /[/\\]/.test(part)) || (typeof entry === 'string' && entry.startsWith('/'))
    if (leaves || /^[a-z]:/i.test(text))
      return { problem: `The pattern ${quoteName(text)} in “include” leaves the folder.` }
    patterns.push(createPattern(text, parts))
  }
  return patterns
}

function createPattern(text: string, parts: readonly string[]): IncludePattern {
  // `data/**` is every file below data.
  const deep = parts.at(-1) === '**' ? [...parts, '*'] : parts
  const matchers = deep.map((part) => (part === '**' ? ('deep' as const) : createPartMatcher(part)))
  return { text, isDeep: parts.includes('**'), matches: (path) => matchFrom(matchers, 0, path, 0) }
}

type Matcher = 'deep' | ((part: string) => boolean)

function matchFrom(matchers: readonly Matcher[], at: number, path: readonly string[], from: number): boolean {
  const matcher = matchers[at]
  if (matcher === undefined) return from === path.length
  if (matcher !== 'deep') {
    const part = path[from]
    return part !== undefined && matcher(part) && matchFrom(matchers, at + 1, path, from + 1)
  }
  for (let next = from; next < path.length; next += 1) {
    if (matchFrom(matchers, at + 1, path, next)) return true
    if (path[next]?.startsWith('.')) return false
  }
  return false
}

function createPartMatcher(glob: string): (part: string) => boolean {
  if (!/[*?[]/.test(glob)) return (part) => part === glob
  let source = ''
  for (let at = 0; at < glob.length; at += 1) {
    const character = glob[at] ?? ''
    const set = character === '[' ? /^\[(!?)(\]?[^\]]*)\]/.exec(glob.slice(at)) : null
    if (character === '*') source += source.endsWith('.*') ? '' : '.*'
    else if (character === '?') source += '.'
    else if (set !== null) {
      source += `[${set[1] === '!' ? '^' : ''}${(set[2] ?? '').replace(/[\\\]^&~|[]/g, '\\$&')}]`
      at += set[0].length - 1
    } else source += character.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
  }
  let pattern: RegExp
  try {
    pattern = new RegExp(`^${source}$`, 'su')
  } catch {
    // A set with its ends the wrong way round matches nothing.
    return () => false
  }
  return (part) => (!part.startsWith('.') || glob.startsWith('.')) && pattern.test(part)
}
