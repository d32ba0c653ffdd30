import { forOldTools, parseConstraint } from '../../../shared/model/constraint.ts'
import type { CompatibilityMap } from '../../../shared/model/package.ts'
import { quoteName } from '../../../shared/model/package-path.ts'
import type { PublishPlan } from '../../../shared/model/plans.ts'
import { deadConstraints } from '../../../shared/model/refusal.ts'
import { unreadableByOldTools } from '../../../shared/text/compatibility.ts'

type Warnings = PublishPlan['warnings']

/**
 * What will go wrong for those who install: constraints that no version of an app can satisfy, and those that old tools can't read. Wherever
 * the map comes from (a recipe, a form, a `.sputnik`, the version before); what was said already is not said twice.
 */
export function compatibilityWarnings(map: CompatibilityMap | undefined, before: Warnings): Warnings {
  const dead = deadConstraints(map).map(({ app, constraint, kind }) => ({
    kind: 'constraint-unsatisfiable' as const,
    text:
      kind === 'unreadable'
        ? `${quoteName(constraint)} for ${quoteName(app)} is not a constraint, so no version of ${app} will be taken as suitable.`
        : `No version of ${quoteName(app)} can be ${quoteName(constraint)}, so it will be refused for each.`,
  }))
  const odd = Object.entries(map ?? {}).flatMap(([app, constraint]) => {
    if (constraint === null || 'problem' in parseConstraint(constraint) || forOldTools(constraint) !== undefined)
      return []
    return [{ kind: 'constraint-unreadable-by-old-tools' as const, text: unreadableByOldTools(app, constraint) }]
  })
  const said = new Set(before.map(({ text }) => text))
  return [...dead, ...odd].filter(({ text }) => !said.has(text))
}
