import path from 'node:path'
import type { CallOptions } from '../../../shared/ipc/procedure.ts'
import type { PackageRef } from '../../../shared/model/package.ts'
import type { Command, Context } from '../command.ts'
import { from, ignoreCompatibility, pre } from '../options.ts'
import { formatBytes } from '../output.ts'
import { connectionOf, matchInstalled, requiredWord, resolve } from '../spec.ts'

export const exportVersion: Command = {
  name: 'export',
  usage: '<spec> [--from CONNECTION] [--out PATH]',
  summary:
    'Write a version as <name>-<version>.sputnik: from a connection exactly as published, else from what is installed.',
  options: [
    { ...from, help: 'the published version, byte for byte, instead of the installed one' },
    { name: 'out', value: 'PATH', help: 'the file, or the folder to write it into (default: here)' },
    pre,
    ignoreCompatibility,
  ],
  async run(context) {
    const { api, output } = context
    const word = requiredWord(context, 'package')
    const out = path.resolve(context.cwd, context.text('out') ?? '.')
    const isPublished = context.text('from') !== undefined
    const { ref, libraryId } = isPublished
      ? { ref: await resolve(context, word), libraryId: undefined }
      : await newestInstalled(context, word)
    const options: CallOptions = {
      signal: context.signal,
      onProgress: (done) => output.work(`Exporting ${ref.name} ${ref.version}`, done),
    }
    const written = isPublished
      ? await api.catalog.export({ ...connectionOf(context, 'from'), ref, out }, options)
      : await api.installed.export({ ...(libraryId === undefined ? {} : { libraryId }), ref, out }, options)
    output.endProgress()
    output.result({ ...ref, ...written }, [`${written.path}  ${formatBytes(written.sizeBytes)}`])
  },
}

async function newestInstalled(
  context: Context,
  word: string,
): Promise<{ readonly ref: PackageRef; readonly libraryId: string | undefined }> {
  const [newest] = await matchInstalled(context, word)
  return { ref: newest?.ref ?? { name: word, version: '' }, libraryId: newest?.libraryId }
}
