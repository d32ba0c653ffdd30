import { mkdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import { MiB, type Scenario, writeRandomFiles } from '../bench.ts'
import { measure } from '../measure.ts'
import { clientTable, createRounds, quotient, speedOf } from '../report.ts'

const md5Loop = `
const { createHash } = require('node:crypto')
const { openSync, readSync } = require('node:fs')
const hash = createHash('md5')
const chunk = Buffer.alloc(262144)
for (const file of process.argv.slice(1)) {
  const handle = openSync(file)
  for (let count; (count = readSync(handle, chunk)) > 0; ) hash.update(chunk.subarray(0, count))
}
console.log(hash.digest('hex'))
`

/**
 * A publish beside its limit, the md5 of all bytes, which one core takes one after the other: to a folder, where nothing but Orbital works, and to
 * a store, beside a program that only copies.
 */
export const publish: Scenario = {
  name: 'publish',
  async run(bench) {
    const sizeBytes = (bench.quick ? 256 : 2048) * MiB
    const source = bench.path('source')
    const files = [0, 1, 2, 3].map((n) => ({ path: `weights-${n}.bin`, sizeBytes: sizeBytes / 4 }))
    writeRandomFiles(source, files)
    const registry = bench.path('registry')
    mkdirSync(registry)
    await bench.orbital('connections', 'add', 'folder', '--folder', registry)
    const rounds = createRounds()
    for (let round = 0; round < bench.rounds; round += 1) {
      // A name of its own: of a next version the store would copy what it has.
      const command = ['publish', source, '--name', `weights_${round}`, '--version', '1.0.0']
      rounds.note(
        'md5',
        await measure(process.execPath, ['-e', md5Loop, ...files.map(({ path }) => `${source}/${path}`)]),
      )
      rounds.note('orbital publish, folder', await bench.orbital(...command, '--to', 'folder'))
      rmSync(registry, { recursive: true })
      mkdirSync(registry)
      rounds.note('orbital publish, store', await bench.orbital(...command, '--to', 'env'))
      const peer = await bench.peer('s5cmd', source, `s3://${bench.bucket}/peer/${round}/`)
      if (peer !== undefined) rounds.note('s5cmd up', peer)
    }
    const md5CpuSeconds = rounds.median('md5', (run) => run.cpuSeconds)
    const publishCpuSeconds = rounds.median('orbital publish, folder', (run) => run.cpuSeconds)
    const cores = Math.max(1, os.availableParallelism())
    return {
      title: 'Publish and its limit',
      setUp: `${sizeBytes / MiB} MiB of incompressible bytes in 4 files; a folder, and SeaweedFS on the same machine; median of ${bench.rounds}. \`md5\` only reads the files and takes their md5, in one thread. What a publish takes beside it (a sha256 of each file and each block, the CRCs, reading and writing) has to fit on the other cores: with ${cores} of them, at most the ratio below can be reached.`,
      table: clientTable(rounds, () => sizeBytes),
      ratios: [
        {
          what: 'publish to a folder ÷ md5 of one core, speed',
          value: speedOf(rounds, 'orbital publish, folder', 'md5'),
          target: { atLeast: 0.9 },
        },
        {
          what: `md5 ÷ publish to a folder, CPU seconds, times ${cores} cores: the most of the above`,
          value: product(quotient(md5CpuSeconds, publishCpuSeconds), cores),
          target: { atLeast: 0.9 },
        },
        {
          what: 'publish to a store ÷ md5 of one core, speed',
          value: speedOf(rounds, 'orbital publish, store', 'md5'),
          target: { atLeast: 0.9 },
        },
        {
          what: 's5cmd up ÷ md5 of one core, speed: what this store takes at most',
          value: speedOf(rounds, 's5cmd up', 'md5'),
          target: { atLeast: 0.9 },
        },
        {
          what: 'publish to a store ÷ s5cmd up, speed',
          value: speedOf(rounds, 'orbital publish, store', 's5cmd up'),
          target: { atLeast: 1 },
        },
        {
          what: 'publish: peak memory',
          value: (rounds.median('orbital publish, store', (run) => run.peakBytes) ?? 0) / 1e6,
          target: { atMost: 250 },
          unit: ' MB',
        },
      ],
      missing: bench.missing.filter((reason) => reason.startsWith('s5cmd')),
    }
  },
}

const product = (value: number | undefined, factor: number) => (value === undefined ? undefined : value * factor)
