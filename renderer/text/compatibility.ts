import type { AppVerdict } from '../../shared/model/app.ts'
import { explainConstraint, parseConstraint } from '../../shared/model/constraint.ts'
import { deadConstraints } from '../../shared/model/refusal.ts'

/** A constraint as short as it can be said: `2.1 or later`, `3.0 or later, before 4`, `exactly 1.2.0`. */
export function shortConstraint(text: string | null): string {
  if (text === null) return 'any version'
  const constraint = parseConstraint(text)
  if ('problem' in constraint) return text
  if (constraint.kind !== 'classic') return explainConstraint(text)
  const [first, second, ...more] = constraint.comparators
  if (first === undefined || more.length > 0) return explainConstraint(text)
  if (second === undefined) {
    if (first.operator === '>=') return `${first.text} or later`
    if (first.operator === '<=') return `${first.text} or earlier`
    if (first.operator === '==') return `exactly ${first.text}`
    return first.operator === '<' ? `before ${first.text}` : `after ${first.text}`
  }
  const low = [first, second].find(({ operator }) => operator === '>=')
  const high = [first, second].find(({ operator }) => operator === '<')
  return low !== undefined && high !== undefined ? `${low.text} or later, before ${high.text}` : explainConstraint(text)
}

/** `needs 3.0 or later`, `not stated`, `every version`. */
export function verdictReason(verdict: AppVerdict): string {
  if (verdict.kind === 'not-stated') return 'not stated'
  if (verdict.constraint === null) return 'every version'
  const [dead] = deadConstraints({ [verdict.app.name]: verdict.constraint })
  if (dead !== undefined)
    return dead.kind === 'unreadable'
      ? `“${dead.constraint}” is not a constraint`
      : `“${dead.constraint}” fits no version`
  return `needs ${shortConstraint(verdict.constraint)}`
}
