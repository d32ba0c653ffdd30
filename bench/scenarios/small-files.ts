import { mkdirSync } from 'node:fs'
import { planFiles } from '../../testkit/package-builder.ts'
import { type Scenario, writeRandomFiles } from '../bench.ts'
import { measure } from '../measure.ts'
import { createRounds, quotient } from '../report.ts'

const oneFile = 'orbital install, one file'
const synced = 'tar xf, then sync'

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
    const one = bench.path('one')
    writeRandomFiles(one, planFiles(1, 4096))
    await bench.orbital('publish', one, '--name', 'one', '--version', '1.0.0')
    const rounds = createRounds()
    for (let round = 0; round < bench.rounds; round += 1) {
      const name = `small_${round}`
      rounds.note('orbital publish', await bench.orbital('publish', source, '--name', name, '--version', '1.0.0'))
      const [target, syncedTarget] = [bench.path(`untar-${round}`), bench.path(`synced-${round}`)]
      for (const folder of [target, syncedTarget]) mkdirSync(folder)
      rounds.note('tar xf', await measure('tar', ['xf', bench.path('files.tar'), '-C', target]))
      rounds.note(
        synced,
        await measure('sh', ['-c', `tar xf "$0" -C "$1" && sync -f "$1"`, bench.path('files.tar'), syncedTarget]),
      )
      const library = bench.path(`library-${round}`)
      rounds.note(oneFile, await bench.orbital('install', 'one==1.0.0', '--library', library))
      rounds.note('orbital install', await bench.orbital('install', `${name}==1.0.0`, '--library', library))
    }
    const secondsOf = (client: string) => rounds.median(client, (run) => run.seconds)
    const [alone = 0, tar = 0, withSync = 0] = [oneFile, 'tar xf', synced].map(secondsOf)
    const floor = quotient(alone + withSync - tar, tar)
    return {
      title: 'Small files',
      setUp: `${files.length} files of 4 KiB; median of ${bench.rounds}. An install is on the disk when it ends; \`tar xf\` is not, \`tar xf, then sync\` is. What every install takes, however small (a start, the list, a plan, the commit), is that of one file: with that and the sync alone it would be ${floor?.toFixed(2)} times \`tar xf\`.`,
      table: [
        ['client', 'seconds', 'µs a file'],
        ...rounds.clients.map((client) => {
          const seconds = secondsOf(client) ?? 0
          return [client, seconds.toFixed(2), client === oneFile ? '–' : ((seconds / files.length) * 1e6).toFixed(0)]
        }),
      ],
      ratios: [
        {
          what: 'install ÷ tar xf, time',
          value: quotient(secondsOf('orbital install'), secondsOf('tar xf')),
          target: { atMost: 2.5 },
        },
      ],
      missing: [],
    }
  },
}
