import { specOf } from '../../../shared/model/package-ref.ts'
import type { InstallPlan } from '../../../shared/model/plans.ts'
import { usage } from '../arguments.ts'
import type { Command, Context } from '../command.ts'
import { from, ignoreCompatibility, pre } from '../options.ts'
import { formatBytes } from '../output.ts'
import { pace, paceOf } from '../pace.ts'
import { appsOf, connectionOf, isPackageFile, passedOver, requirePath, resolve } from '../spec.ts'
import { tellDone } from '../tell-done.ts'

export const install: Command = {
  name: 'install',
  usage: '<spec or .sputnik file>… [--from CONNECTION]',
  summary: 'Install packages: name, name==1.0.0, "name >=1.0.0,<2.0.0", or a .sputnik file.',
  options: [
    from,
    pre,
    { name: 'force', help: 'install again over what is there' },
    ignoreCompatibility,
    ...pace,
    { name: 'dry-run', help: 'only say what would be installed' },
  ],
  async run(context) {
    if (context.words.length === 0) throw usage('Say what to install: a package, or a .sputnik file.')
    // A mistake in them is told before anything else.
    paceOf(context)
    const library = await context.library()
    const results: unknown[] = []
    const lines: string[] = []
    const one = async (word: string) => {
      const plan = await planOf(context, word, library.id)
      if (context.flag('dry-run')) {
        results.push(plan)
        lines.push(
          `${plan.ref.name} ${plan.ref.version}: ${formatBytes(plan.downloadBytes)} to download${reusedOf(plan)}, ${formatBytes(plan.diskBytes)} on disk`,
        )
        return
      }
      const installed = await run(context, plan)
      const { path: installedPath, alreadyThere, downloadBytes, reusedBytes } = installed
      results.push({
        ...plan.ref,
        libraryId: library.id,
        path: installedPath,
        alreadyThere,
        downloadBytes,
        reusedBytes,
        diskBytes: plan.diskBytes,
      })
      lines.push(
        `${plan.ref.name} ${plan.ref.version} is ${alreadyThere ? 'already installed' : 'installed'}.`,
        ...movedLines(installed),
        `  ${installedPath}`,
      )
    }
    const done = context.flag('dry-run') ? [] : results
    await tellDone(
      context,
      done,
      () => ({ document: results, lines }),
      async () => {
        for (const word of context.words) await one(word)
      },
    )
    context.output.result(results.length === 1 ? results[0] : results, lines)
  },
}

export async function planOf(
  context: Context,
  word: string,
  libraryId: string,
  { upgrade = false, fromId }: { readonly upgrade?: boolean; readonly fromId?: string } = {},
): Promise<InstallPlan> {
  const connection = fromId === undefined ? connectionOf(context, 'from') : { connectionId: fromId }
  const source = isPackageFile(word)
    ? { file: requirePath(context, word, 'file') }
    : { ...connection, ref: await resolveAndSay(context, word, connection) }
  return context.api.install.plan(
    {
      source,
      libraryId,
      force: context.flag('force'),
      upgrade,
      ...appsOf(context),
    },
    { signal: context.signal },
  )
}

/** Says why it is not the newest version, where that refuses the person's apps. */
async function resolveAndSay(context: Context, spec: string, connection: { readonly connectionId?: string }) {
  const ref = await resolve(context, spec, connection)
  const reason = context.flag('ignore-compatibility') ? undefined : await passedOver(context, spec, ref, connection)
  if (reason !== undefined) context.output.warn(reason)
  return ref
}

interface Installed {
  readonly path: string
  readonly alreadyThere: boolean
  readonly downloadBytes: number
  readonly reusedBytes: number
}

/** What was fetched and what was taken from this machine, when there was something to take. */
export const movedLines = ({ downloadBytes, reusedBytes }: Installed): readonly string[] =>
  reusedBytes === 0 ? [] : [`  ${formatBytes(downloadBytes)} downloaded, ${formatBytes(reusedBytes)} reused`]

const reusedOf = ({ reusedBytes, reusedFrom }: InstallPlan): string =>
  reusedBytes === 0 ? '' : `, ${formatBytes(reusedBytes)} reused from ${reusedFrom.join(', ')}`

export async function run(context: Context, plan: InstallPlan): Promise<Installed> {
  for (const verdict of plan.verdicts) {
    if (verdict.kind === 'not-stated')
      context.output.warn(`${plan.ref.name} does not say whether it works with ${verdict.app.name}.`)
  }
  const pathOf = async () =>
    (await context.api.installed.path({ libraryId: plan.libraryId, spec: specOf(plan.ref) })).path
  if (plan.alreadyInstalled && !context.flag('force'))
    return { path: await pathOf(), alreadyThere: true, downloadBytes: 0, reusedBytes: 0 }
  const ignores = context.flag('ignore-compatibility') || plan.verdict === 'not-stated'
  if (plan.reusedBytes > 0)
    context.output.line(
      `${plan.ref.name} ${plan.ref.version}: ${formatBytes(plan.downloadBytes)} to download${reusedOf(plan)}`,
    )
  const { transferId } = await context.api.install.start(
    { planId: plan.planId, ignoreCompatibility: ignores, ...paceOf(context) },
    { signal: context.signal },
  )
  const done = await context.follow(transferId)
  const { alreadyThere = false, downloadBytes = plan.downloadBytes, reusedBytes = 0 } = done.outcome ?? {}
  return { path: await pathOf(), alreadyThere, downloadBytes: alreadyThere ? 0 : downloadBytes, reusedBytes }
}
