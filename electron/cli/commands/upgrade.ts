import { compareVersions } from '../../../shared/model/constraint.ts'
import type { Command } from '../command.ts'
import { planOf, run } from './install.ts'

export const upgrade: Command = {
  name: 'upgrade',
  usage: '[name…] [--from CONNECTION]',
  summary: 'Install the newest version of installed packages; the version before goes to the trash.',
  options: [
    { name: 'from', value: 'CONNECTION', help: 'where from' },
    { name: 'pre', help: 'allow prereleases' },
    { name: 'ignore-compatibility', help: 'upgrade although it does not state to work with your apps' },
  ],
  async run(context) {
    const library = await context.library()
    const installed = await context.api.installed.list({ libraryId: library.id })
    const names = context.words.length > 0 ? context.words : [...new Set(installed.map(({ ref }) => ref.name))]
    const upgraded: { readonly name: string; readonly version: string }[] = []
    for (const name of names) {
      const plan = await planOf(context, name, library.id, { upgrade: true })
      const newest = installed
        .filter(({ ref }) => ref.name === name)
        .map(({ ref }) => ref.version)
        .sort(compareVersions)
        .at(-1)
      if (newest !== undefined && compareVersions(plan.ref.version, newest) <= 0) continue
      await run(context, plan)
      upgraded.push(plan.ref)
    }
    context.output.result(
      upgraded,
      upgraded.length === 0
        ? ['Everything is up to date.']
        : upgraded.map(({ name, version }) => `${name} ${version} is installed.`),
    )
  },
}
