import type { App, AppVerdict } from './app.ts'
import { parseConstraint, satisfies } from './constraint.ts'
import type { CompatibilityMap } from './package.ts'

export type Verdict = AppVerdict['kind']

/** `3.2` → `3.2.0`. */
const paddedVersion = (version: string): string => {
  const [, major, minor = '0'] = /^(\d+)(?:\.(\d+))?$/.exec(version) ?? []
  return major === undefined ? version : `${Number(major)}.${Number(minor)}.0`
}
const statesNothing = (map: CompatibilityMap | undefined): boolean => map === undefined || Object.keys(map).length === 0

/** What a package says of one app. Without a map (or with an empty one) it works everywhere. A constraint that can't be read satisfies nobody. */
export function verdictFor(map: CompatibilityMap | undefined, app: App): AppVerdict {
  if (map === undefined || statesNothing(map)) return { kind: 'compatible', app, constraint: null }
  if (!Object.hasOwn(map, app.name)) return { kind: 'not-stated', app }
  const text = map[app.name] ?? null
  if (text === null) return { kind: 'compatible', app, constraint: null }
  const constraint = parseConstraint(text)
  const fits =
    !('problem' in constraint) && (constraint.kind === 'any' || satisfies(paddedVersion(app.version), constraint))
  return fits ? { kind: 'compatible', app, constraint: text } : { kind: 'not-compatible', app, constraint: text }
}

/** One answer for all of a person's apps: one satisfied app is enough; naming none of them states nothing. */
export function verdictOf(map: CompatibilityMap | undefined, apps: readonly App[]): Verdict {
  if (statesNothing(map)) return 'compatible'
  const kinds = verdictsFor(map, apps).map(({ kind }) => kind)
  if (kinds.includes('compatible')) return 'compatible'
  return kinds.includes('not-compatible') ? 'not-compatible' : 'not-stated'
}

/** Per app, in their order. */
export const verdictsFor = (map: CompatibilityMap | undefined, apps: readonly App[]): readonly AppVerdict[] =>
  apps.map((app) => verdictFor(map, app))
