import semver from 'semver'
import { compareVersions } from '../../../shared/model/constraint.ts'

/**
 * The version to publish after those that are there: the next minor one when files were added, else the next patch; after a preview, the
 * version that it is a preview of. Undefined when none of them is a version to count on from.
 */
export function proposeVersion(published: readonly string[], filesWereAdded: boolean): string | undefined {
  const newest = published.filter((version) => semver.valid(version) !== null).sort((a, b) => compareVersions(b, a))[0]
  if (newest === undefined) return undefined
  return semver.inc(newest, semver.prerelease(newest) === null && filesWereAdded ? 'minor' : 'patch') ?? undefined
}
