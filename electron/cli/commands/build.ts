import path from 'node:path'
import type { Command } from '../command.ts'
import { packageFields } from '../options.ts'
import { formatBytes } from '../output.ts'
import { requirePath } from '../spec.ts'
import { fieldsOf } from './publish.ts'

export const build: Command = {
  name: 'build',
  usage: '[folder] [--out PATH]',
  summary: 'Write a folder as <name>-<version>.sputnik, a package in one file.',
  options: [
    { name: 'out', value: 'PATH', help: 'the file, or the folder to write it into (default: here)' },
    ...packageFields,
  ],
  async run(context) {
    const { api, output, signal, cwd } = context
    const folder = requirePath(context, context.words[0] ?? '.', 'folder')
    // Planned against the built-in registry: building a file asks no store.
    const plan = await api.publish.plan({ connectionId: 'local', path: folder, fields: fieldsOf(context) }, { signal })
    for (const { text } of plan.warnings) output.warn(text)
    const built = await api.publish.build(
      { planId: plan.planId, out: path.resolve(cwd, context.text('out') ?? '.') },
      { signal },
    )
    output.result(built, [`${built.path}  ${formatBytes(built.sizeBytes)}`])
  },
}
