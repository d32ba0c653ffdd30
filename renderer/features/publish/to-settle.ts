import type { PublishPlan } from '../../../shared/model/plans.ts'
import { publishText as text } from '../../text/publish.ts'
import { fieldProblems, otherProblems, warningKey } from './publish-draft.ts'

type Warning = PublishPlan['warnings'][number]
type Problem = PublishPlan['problems'][number]

/** Rows of what is to be said before publishing, in their order. */
export interface ToSettle {
  /** In the way of publishing. */
  readonly first: {
    readonly fields: readonly Problem[]
    readonly others: readonly Problem[]
    /** Of one row. */
    readonly secrets: readonly Warning[]
    /** Rows, all told. */
    readonly count: number
  }
  /** Good to know: warnings of one kind are one row. */
  readonly toKnow: readonly (readonly Warning[])[]
}

export function toSettle(plan: PublishPlan, settled: ReadonlySet<string>): ToSettle {
  const groups = new Map<Warning['kind'], Warning[]>()
  const named = new Set(plan.problems.flatMap(({ path }) => path ?? []))
  for (const warning of plan.warnings)
    if (!settled.has(warningKey(warning)) && !isSaidAlready(warning, named))
      groups.set(warning.kind, [...(groups.get(warning.kind) ?? []), warning])
  const { secret: secrets = [], 'runs-code': code = [], ...others } = Object.fromEntries(groups)
  const first = { fields: fieldProblems(plan), others: otherProblems(plan), secrets }
  const count = first.fields.length + first.others.length + (secrets.length > 0 ? 1 : 0)
  return { first: { ...first, count }, toKnow: [code, ...Object.values(others)].filter(({ length }) => length > 0) }
}

/** A name that is in the way is one row, not a warning beside it as well. */
const isSaidAlready = ({ kind, path }: Warning, named: ReadonlySet<string>): boolean =>
  (kind === 'reserved-name' || kind === 'not-portable') && path !== undefined && named.has(path)

/** Of warnings of one kind. */
export function titleOf(warnings: readonly Warning[]): string {
  const [one] = warnings
  if (one === undefined) return ''
  return warnings.length === 1
    ? text.warning(one)
    : (text.warningGroup[one.kind]?.(warnings.length) ?? text.warning(one))
}

/** It asks for nothing: no screen reader is interrupted for it. */
export const isNote = ({ kind }: Warning): boolean => kind === 'symlink'

/** All of it in words, for screen readers; empty where there is nothing to say. */
export function spokenOf({ first: { fields, others, secrets, count }, toKnow }: ToSettle): string {
  const firsts = [
    ...fields.map(({ field, problem }) => `${text.settle.field(field.split('.')[0] ?? field)}: ${problem}`),
    ...others.map(({ problem }) => problem),
    titleOf(secrets),
  ]
  const known = toKnow.filter(([one]) => one !== undefined && !isNote(one)).map(titleOf)
  return [
    ...(count > 0 ? [text.settle.first(count), ...firsts] : []),
    ...(known.length > 0 ? [text.settle.toKnow, ...known] : []),
  ]
    .filter((part) => part !== '')
    .map((part) => (/[.!?]$/.test(part) ? part : `${part}.`))
    .join(' ')
}
