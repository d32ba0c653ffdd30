import { mkdirSync, rmSync } from 'node:fs'
import { type Bench, MiB, peerNames, type Scenario, writeCurlConfig, writeRandomFiles } from '../bench.ts'
import { measure } from '../measure.ts'
import { clientTable, createRounds, quotient, speedOf } from '../report.ts'

/** Weights to a store and from it, beside programs that only copy bytes. */
export const weights: Scenario = {
  name: 'weights',
  async run(bench) {
    const sizeBytes = (bench.quick ? 256 : 2048) * MiB
    const source = bench.path('source')
    writeRandomFiles(
      source,
      [0, 1, 2, 3].map((n) => ({ path: `weights-${n}.bin`, sizeBytes: sizeBytes / 4 })),
    )
    const curlConfig = writeCurlConfig(bench)
    const rounds = createRounds()
    for (let round = 0; round < bench.rounds; round += 1) {
      // A name of its own: of a next version the store would copy what it has.
      const name = `weights_${round}`
      rounds.note('orbital publish', await bench.orbital('publish', source, '--name', name, '--version', '1.0.0'))
      for (const peer of peerNames) {
        const run = await bench.peer(peer, source, `s3://${bench.bucket}/peers/${peer.replaceAll(' ', '-')}/${round}/`)
        if (run !== undefined) rounds.note(`${peer} up`, run)
      }
      const key = `models/${name}-1.0.0/archive.gz`
      await downloads(bench, rounds, key, curlConfig)
      rounds.note('orbital install', await bench.orbital('install', `${name}==1.0.0`))
      await bench.orbital('remove', `${name}==1.0.0`)
      await bench.orbital('purge', '--trash')
    }
    return {
      title: 'Weights',
      setUp: `${sizeBytes / MiB} MiB of incompressible bytes in 4 files; SeaweedFS on the same machine; median of ${bench.rounds}. \`install\` fetches, verifies and unpacks; \`publish\` packs, takes checksums and sends; the others only copy.`,
      table: clientTable(rounds, () => sizeBytes),
      ratios: [
        {
          what: 'install ÷ s5cmd down, speed',
          value: speedOf(rounds, 'orbital install', 's5cmd down'),
          target: { atLeast: 1 },
        },
        {
          what: 'install ÷ s5cmd down, CPU seconds',
          value: quotient(
            rounds.median('orbital install', (run) => run.cpuSeconds),
            rounds.median('s5cmd down', (run) => run.cpuSeconds),
          ),
          target: { atMost: 1.5 },
        },
        {
          what: 'install ÷ rclone down, speed',
          value: speedOf(rounds, 'orbital install', 'rclone down'),
          target: { atLeast: 1.6 },
        },
        {
          what: 'install ÷ aws s3 cp down, speed',
          value: speedOf(rounds, 'orbital install', 'aws s3 cp down'),
          target: { atLeast: 2.6 },
        },
        {
          what: 'install ÷ curl down, speed',
          value: speedOf(rounds, 'orbital install', 'curl down'),
          target: { atLeast: 1 },
        },
        {
          what: 'publish ÷ s5cmd up, speed',
          value: speedOf(rounds, 'orbital publish', 's5cmd up'),
          target: { atLeast: 1 },
        },
      ],
      missing: bench.missing,
    }
  },
}

async function downloads(bench: Bench, rounds: ReturnType<typeof createRounds>, key: string, curlConfig: string) {
  const target = bench.path('down')
  const empty = () => {
    rmSync(target, { recursive: true, force: true })
    mkdirSync(target)
  }
  for (const peer of peerNames) {
    empty()
    const run = await bench.peer(peer, `s3://${bench.bucket}/${key}`, `${target}/archive`)
    if (run !== undefined) rounds.note(`${peer} down`, run)
  }
  empty()
  const curl = ['-sf', '--aws-sigv4', 'aws:amz:us-east-1:s3', '-K', curlConfig, '-o', `${target}/archive`]
  rounds.note(
    'curl down',
    await measure('curl', [...curl, `${bench.store.endpoint}/${bench.bucket}/${key}`], { env: bench.env }),
  )
  rmSync(target, { recursive: true })
}
