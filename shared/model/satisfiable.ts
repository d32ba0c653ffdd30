import semver from 'semver'
import { type Comparator, type Constraint, compareVersions, satisfies } from './constraint.ts'

type Bound = Pick<Comparator, 'operator' | 'version'>

/** False for a constraint that no version can satisfy, as `>=2.0.0,<1.0.0`. */
export function isSatisfiable(constraint: Constraint): boolean {
  switch (constraint.kind) {
    case 'any':
      return true
    case 'npm':
      return new semver.Range(constraint.range, { includePrerelease: true }).set.some((alternative) =>
        haveCommonVersion(
          alternative.map(({ operator, semver: { version = '' } }) => ({
            operator: operator === '' ? '==' : (operator as Bound['operator']),
            version,
          })),
          (version) => satisfies(version, constraint),
        ),
      )
    case 'classic':
      return haveCommonVersion(constraint.comparators, (version) => satisfies(version, constraint))
  }
}

/** Between any two different versions lies another one (a prerelease), so that only the bounds themselves count. */
function haveCommonVersion(bounds: readonly Bound[], isAllowed: (version: string) => boolean): boolean {
  const exact = bounds.find(({ operator, version }) => operator === '==' && version !== '')
  if (exact !== undefined) return isAllowed(exact.version)
  const least: Bound = { operator: '>=', version: '0.0.0-0' }
  const low = tightest([least, ...bounds.filter(({ operator }) => operator.startsWith('>'))], 1)
  const high = tightest(
    bounds.filter(({ operator }) => operator.startsWith('<')),
    -1,
  )
  if (low === undefined || high === undefined) return true
  const order = compareVersions(low.version, high.version)
  return order < 0 || (order === 0 && low.operator === '>=' && high.operator === '<=')
}

/** Of equal ones the strict one. */
const tightest = (bounds: readonly Bound[], direction: 1 | -1): Bound | undefined =>
  [...bounds].sort(
    (a, b) => direction * compareVersions(b.version, a.version) || a.operator.length - b.operator.length,
  )[0]
