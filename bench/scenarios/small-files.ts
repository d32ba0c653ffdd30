import { mkdirSync } from 'node:fs'
import { planFiles } from '../../testkit/package-builder.ts'
import { type Scenario, writeRandomFiles } from '../bench.ts'
import { measure } from '../measure.ts'
import { createRounds, quotient } from '../report.ts'

/**
 * Many small files, beside `tar xf` of the same ones from the same disk. Nothing is deleted until all is measured: for minutes after many files
 * went, some file systems (ext4 without a journal) take ten times as long to make new ones. Each install has a library of its own, so that it
 * finds nothing to copy; each publish is of a package of its own.
 */
export const smallFiles: Scenario = {
  name: 'small-files',
  async run(bench) {
    const files = planFiles(bench.quick ? 2_000 : 10_000, 4096)
    const source = bench.path('source')
    writeRandomFiles(source, files)
    await measure('tar', ['cf', bench.path('files.tar'), '-C', source, '.'])
    const rounds = createRounds()
    for (let round = 0; round < bench.rounds; round += 1) {
      const name = `small_${round}`
      rounds.note('orbital publish', await bench.orbital('publish', source, '--name', name, '--version', '1.0.0'))
      const [target, synced] = [bench.path(`untar-${round}`), bench.path(`synced-${round}`)]
      for (const folder of [target, synced]) mkdirSync(folder)
      rounds.note('tar xf', await measure('tar', ['xf', bench.path('files.tar'), '-C', target]))
      rounds.note(
        'tar xf, then sync',
        await measure('sh', ['-c', `tar xf "$0" -C "$1" && sync -f "$1"`, bench.path('files.tar'), synced]),
      )
      const library = bench.path(`library-${round}`)
      rounds.note('orbital install', await bench.orbital('install', `${name}==1.0.0`, '--library', library))
    }
    const perFile = (client: string) => ((rounds.median(client, (run) => run.seconds) ?? 0) / files.length) * 1e6
    return {
      title: 'Small files',
      setUp: `${files.length} files of 4 KiB; median of ${bench.rounds}. An install is on the disk when it ends; \`tar xf\` is not, \`tar xf, then sync\` is.`,
      table: [
        ['client', 'seconds', 'µs a file'],
        ...rounds.clients.map((client) => [
          client,
          (rounds.median(client, (run) => run.seconds) ?? 0).toFixed(2),
          perFile(client).toFixed(0),
        ]),
      ],
      ratios: [
        {
          what: 'install ÷ tar xf, time',
          value: quotient(
            rounds.median('orbital install', (run) => run.seconds),
            rounds.median('tar xf', (run) => run.seconds),
          ),
          target: { atMost: 2.5 },
        },
      ],
      missing: [],
    }
  },
}
