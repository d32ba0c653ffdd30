import type { Command } from '../command.ts'
import { outOf, writing } from '../spec.ts'

export const diagnostics: Command = {
  name: 'diagnostics',
  usage: '[--out FILE]',
  summary: 'Write a file for who helps you: settings, connections, transfers and the end of the log, without any key.',
  mostWords: 0,
  options: [{ name: 'out', value: 'FILE', help: 'the file, or the folder to write it into' }],
  async run(context) {
    const out = outOf(context, 'orbital-diagnostics.json')
    const written = await writing(
      () => context.api.engine.saveDiagnostics({ out }),
      'Choose another name (--out), or delete that file.',
    )
    context.output.result(written, [
      `Wrote ${written.path}. Look into it before you send it: names and places are in it, keys are not.`,
    ])
  },
}
