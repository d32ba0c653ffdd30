import type { PackageRef } from '../../../shared/model/package.ts'
import { identOf, specOf } from '../../../shared/model/package-ref.ts'
import { usage } from '../arguments.ts'
import type { Command, Context } from '../command.ts'
import { connectionName, connectionOf, requiredWord } from '../spec.ts'

export const unpublish: Command = {
  name: 'unpublish',
  usage: '<name==version> --from CONNECTION [--why TEXT]',
  summary: 'Take a published version back, for good: nobody can find it any more, and its number can’t be used again.',
  mostWords: 1,
  options: [
    { name: 'from', value: 'CONNECTION', help: 'where it is published (orbital connections list)' },
    { name: 'why', value: 'TEXT', help: 'the reason, kept beside the reserved number' },
    {
      name: 'yes',
      value: 'NAME==VERSION',
      help: 'the version once more, instead of typing it when asked: for scripts',
    },
  ],
  async run(context) {
    const ref = exactRef(requiredWord(context, 'version, as in model==1.0.0'))
    // Never by default: what is taken back is named in full.
    if (context.text('from') === undefined) throw usage('Say where from: --from CONNECTION (orbital connections list).')
    await confirm(context, ref)
    const why = context.text('why')
    const done = await context.api.catalog.unpublish(
      { ...connectionOf(context, 'from'), ref, ...(why === undefined ? {} : { why }) },
      { signal: context.signal },
    )
    const where = await connectionName(context, done.connectionId)
    context.output.result(done, [
      `${ref.name} ${ref.version} is ${done.alreadyWithdrawn ? 'withdrawn, as it was before' : 'withdrawn'} (${where}).`,
      '  Its number stays reserved. Who has installed it keeps it.',
    ])
  },
}

/** `name==version` or `name-version`, nothing that could mean several. */
function exactRef(spec: string): PackageRef {
  const match = /^([^=<>~^|,\s]+?)(?:==|-(?=\d))([^=<>~^|,\s]+)$/.exec(spec)
  const [, name = '', version = ''] = match ?? []
  if (match === null) throw usage(`Name one version exactly, as in model==1.0.0, not “${spec}”.`)
  return { name, version }
}

async function confirm(context: Context, ref: PackageRef): Promise<void> {
  const isIt = (text: string) => text === specOf(ref) || text === identOf(ref)
  const given = context.text('yes')
  if (given !== undefined) {
    if (isIt(given)) return
    throw usage(`--yes names “${given}”, and what is to be taken back is “${specOf(ref)}”.`)
  }
  if (!context.interactive) throw usage(`This can’t be undone. To do it without being asked, add: --yes ${specOf(ref)}`)
  context.output.warn(
    `Nobody will find ${ref.name} ${ref.version} in ${context.text('from')} any more, and its number can’t be used again.`,
  )
  if (!isIt(await context.ask(`Type ${specOf(ref)} to take it back: `))) throw usage('That is another version.')
}
