import ignore from 'ignore'
import type { IncludePattern } from './include-patterns.ts'

export type LeftOutReason = 'junk' | 'ignored' | 'not-included' | 'symlink' | 'special-file' | 'by-person' | 'recipe'
export type Decision =
  | { readonly kind: 'take' }
  | { readonly kind: 'leave'; readonly reason: LeftOutReason; readonly why: string }

export const ignoreFileName = '.orbitalignore'
export const recipeFileName = 'package.json'

const junk: readonly (readonly [RegExp, string])[] = [
  [/^\.DS_Store$|^\._/, 'Made by the Finder'],
  [/^(?:Thumbs\.db|desktop\.ini)$/i, 'Made by Windows'],
  [/^__pycache__$/, 'Made by Python'],
  [/^\.git$/, 'History of Git'],
  [/^\.ipynb_checkpoints$/, 'Made by Jupyter'],
  [/\.tmp$/i, 'Temporary'],
  [/\.sputnik$/i, 'A package made earlier'],
]
/** What a build or an export that was killed, or is paused, has written so far: of any size, and nothing that anybody names. */
const leftover: readonly [RegExp, string] = [/^\.orbital-new-/, 'Left by Orbital']
const isLeftover = (parts: readonly string[]): boolean => parts.some((name) => leftover[0].test(name))
const junkWhy = (name: string): string | undefined => junk.find(([pattern]) => pattern.test(name))?.[1]

export interface RuleInputs {
  readonly include: readonly IncludePattern[] | undefined
  /** Text of `.orbitalignore`, gitignore syntax. */
  readonly ignoreText: string | undefined
  /** Goes in even if `include` misses it. */
  readonly readme: string | undefined
  readonly leaveOut: readonly string[]
  readonly putIn: readonly string[]
}
export interface LeftOutRules {
  decideFile(parts: readonly string[]): Decision
  /** `leave`: nothing below it can go in. */
  decideFolder(parts: readonly string[]): Decision
}

/**
 * Which files of a folder go into the package:
 *  1. What the person said of the path, or of the nearest folder above it.
 *  2. The recipe's own files stay out; the read-me goes in.
 *  3. `.orbitalignore`.
 *  4. Unfinished files of Orbital's own stay out.
 *  5. With `include`: what it matches, as the old tools do; junk only stays out where `**` alone found it. Without: all but junk.
 */
export function createLeftOutRules({ include, ignoreText, readme, leaveOut, putIn }: RuleInputs): LeftOutRules {
  const take: Decision = { kind: 'take' }
  const leave = (reason: LeftOutReason, why: string): Decision => ({ kind: 'leave', reason, why })
  const ignored = ignoreText === undefined ? undefined : ignore().add(ignoreText)
  const leaving = new Set(leaveOut)
  const putting = new Set(putIn)

  const bySaying = (path: string): Decision | undefined => {
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      const part = path.slice(0, end)
      if (leaving.has(part)) return leave('by-person', 'Left out by you')
      if (putting.has(part)) return take
    }
    return undefined
  }
  const byJunk = (parts: readonly string[]): Decision | undefined => {
    const why = parts.map(junkWhy).find((each) => each !== undefined)
    return why === undefined ? undefined : leave('junk', why)
  }
  const isIgnored = (path: string) => ignored?.ignores(path) === true
  const namedByIgnore = leave('ignored', `Named in ${ignoreFileName}`)

  return {
    decideFile(parts) {
      const path = parts.join('/')
      const said = bySaying(path)
      if (said !== undefined) return said
      if (path === ignoreFileName || (path === recipeFileName && include === undefined)) {
        return leave('recipe', 'Says how the package is made')
      }
      if (path === readme) return take
      if (isIgnored(path)) return namedByIgnore
      if (isLeftover(parts)) return leave('junk', leftover[1])
      if (include === undefined) return byJunk(parts) ?? take
      const matching = include.filter((pattern) => pattern.matches(parts))
      if (matching.length === 0) return leave('not-included', 'Not named by “include”')
      return matching.every(({ isDeep }) => isDeep) ? (byJunk(parts) ?? take) : take
    },
    decideFolder(parts) {
      const path = parts.join('/')
      const below = `${path}/`
      if (putIn.some((each) => each.startsWith(below)) || readme?.startsWith(below)) return take
      const said = bySaying(path)
      if (said !== undefined) return said
      if (isIgnored(below)) return namedByIgnore
      if (isLeftover(parts)) return leave('junk', leftover[1])
      return include === undefined ? (byJunk(parts) ?? take) : take
    },
  }
}
