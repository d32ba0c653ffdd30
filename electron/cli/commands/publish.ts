import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { PublishPlan } from '../../../shared/model/plans.ts'
import type { Transfer } from '../../../shared/model/transfer.ts'
import { versionOf } from '../../../shared/model/transfer-standing.ts'
import { remedyOf } from '../../../shared/text/errors.ts'
import { usage } from '../arguments.ts'
import type { Command, Context } from '../command.ts'
import { packageFields } from '../options.ts'
import { countOf, formatBytes } from '../output.ts'
import { pace, paceOf } from '../pace.ts'
import { connectionName, connectionOf, isPackageFile, requirePath } from '../spec.ts'
import { tellDone } from '../tell-done.ts'

export const publish: Command = {
  name: 'publish',
  aliases: ['upload'],
  usage: '<folder or .sputnik>… [--to CONNECTION]',
  summary: 'Publish folders or .sputnik files as package versions.',
  options: [
    { name: 'to', value: 'CONNECTION', help: 'where to (orbital connections list)' },
    ...packageFields,
    ...pace,
    { name: 'dry-run', help: 'only say what would be published' },
  ],
  async run(context) {
    const { api, output, words, signal } = context
    if (words.length === 0) throw usage('Say which folder or .sputnik file to publish.')
    const plans: PublishPlan[] = []
    for (const word of words) {
      const question = {
        ...connectionOf(context, 'to'),
        path: requirePath(context, word, isPackageFile(word) ? 'file' : 'folder'),
        fields: fieldsOf(context),
      }
      const first = await api.publish.plan(question, { signal })
      const plan = isVersionOpen(first)
        ? await api.publish.plan({ ...question, planId: first.planId, exact: true }, { signal })
        : first
      for (const { text } of plan.warnings) output.warn(text)
      plans.push(plan)
    }
    if (context.flag('dry-run')) {
      output.result(plans.length === 1 ? plans[0] : plans, plans.flatMap(linesOf))
      for (const [at, plan] of plans.entries()) refuse(plan, path.resolve(context.cwd, words[at] ?? ''))
      return
    }
    const asked = paceOf(context)
    const done: Published[] = []
    const lines = async () => {
      const told = done.map(async ({ transfer }) =>
        toldOf(transfer, await connectionName(context, transfer.connectionId ?? '')),
      )
      return (await Promise.all(told)).flat()
    }
    await tellDone(
      context,
      done,
      async () => ({ document: done.map(published), lines: await lines() }),
      async () => {
        for (const { planId, warnings } of plans) {
          const { transferId } = await api.publish.start({ planId, ...asked }, { signal })
          done.push({ transfer: await context.follow(transferId), warnings: warnings.map(({ text }) => text) })
        }
      },
    )
    output.result(done.length === 1 ? published(done[0] as Published) : done.map(published), await lines())
  },
}

/** `recipe-invalid` where publishing it would be refused. Of a version that is there already the store decides. */
function refuse({ problems }: PublishPlan, path: string): void {
  const own = problems.filter(({ ofStore }) => ofStore !== true)
  if (own.length > 0) throw new AppError('recipe-invalid', { path, problems: own })
}

/** The version is Orbital's own proposal, and only checksums tell whether there is something new to publish. */
const isVersionOpen = ({ info, origins, previous }: PublishPlan): boolean =>
  previous !== undefined && !previous.exact && info.version !== undefined && origins.version === previous.version

export const fieldsOf = (context: Context) => ({
  ...optional('name', context.text('name')),
  ...optional('version', context.text('version')),
  ...optional('description', context.text('description')),
  ...optional('notes', context.text('notes')),
})
const optional = <K extends string>(key: K, value: string | undefined): { [P in K]?: string } =>
  value === undefined ? {} : ({ [key]: value } as { [P in K]?: string })

interface Published {
  readonly transfer: Transfer
  /** What was said of its files first. */
  readonly warnings: readonly string[]
}

const published = ({ transfer, warnings }: Published) => ({
  ...transfer.ref,
  connectionId: transfer.connectionId,
  alreadyThere: transfer.outcome?.alreadyThere ?? false,
  unprotected: transfer.outcome?.unprotected ?? false,
  totalBytes: transfer.progress.totalBytes,
  sentBytes: transfer.wireBytes,
  copiedBytes: transfer.outcome?.reusedBytes ?? 0,
  warnings,
})

function toldOf(transfer: Transfer, where: string): string[] {
  const { outcome, progress, wireBytes } = transfer
  const ref = versionOf(transfer)
  const sent = outcome?.reusedBytes === undefined ? '' : ` (${formatBytes(wireBytes)} sent, the rest copied there)`
  const first = outcome?.alreadyThere
    ? `${ref.name} ${ref.version} is already there with the same content (${where}).`
    : `Published ${ref.name} ${ref.version} to ${where}, ${formatBytes(progress.totalBytes)}${sent}.`
  const warning = 'This store can’t keep two people from publishing the same version at once.'
  return outcome?.unprotected ? [first, warning, install(ref)] : [first, install(ref)]
}
const install = (ref: { readonly name: string; readonly version: string }) =>
  `  orbital install ${ref.name}==${ref.version}`

function linesOf(plan: PublishPlan): string[] {
  return [
    `${plan.info.name} ${plan.info.version}: ${countOf(plan.files.length, 'file')}, ${formatBytes(plan.totalBytes)}`,
    ...plan.files.map((file) => `  ${file.path}  ${formatBytes(file.sizeBytes)}`),
    ...plan.leftOut.map((each) => `  left out: ${each.path} (${each.why})`),
    ...(plan.mostSentBytes === undefined
      ? []
      : [`  to send: up to ${formatBytes(plan.mostSentBytes)}, where the store copies what it has already`]),
    ...plan.problems.map(
      (each) => `  ${each.field}: ${each.problem}${each.fix === undefined ? '' : ` ${remedyOf(each.field, each.fix)}`}`,
    ),
  ]
}
