import semver from 'semver'

/**
 * Versions and constraints.
 *
 *  1. A version is semver x.y.z[-pre][+build]. Anything else is an odd version: listed below all others, reached by `==` and its exact text only.
 *  2. A constraint of classic comparators (`== = >= <= > <`, separated by commas or spaces) pads missing parts with `.0` and compares by
 *     plain precedence, prereleases included. `==1.0.0+a` is that text; `==1.0.0` any build of it.
 *  3. Everything else is npm's syntax (`^ ~ x || -`) with npm's rules; commas are spaces there, `==` is `=`.
 */
export interface Comparator {
  readonly operator: '==' | '>=' | '<=' | '>' | '<'
  /** Padded semver, or the text of an odd version (`==` only). */
  readonly version: string
  /** As written. */
  readonly text: string
}
export type Constraint =
  | { readonly kind: 'any'; readonly text: string }
  | { readonly kind: 'classic'; readonly text: string; readonly comparators: readonly Comparator[] }
  | { readonly kind: 'npm'; readonly text: string; readonly range: string }
export interface ConstraintProblem {
  readonly problem: string
}

const maxConstraintLength = 256
const classicComparator = /^(==|=|>=|<=|>|<)\s*([^\s,=<>~^|*]+)$/
const operators = /(?:==|=|>=|<=|>|<)\s*[^\s,=<>]+/g

/** Strict semver: no `v` before it, no spaces. */
const isSemver = (version: string): boolean =>
  /^\d/.test(version) && semver.valid(version) !== null && version.trim() === version

/** `1.8` → `1.8.0`; undefined for what isn't a version even then. */
function padVersion(version: string): string | undefined {
  if (isSemver(version)) return version
  const found = /^(\d+)(?:\.(\d+))?((?:[-+].*)?)$/.exec(version)
  if (found === null) return undefined
  const padded = `${Number(found[1])}.${Number(found[2] ?? '0')}.0${found[3] ?? ''}`
  return isSemver(padded) ? padded : undefined
}

/** True for `1.0.0-rc.1`; false for odd versions. */
export const isPrerelease = (version: string): boolean => isSemver(version) && semver.prerelease(version) !== null

/** Ascending. Odd versions come first, among themselves by the numbers in them; 0 for equal texts only. */
export function compareVersions(a: string, b: string): number {
  const aIsSemver = isSemver(a)
  if (aIsSemver !== isSemver(b)) return aIsSemver ? 1 : -1
  const order = aIsSemver ? semver.compareBuild(a, b) : compareByNumbers(a, b)
  return order !== 0 ? order : a === b ? 0 : a < b ? -1 : 1
}

function compareByNumbers(a: string, b: string): number {
  const aParts = a.match(/\d+|\D+/g) ?? []
  const bParts = b.match(/\d+|\D+/g) ?? []
  for (let at = 0; at < Math.max(aParts.length, bParts.length); at += 1) {
    const aPart = aParts[at] ?? ''
    const bPart = bParts[at] ?? ''
    const difference = Number(aPart) - Number(bPart)
    if (difference !== 0 && !Number.isNaN(difference)) return Math.sign(difference)
    if (Number.isNaN(difference) && aPart !== bPart) return aPart < bPart ? -1 : 1
  }
  return 0
}

/** A constraint as a person wrote it; empty means every version. */
export function parseConstraint(text: string): Constraint | ConstraintProblem {
  const trimmed = text.trim()
  if (/^[\s,]*$/.test(trimmed) || trimmed === '*') return { kind: 'any', text: trimmed }
  if (trimmed.length > maxConstraintLength) return { problem: 'This constraint is too long.' }
  const classic = parseClassic(trimmed)
  if (classic !== undefined) return classic
  const translated = trimmed.replaceAll('==', '=').replaceAll(',', ' ')
  // A range of parts that are not versions would match nothing for ever: `>=abc`. npm takes `==x` for every version, which nobody means who writes it.
  const isWild = /[=<>~^]\s*[xX*](?![\w.])/.test(translated)
  const range = isWild ? null : semver.validRange(translated, { includePrerelease: true })
  if (range === null) {
    return { problem: `“${trimmed}” is not a constraint. Write, for example, >=1.0.0,<2.0.0 or ^1.2.` }
  }
  return { kind: 'npm', text: trimmed, range: translated }
}

function parseClassic(text: string): Constraint | undefined {
  const pieces: string[] = []
  for (const piece of text.split(',')) {
    const trimmed = piece.trim()
    // Old tools skip them.
    if (trimmed === '') continue
    const found = trimmed.match(operators) ?? []
    if (found.join('').replace(/\s/g, '') !== trimmed.replace(/\s/g, '')) return undefined
    pieces.push(...found)
  }
  const comparators: Comparator[] = []
  for (const piece of pieces) {
    const [, written = '', version = ''] = classicComparator.exec(piece) ?? []
    const operator = written === '=' ? '==' : (written as Comparator['operator'])
    const padded = padVersion(version)
    // npm's `=1.x`
    if (padded === undefined && (operator !== '==' || version === '' || /(?:^|\.)[xX](?:\.|$)/.test(version)))
      return undefined
    comparators.push({ operator, version: padded ?? version, text: version })
  }
  return comparators.length === 0 ? undefined : { kind: 'classic', text, comparators }
}

export interface SatisfyOptions {
  /** false: a prerelease satisfies only a constraint that names one. Default: prereleases count like any version. */
  readonly prerelease?: boolean
}

export function satisfies(
  version: string,
  constraint: Constraint,
  { prerelease = true }: SatisfyOptions = {},
): boolean {
  if (!prerelease && isPrerelease(version) && !namesPrerelease(constraint)) return false
  if (!isSemver(version)) return isExactly(version, constraint)
  switch (constraint.kind) {
    case 'any':
      return true
    case 'classic':
      return constraint.comparators.every((comparator) => satisfiesComparator(version, comparator))
    case 'npm':
      return semver.satisfies(version, constraint.range, { includePrerelease: true })
  }
}

function satisfiesComparator(version: string, comparator: Comparator): boolean {
  if (!isSemver(comparator.version)) return false
  if (comparator.operator === '==' && comparator.version.includes('+')) return version === comparator.version
  const order = semver.compare(version, comparator.version)
  switch (comparator.operator) {
    case '==':
      return order === 0
    case '>=':
      return order >= 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '<':
      return order < 0
  }
}

const isExactly = (version: string, constraint: Constraint): boolean =>
  constraint.kind === 'classic' &&
  constraint.comparators.every(({ operator, text }) => operator === '==' && text === version)

/** The constraint itself mentions a prerelease, so one may be chosen. */
export function namesPrerelease(constraint: Constraint): boolean {
  if (constraint.kind === 'any') return false
  if (constraint.kind === 'classic') return constraint.comparators.some(({ version }) => isPrerelease(version))
  return /\d-[0-9a-z]/i.test(constraint.range.replace(/\s-\s/g, ' '))
}

export interface Spec {
  readonly name: string
  readonly constraint: Constraint
}

/** `name`, `name==1.0.0`, `name >=1,<2`, `name ^1.2`. Names are taken as they are: old ones may have capitals and dashes. */
export function parseSpec(text: string): Spec | ConstraintProblem {
  const [, name, rest = ''] = /^\s*([^\s=<>~^|*,@]+)\s*(?:@\s*)?(.*?)\s*$/s.exec(text) ?? []
  if (name === undefined) return { problem: 'Write a package’s name, for example digits or digits==1.0.0.' }
  const constraint = parseConstraint(rest)
  return 'problem' in constraint ? constraint : { name, constraint }
}

/** True if the old tools read this constraint: classic operators with three-part versions, `==` for equality. */
export function oldToolsCanRead(text: string): boolean {
  return text
    .split(',')
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')
    .every((piece) => {
      const [, version] = /^(?:==|>=|<=|>|<)(\d.*)$/.exec(piece) ?? []
      return version !== undefined && isSemver(version)
    })
}

/** The same constraint as the old tools read it (`=1.0`, `>= 1.1` → `==1.0.0`, `>=1.1.0`); undefined when it can't be said that way. */
export function forOldTools(text: string): string | undefined {
  if (oldToolsCanRead(text)) return text
  const constraint = parseConstraint(text)
  if ('problem' in constraint || constraint.kind !== 'classic') return undefined
  const written = constraint.comparators.map(({ operator, version }) => `${operator}${version}`).join(',')
  return oldToolsCanRead(written) ? written : undefined
}

/** In words: `>=1.8` → "1.8 and every later version". null or empty: "every version". Text that isn't a constraint comes back as it is. */
export function explainConstraint(text: string | null): string {
  if (text === null) return 'every version'
  const constraint = parseConstraint(text)
  if ('problem' in constraint) return text
  if (constraint.kind === 'any') return 'every version'
  if (constraint.kind === 'classic') return explainComparators(constraint.comparators)
  const { set } = new semver.Range(constraint.range, { includePrerelease: true })
  return set
    .map((alternative) =>
      explainComparators(
        alternative.map((each) => {
          // npm writes an exact version with an empty operator, and `-0` where a prerelease counts.
          const version = each.semver.version?.replace(/-0$/, '') ?? ''
          const operator = each.operator === '' ? '==' : (each.operator as Comparator['operator'])
          return { operator, version, text: version }
        }),
      ),
    )
    .join(', or ')
}

function explainComparators(comparators: readonly Comparator[]): string {
  if (comparators.some(({ version }) => version === '')) return 'every version'
  const exact = comparators.filter(({ operator }) => operator === '==')
  if (exact.length > 0) return [...new Set(exact.map(({ text }) => `exactly ${text}`))].join(' and ')
  // The tightest on each side says it all.
  const low = tightest(
    comparators.filter(({ operator }) => operator.startsWith('>')),
    1,
  )
  const high = tightest(
    comparators.filter(({ operator }) => operator.startsWith('<')),
    -1,
  )
  const isAfter = low?.operator === '>'
  const isBefore = high?.operator === '<'
  if (low === undefined)
    return isBefore ? `every version before ${high?.text}` : `${high?.text} and every earlier version`
  if (high === undefined) return isAfter ? `every version after ${low.text}` : `${low.text} and every later version`
  const end = isBefore ? `before ${high.text}` : `up to ${high.text}`
  return isAfter ? `after ${low.text} and ${end}` : `${low.text} and later, ${end}`
}

function tightest(comparators: readonly Comparator[], direction: 1 | -1): Comparator | undefined {
  const strictFirst = (a: Comparator, b: Comparator) => a.operator.length - b.operator.length
  return [...comparators].sort((a, b) => direction * compareVersions(b.version, a.version) || strictFirst(a, b))[0]
}
