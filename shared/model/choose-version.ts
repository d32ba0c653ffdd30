import type { App, AppVerdict } from './app.ts'
import { type Verdict, verdictOf, verdictsFor } from './compatibility.ts'
import { type Constraint, compareVersions, isPrerelease, namesPrerelease, satisfies } from './constraint.ts'
import type { CompatibilityMap } from './package.ts'

export interface VersionCandidate {
  readonly version: string
  readonly compatibility?: CompatibilityMap | undefined
}
export interface ChoiceOptions {
  /** One of them must be satisfied; none given: compatibility doesn't count. */
  readonly apps?: readonly App[]
  /** Prereleases count like any version. */
  readonly prerelease?: boolean
  readonly ignoreCompatibility?: boolean
}
export type VersionChoice<T> =
  | { readonly kind: 'chosen'; readonly version: T; readonly verdict: Verdict }
  /** No version satisfies the constraint. */
  | { readonly kind: 'no-match' }
  /** Versions satisfy it, but each names some of the apps and suits none; `newest` of them and what it says. */
  | { readonly kind: 'incompatible'; readonly newest: T; readonly verdicts: readonly AppVerdict[] }

/**
 * The version to install: the highest that satisfies the constraint and is compatible; else the highest that states nothing of the apps.
 * Prereleases are looked at only if the constraint names one, with `prerelease`, or when no other version can be chosen.
 */
export function chooseVersion<T extends VersionCandidate>(
  versions: readonly T[],
  constraint: Constraint,
  { apps = [], prerelease = false, ignoreCompatibility = false }: ChoiceOptions = {},
): VersionChoice<T> {
  const fitting = versions
    .filter(({ version }) => satisfies(version, constraint))
    .sort((a, b) => compareVersions(b.version, a.version))
  const newest = fitting[0]
  if (newest === undefined) return { kind: 'no-match' }
  const usesPrereleases = prerelease || namesPrerelease(constraint)
  const pools = usesPrereleases ? [fitting] : [fitting.filter(({ version }) => !isPrerelease(version)), fitting]
  const accepted = ignoreCompatibility ? (['any'] as const) : (['compatible', 'not-stated'] as const)
  for (const pool of pools) {
    for (const wanted of accepted) {
      for (const version of pool) {
        const verdict = apps.length === 0 ? 'compatible' : verdictOf(version.compatibility, apps)
        if (wanted === 'any' || verdict === wanted) return { kind: 'chosen', version, verdict }
      }
    }
  }
  const shown = pools.find((pool) => pool.length > 0)?.[0] ?? newest
  return { kind: 'incompatible', newest: shown, verdicts: verdictsFor(shown.compatibility, apps) }
}
