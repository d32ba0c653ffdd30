import type { Command } from '../command.ts'
import { packageFields } from '../options.ts'
import { formatBytes } from '../output.ts'
import { outOf, requirePath, writing } from '../spec.ts'
import { fieldsOf } from './publish.ts'

export const build: Command = {
  name: 'build',
  usage: '[folder] [--out PATH]',
  summary: 'Write a folder as <name>-<version>.sputnik, a package in one file.',
  mostWords: 1,
  options: [
    { name: 'out', value: 'PATH', help: 'the file, or the folder to write it into (default: here)' },
    ...packageFields,
  ],
  async run(context) {
    const { api, output, signal } = context
    const folder = requirePath(context, context.words[0] ?? '.', 'folder')
    // Planned against the built-in registry: building a file asks no store.
    const plan = await api.publish.plan({ connectionId: 'local', path: folder, fields: fieldsOf(context) }, { signal })
    for (const { text } of plan.warnings) output.warn(text)
    const out = outOf(context, '.')
    const built = await writing(
      () =>
        api.publish.build(
          { planId: plan.planId, out },
          { signal, onProgress: (done) => output.work(`Packing ${plan.info.name} ${plan.info.version}`, done) },
        ),
      'Choose another name (--out), or delete that file.',
    )
    output.endProgress()
    output.result(built, [`${built.path}  ${formatBytes(built.sizeBytes)}`])
  },
}
