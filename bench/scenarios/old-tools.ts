import { writeFileSync } from 'node:fs'
import { isMissing } from '../../testkit/available.ts'
import { createOldTools, fetchOldTools } from '../../testkit/old-tools.ts'
import { MiB, type Scenario, writeFloatFiles } from '../bench.ts'
import { clientTable, createRounds, speedOf } from '../report.ts'

/** The whole job as it was done before: build, upload; download and unpack. */
export const oldTools: Scenario = {
  name: 'old-tools',
  async run(bench) {
    const sizeBytes = (bench.quick ? 256 : 512) * MiB
    const source = bench.path('source')
    const missing = await fetchOldTools()
    const rounds = createRounds()
    if (!isMissing(missing)) {
      writeFloatFiles(source, [{ path: 'data/weights.bin', sizeBytes }])
      const dataPath = bench.path('old-library')
      const old = await createOldTools({ dataPath, store: { ...bench.store, bucket: bench.bucket } })
      try {
        for (let round = 0; round < bench.rounds; round += 1) {
          const version = `1.0.${round}`
          const manifest = { name: 'old_job', version, include: [['data', 'weights.bin']] }
          writeFileSync(`${source}/package.json`, JSON.stringify(manifest))
          const archive = bench.path(`old_job-${version}.sputnik`)
          rounds.note(
            'old tools publish',
            await timed(async () => {
              await old.build(source, archive)
              await old.upload(archive)
            }),
          )
          rounds.note(
            'orbital publish',
            await bench.orbital('publish', source, '--name', `new_job_${round}`, '--version', version),
          )
          const peer = await bench.peer('s5cmd', `${source}/data`, `s3://${bench.bucket}/peer/${round}/`)
          if (peer !== undefined) rounds.note('s5cmd up', peer)
          await old.update()
          rounds.note('old tools install', await timed(() => old.install(`old_job==${version}`)))
          rounds.note('orbital install', await bench.orbital('install', `new_job_${round}==${version}`))
        }
      } finally {
        await old.stop()
      }
    }
    return {
      title: 'The old tools',
      setUp: `${sizeBytes / MiB} MiB of 32-bit floats in one file; SeaweedFS on the same machine; median of ${bench.rounds}. Of the old tools only the wall time is taken.`,
      table: clientTable(rounds, () => sizeBytes),
      ratios: [
        {
          what: 'publish ÷ old build and upload, speed',
          value: speedOf(rounds, 'orbital publish', 'old tools publish'),
          target: { atLeast: 15 },
        },
        {
          what: 's5cmd up ÷ old build and upload, speed: what this store takes at most',
          value: speedOf(rounds, 's5cmd up', 'old tools publish'),
          target: { atLeast: 15 },
        },
        {
          what: 'install ÷ old install, speed',
          value: speedOf(rounds, 'orbital install', 'old tools install'),
          target: { atLeast: 15 },
        },
      ],
      missing: isMissing(missing) ? [missing.missing] : [],
    }
  },
}

async function timed(act: () => Promise<unknown>) {
  const start = performance.now()
  await act()
  return { seconds: (performance.now() - start) / 1000, cpuSeconds: 0, peakBytes: 0, output: '' }
}
