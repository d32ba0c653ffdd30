import path from 'node:path'
import type { Command } from '../command.ts'

export const diagnostics: Command = {
  name: 'diagnostics',
  usage: '[--out FILE]',
  summary: 'Write a file for who helps you: settings, connections, transfers and the end of the log, without any key.',
  options: [{ name: 'out', value: 'FILE', help: 'the file, or the folder to write it into' }],
  async run({ api, cwd, output, text }) {
    const out = path.resolve(cwd, text('out') ?? 'orbital-diagnostics.json')
    const written = await api.engine.saveDiagnostics({ out })
    output.result(written, [
      `Wrote ${written.path}. Look into it before you send it: names and places are in it, keys are not.`,
    ])
  },
}
