import semver from 'semver'
import { compareVersions, parseConstraint } from '../../../shared/model/constraint.ts'
import type { CompatibilityMap } from '../../../shared/model/package.ts'

export type VersionStep = 'major' | 'minor' | 'patch'

export interface Proposal {
  readonly version: string
  /** Which number counts on; absent after a preview, which becomes the version that it is a preview of. */
  readonly step?: VersionStep
}

/**
 * How much is new:
 *  1. An app, or a version of one, that the last version works with is not among those that this one works with: major.
 *  2. Files were added: minor.
 *  3. Anything else: patch.
 */
export function stepOf(
  before: CompatibilityMap | undefined,
  after: CompatibilityMap | undefined,
  filesWereAdded: boolean,
): VersionStep {
  if (worksWithLess(before, after)) return 'major'
  return filesWereAdded ? 'minor' : 'patch'
}

/** Nothing named now is every app; where nothing was named before, no app was promised anything. What can't be told is not counted. */
function worksWithLess(before: CompatibilityMap = {}, after: CompatibilityMap = {}): boolean {
  if (Object.keys(after).length === 0) return false
  return Object.entries(before).some(([app, old]) => {
    const now = after[app]
    if (now === undefined) return true
    const [oldRange, newRange] = [rangeOf(old), rangeOf(now)]
    if (oldRange === undefined || newRange === undefined) return false
    return !semver.subset(oldRange, newRange, { includePrerelease: true })
  })
}

/** In npm's syntax. */
function rangeOf(constraint: string | null): string | undefined {
  const parsed = parseConstraint(constraint ?? '')
  if ('problem' in parsed) return undefined
  if (parsed.kind === 'any') return '*'
  if (parsed.kind === 'npm') return parsed.range
  const range = parsed.comparators
    .map(({ operator, version }) => `${operator === '==' ? '=' : operator}${version}`)
    .join(' ')
  return semver.validRange(range) === null ? undefined : range
}

/**
 * The version to publish after those that are there: the next by its step, where a major one below 1.0.0 is the next minor one; after a preview,
 * the version that it is a preview of. Undefined when none of them is a version to count on from.
 */
export function proposeVersion(published: readonly string[], step: VersionStep): Proposal | undefined {
  const newest = published.filter((version) => semver.valid(version) !== null).sort((a, b) => compareVersions(b, a))[0]
  if (newest === undefined) return undefined
  const isPreview = semver.prerelease(newest) !== null
  const counted = isPreview ? 'patch' : step === 'major' && semver.major(newest) === 0 ? 'minor' : step
  const version = semver.inc(newest, counted)
  return version === null ? undefined : { version, ...(isPreview ? {} : { step }) }
}
