import { copyFileSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { isMissing } from '../../testkit/available.ts'
import { type Bench, MiB, peerNames, type Scenario, writeRandomFiles } from '../bench.ts'
import { measure } from '../measure.ts'
import { findNginx, startNginx } from '../nginx.ts'
import { clientTable, createRounds, median, quotient, speedOf } from '../report.ts'

/** The floor: nginx sends the archive as fast as it can; `curl -o` only writes it down. */
export const floor: Scenario = {
  name: 'floor',
  async run(bench) {
    const sizeBytes = (bench.quick ? 256 : 2048) * MiB
    const nginx = await findNginx()
    const rounds = createRounds()
    const lags: Lag[] = []
    if (!isMissing(nginx)) {
      const site = await makeSite(bench, sizeBytes)
      const server = await startNginx(nginx, bench.path('nginx'), bench.path('site'))
      try {
        const env = { HOME: bench.path('public'), ORBITAL_HOME: bench.path('public') }
        await bench.orbitalAt(
          env,
          'connections',
          'add',
          'floor',
          '--bucket',
          'bucket',
          '--endpoint',
          server.endpoint,
          '--region',
          'us-east-1',
          '--public',
        )
        for (let round = 0; round < bench.rounds; round += 1) {
          const target = bench.path('archive')
          rounds.note(
            'curl -o',
            await measure('curl', ['-sf', '-o', target, `${server.endpoint}/bucket/${site.archiveKey}`]),
          )
          rmSync(target)
          for (const peer of peerNames) {
            const run = await bench.peer(peer, `s3://bucket/${site.archiveKey}`, target, server.endpoint)
            if (run !== undefined) rounds.note(peer, run)
            rmSync(target, { force: true })
          }
          rounds.note('orbital install', await bench.orbitalAt(env, 'install', 'floor==1.0.0'))
          await bench.orbitalAt(env, 'remove', 'floor==1.0.0')
          await bench.orbitalAt(env, 'purge', '--trash')
          lags.push(await measureLag(bench, server.endpoint))
        }
      } finally {
        await server.stop()
      }
    }
    return {
      title: 'The floor',
      setUp: `${sizeBytes / MiB} MiB of incompressible bytes in 4 files, from nginx without encryption on the same machine; median of ${bench.rounds}. \`install\` fetches, verifies, unpacks and syncs; the others only copy. The lag is that of the main thread of an engine that installs them.`,
      table: clientTable(rounds, () => sizeBytes),
      ratios: [
        {
          what: 'install ÷ curl -o, speed',
          value: speedOf(rounds, 'orbital install', 'curl -o'),
          target: { atLeast: 1 },
        },
        {
          what: 'install ÷ s5cmd, speed',
          value: speedOf(rounds, 'orbital install', 's5cmd'),
          target: { atLeast: 1 },
        },
        {
          what: 'install ÷ s5cmd, CPU seconds',
          value: quotient(
            rounds.median('orbital install', (run) => run.cpuSeconds),
            rounds.median('s5cmd', (run) => run.cpuSeconds),
          ),
          target: { atMost: 1.5 },
        },
        {
          what: 'install ÷ rclone, speed',
          value: speedOf(rounds, 'orbital install', 'rclone'),
          target: { atLeast: 1.6 },
        },
        {
          what: 'install ÷ aws s3 cp, speed',
          value: speedOf(rounds, 'orbital install', 'aws s3 cp'),
          target: { atLeast: 2.6 },
        },
        {
          what: 'install: peak memory',
          value: quotient(
            rounds.median('orbital install', (run) => run.peakBytes),
            1e6,
          ),
          target: { atMost: 250 },
          unit: ' MB',
        },
        {
          what: 'main thread while installing: lag, p99',
          value: median(lags.map(({ p99Ms }) => p99Ms)),
          target: { atMost: 4 },
          unit: ' ms',
        },
        {
          what: 'main thread while installing: lag, longest',
          value: median(lags.map(({ maxMs }) => maxMs)),
          target: { atMost: 16 },
          unit: ' ms',
        },
        {
          what: 'install: CPU seconds a GB',
          value: quotient(
            rounds.median('orbital install', (run) => run.cpuSeconds),
            sizeBytes / 1e9,
          ),
          target: { atMost: 2.5 },
        },
      ],
      missing: isMissing(nginx) ? [nginx.missing] : bench.missing,
    }
  },
}

interface Lag {
  readonly p99Ms: number
  readonly maxMs: number
}

/** The lag of a process that installs, in a home of its own. */
async function measureLag(bench: Bench, endpoint: string): Promise<Lag> {
  const home = bench.path('lag')
  const script = resolve(import.meta.dirname, '..', 'lag-client.ts')
  const { output } = await measure(process.execPath, [script, home, endpoint, 'floor'])
  rmSync(home, { recursive: true })
  return JSON.parse(output) as Lag
}

/** A published version as files, and the list that S3 would give of it. */
async function makeSite(bench: Bench, sizeBytes: number): Promise<{ archiveKey: string }> {
  const source = bench.path('source')
  writeRandomFiles(
    source,
    [0, 1, 2, 3].map((n) => ({ path: `weights-${n}.bin`, sizeBytes: sizeBytes / 4 })),
  )
  const env = { HOME: bench.path('publisher'), ORBITAL_HOME: bench.path('publisher') }
  const registry = bench.path('registry')
  mkdirSync(registry, { recursive: true })
  await bench.orbitalAt(env, 'connections', 'add', 'site', '--folder', registry)
  await bench.orbitalAt(env, 'publish', source, '--name', 'floor', '--version', '1.0.0', '--to', 'site')
  rmSync(source, { recursive: true })
  const keys = ['models/floor-1.0.0/archive.gz', 'models/floor-1.0.0/meta.json']
  const entries = keys.map((key) => {
    const from = `${registry}/${key}`
    const to = bench.path('site', 'bucket', key)
    mkdirSync(to.slice(0, to.lastIndexOf('/')), { recursive: true })
    copyFileSync(from, to)
    const { size, mtime } = statSync(to)
    const etag = `${Math.floor(mtime.getTime() / 1000).toString(16)}-${size.toString(16)}`
    return `<Contents><Key>${key}</Key><LastModified>${mtime.toISOString()}</LastModified><ETag>&quot;${etag}&quot;</ETag><Size>${size}</Size></Contents>`
  })
  writeFileSync(bench.path('site', 'list.xml'), listOf(entries))
  writeFileSync(bench.path('site', 'empty.xml'), listOf([]))
  return { archiveKey: 'models/floor-1.0.0/archive.gz' }
}

const listOf = (entries: readonly string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name><KeyCount>${entries.length}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>${entries.join('')}</ListBucketResult>`
