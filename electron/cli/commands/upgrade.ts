import { AppError, isAppError } from '../../../shared/errors.ts'
import { compareVersions } from '../../../shared/model/constraint.ts'
import type { InstalledVersion } from '../../../shared/model/installed.ts'
import type { InstallPlan } from '../../../shared/model/plans.ts'
import type { Command, Context } from '../command.ts'
import { from, ignoreCompatibility, pre } from '../options.ts'
import { meantBy } from '../spec.ts'
import { tellDone } from '../tell-done.ts'
import { movedLines, planOf, run } from './install.ts'

export const upgrade: Command = {
  name: 'upgrade',
  usage: '[name…] [--from CONNECTION]',
  summary: 'Install the newest version of installed packages; the version before goes to the trash.',
  options: [from, pre, ignoreCompatibility],
  async run(context) {
    const library = await context.library()
    const installed = await context.api.installed.list({ libraryId: library.id })
    const names = context.words.length > 0 ? context.words : [...new Set(installed.map(({ ref }) => ref.name))]
    const upgraded: { readonly name: string; readonly version: string }[] = []
    const lines: string[] = []
    const one = async (name: string) => {
      const ofName = installed.filter(({ ref }) => ref.name === name)
      const newest = ofName.sort((a, b) => compareVersions(b.ref.version, a.ref.version))[0]
      if (newest === undefined) {
        const meant = meantBy(name, installed)
        throw new AppError('not-installed', {
          ...{ spec: name, library: library.path },
          ...(meant === undefined ? {} : { meant }),
        })
      }
      const plan = await newerPlan(context, name, library.id, newest)
      if (plan === undefined) return
      const moved = await run(context, plan)
      upgraded.push(plan.ref)
      lines.push(`${plan.ref.name} ${plan.ref.version} is installed.`, ...movedLines(moved))
    }
    await tellDone(
      context,
      upgraded,
      () => ({ document: upgraded, lines }),
      async () => {
        for (const name of names) await one(name)
      },
    )
    context.output.result(upgraded, upgraded.length === 0 ? ['Everything is up to date.'] : lines)
  },
}

/**
 * The plan that installs something newer, from `--from` or where the installed version came from. A package that its connection doesn't have
 * (any more) is nothing to upgrade when all are asked for, and `package-not-found` when it was named.
 */
async function newerPlan(
  context: Context,
  name: string,
  libraryId: string,
  newest: InstalledVersion,
): Promise<InstallPlan | undefined> {
  try {
    const fromId = context.text('from') ?? newest.fromConnectionId
    const plan = await planOf(context, name, libraryId, { upgrade: true, ...(fromId === undefined ? {} : { fromId }) })
    return compareVersions(plan.ref.version, newest.ref.version) <= 0 ? undefined : plan
  } catch (error) {
    if (context.words.length === 0 && isAppError(error, 'package-not-found', 'connection-not-found')) return undefined
    throw error
  }
}
