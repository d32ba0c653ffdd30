import { AppError } from '../errors.ts'
import type { AppVerdict } from './app.ts'
import { parseConstraint } from './constraint.ts'
import type { CompatibilityMap, PackageRef } from './package.ts'
import { specOf } from './package-ref.ts'
import { isSatisfiable } from './satisfiable.ts'

type No = Extract<AppVerdict, { readonly kind: 'not-compatible' }>

/** Why a version is refused: each app that it names and doesn't work with, and the constraint. Undefined when none of the verdicts is a no. */
export function refusalOf(ref: PackageRef, verdicts: readonly AppVerdict[]): AppError<'incompatible'> | undefined {
  const [first, ...others] = verdicts
    .filter((verdict): verdict is No => verdict.kind === 'not-compatible')
    .map(({ app, constraint }) => ({ app: app.name, appVersion: app.version, constraint }))
  if (first === undefined) return undefined
  return new AppError('incompatible', { ref: specOf(ref), ...first, ...(others.length === 0 ? {} : { others }) })
}

/** What a publisher should know of a compatibility map: constraints that nothing can satisfy, and those that nobody can read. */
export interface DeadConstraint {
  readonly app: string
  readonly constraint: string
  readonly kind: 'unreadable' | 'unsatisfiable'
}

export const deadConstraints = (map: CompatibilityMap | undefined): readonly DeadConstraint[] =>
  Object.entries(map ?? {}).flatMap(([app, constraint]): DeadConstraint[] => {
    if (constraint === null) return []
    const parsed = parseConstraint(constraint)
    if ('problem' in parsed) return [{ app, constraint, kind: 'unreadable' }]
    return isSatisfiable(parsed) ? [] : [{ app, constraint, kind: 'unsatisfiable' }]
  })
