import type { CompatibilityMap } from '../../../shared/model/package.ts'
import type { PublishFields, PublishPlan } from '../../../shared/model/plans.ts'

/** The fields of the form that are one text each. */
export const textFields = ['name', 'version', 'title', 'license', 'description', 'notes'] as const
export type TextField = (typeof textFields)[number]

type Problem = PublishPlan['problems'][number]

/**
 * What a field shows: what the person typed, else what the engine read or guessed. A plan that is still on its way never
 * overwrites what was typed after it was asked for.
 */
export const textOf = (field: TextField, typed: PublishFields, plan: PublishPlan | undefined): string =>
  typed[field] ?? plan?.info[field] ?? ''

export const tagsOf = (typed: PublishFields, plan: PublishPlan | undefined): readonly string[] =>
  typed.tags ?? plan?.info.tags ?? []

export const compatibilityOf = (typed: PublishFields, plan: PublishPlan | undefined): CompatibilityMap =>
  typed.compatibility ?? plan?.info.compatibility ?? {}

/** Where the shown value comes from, as the plan names it; undefined for what nobody gave. */
export function originOf(field: string, typed: PublishFields, plan: PublishPlan | undefined): string | undefined {
  const isTyped = typed[field as keyof PublishFields] !== undefined
  return isTyped ? 'you' : plan?.origins[field]
}

/** Problems of one field, and of its parts (`compatibility.Support Desk`). */
export const problemsOf = (field: string, plan: PublishPlan | undefined): readonly Problem[] =>
  (plan?.problems ?? []).filter((problem) => problem.field === field || problem.field.startsWith(`${field}.`))

const fieldsShown = new Set<string>([...textFields, 'tags', 'compatibility'])
const isOfField = ({ field }: Problem): boolean => fieldsShown.has(field.split('.')[0] ?? '')

/** Problems that no field of the form shows. */
export const otherProblems = (plan: PublishPlan | undefined): readonly Problem[] =>
  (plan?.problems ?? []).filter((problem) => !isOfField(problem))

/** Problems that stand below a field of the form. */
export const fieldProblems = (plan: PublishPlan | undefined): readonly Problem[] =>
  (plan?.problems ?? []).filter(isOfField)

/** A path is left out by itself or by a folder above it. */
const isWithin = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`)

/** `path` as the plan names it; what is chosen is named as it lies in the folder. */
export function leaveOut(typed: PublishFields, packagePath: string): PublishFields {
  const inside = typed.insideFolder === undefined ? '' : `${typed.insideFolder}/`
  const path = packagePath.startsWith(inside) ? packagePath.slice(inside.length) : packagePath
  const putIn = typed.putIn?.filter((each) => !isWithin(each, path))
  return {
    ...typed,
    leaveOut: [...(typed.leaveOut ?? []).filter((each) => !isWithin(each, path)), path],
    ...(putIn === undefined ? {} : { putIn }),
  }
}

/** Takes back a person's own choice, or overrides a rule (`putIn`). */
export function putIn(
  typed: PublishFields,
  path: string,
  reason: PublishPlan['leftOut'][number]['reason'],
): PublishFields {
  const withoutOwn = { ...typed, leaveOut: (typed.leaveOut ?? []).filter((each) => each !== path) }
  if (reason === 'by-person') return withoutOwn
  return { ...withoutOwn, putIn: [...(typed.putIn ?? []).filter((each) => each !== path), path] }
}

/** Symlinks, devices and what the recipe itself needs can't be put in. */
export const canPutIn = (reason: PublishPlan['leftOut'][number]['reason']): boolean =>
  reason !== 'symlink' && reason !== 'special-file' && reason !== 'recipe'

/** A key for a warning, stable from plan to plan, to remember that a person has seen it. */
export const warningKey = ({ kind, path }: PublishPlan['warnings'][number]): string => `${kind} ${path ?? ''}`

/** Secrets that a person has neither left out nor chosen to keep. They are settled before Publish works. */
export const openSecrets = (plan: PublishPlan, settled: ReadonlySet<string>): readonly string[] =>
  plan.warnings
    .filter((warning) => warning.kind === 'secret' && !settled.has(warningKey(warning)))
    .map(({ path }) => path ?? '')

/** Without what only the store has against it: for a file. */
export const ofPackage = (plan: PublishPlan): PublishPlan => ({
  ...plan,
  problems: plan.problems.filter(({ ofStore }) => ofStore !== true),
})

/** What stands in the way, shortest first words: the fields, then the files. Empty: Publish works. */
export function blockers(plan: PublishPlan, settled: ReadonlySet<string>): readonly string[] {
  const fields = [...new Set(plan.problems.map(({ field }) => field.split('.')[0] ?? field))]
  return [...fields, ...openSecrets(plan, settled)]
}
