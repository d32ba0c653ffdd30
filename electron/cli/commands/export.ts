import type { PackageRef } from '../../../shared/model/package.ts'
import { usage } from '../arguments.ts'
import type { Command, Context } from '../command.ts'
import { from, ignoreCompatibility, pre } from '../options.ts'
import { formatBytes } from '../output.ts'
import { limit, paceOf } from '../pace.ts'
import { connectionOf, matchInstalled, outOf, requiredWord, resolve, writing } from '../spec.ts'

export const exportVersion: Command = {
  name: 'export',
  usage: '<spec> [--from CONNECTION [--file PATH]] [--out PATH] [--overwrite]',
  summary:
    'Write a version as <name>-<version>.sputnik: from a connection exactly as published, else from what is installed.',
  mostWords: 1,
  options: [
    { ...from, help: 'the published version, byte for byte, instead of the installed one' },
    { name: 'file', value: 'PATH', help: 'with --from: only this file of the version, as it is' },
    { name: 'out', value: 'PATH', help: 'the file, or the folder to write it into (default: here)' },
    { name: 'overwrite', help: 'write over a file that is there' },
    pre,
    ignoreCompatibility,
    ...limit,
  ],
  async run(context) {
    const { api, output } = context
    const word = requiredWord(context, 'package')
    const out = outOf(context, '.')
    const isPublished = context.text('from') !== undefined
    const { ref, libraryId } = isPublished
      ? { ref: await resolve(context, word), libraryId: undefined }
      : await newestInstalled(context, word)
    const overwrite = context.flag('overwrite')
    if (!isPublished && context.text('limit') !== undefined)
      throw usage('--limit goes with --from: what is installed is read from this computer.')
    const path = context.text('file')
    if (!isPublished && path !== undefined)
      throw usage('--file goes with --from: files of an installed version lie in its folder already (orbital path).')
    const start = () =>
      isPublished
        ? api.catalog.export(
            {
              ...connectionOf(context, 'from'),
              ref,
              ...(path === undefined ? {} : { path }),
              out,
              overwrite,
              ...paceOf(context),
            },
            { signal: context.signal },
          )
        : api.installed.export({ ...(libraryId === undefined ? {} : { libraryId }), ref, out, overwrite })
    const { outcome = {} } = await writing(
      async () => context.follow((await start()).transferId),
      'Choose another name, or add --overwrite.',
    )
    const { path: file = out, sizeBytes = 0, md5 } = outcome
    const written = { ...ref, path: file, sizeBytes, ...(md5 === undefined ? {} : { md5 }) }
    output.result(written, [`${file}  ${formatBytes(sizeBytes)}`])
  },
}

async function newestInstalled(
  context: Context,
  word: string,
): Promise<{ readonly ref: PackageRef; readonly libraryId: string | undefined }> {
  const [newest] = await matchInstalled(context, word)
  return { ref: newest?.ref ?? { name: word, version: '' }, libraryId: newest?.libraryId }
}
