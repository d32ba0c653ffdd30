import type { AppVerdict } from '../model/app.ts'
import { parseConstraint } from '../model/constraint.ts'
import { quoteName } from '../model/package-path.ts'
import { isSatisfiable } from '../model/satisfiable.ts'

/** `it needs reader >=2.0.0`; what can't be read, or can't be satisfied by any version, is said to be so. */
export function needOf(app: string, constraint: string): string {
  const parsed = parseConstraint(constraint)
  if ('problem' in parsed) return `what it needs of ${app}, “${constraint}”, is not a constraint`
  if (!isSatisfiable(parsed)) return `what it needs of ${app}, “${constraint}”, no version can be`
  return `it needs ${app} ${constraint}`
}

/** What a package says of one app, in a few words: `works with reader 2.1.0`, `does not work with reader 1.0.0: it needs reader >=2.0.0`. */
export function explainVerdict(verdict: AppVerdict): string {
  const { app } = verdict
  switch (verdict.kind) {
    case 'compatible':
      return `works with ${app.name} ${app.version}`
    case 'not-stated':
      return `says nothing of ${app.name}`
    case 'not-compatible':
      return `does not work with ${app.name} ${app.version}: ${needOf(app.name, verdict.constraint)}`
  }
}

export const unreadableByOldTools = (app: string, constraint: string): string =>
  `Older Orbital tools can’t read the constraint ${quoteName(constraint)} for ${quoteName(app)}.`
