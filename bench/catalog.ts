/**
 * `npm run bench:catalog`: what lists of packages cost as they grow.
 *
 * Each round runs one client for each size, in turn, each in a process of its own with an empty home, against a loopback server that answers
 * as S3 does (listing-server.ts); the table has the median of the rounds. `first` lists a bucket that has a catalog object, `refresh` lists it again
 * after one version has changed, `start` reads the copy in the home folder. `--quick` takes one round.
 */
import { spawn } from 'node:child_process'
import os from 'node:os'
import { resolve } from 'node:path'

const sizes = [1000, 10_000, 100_000]
const rounds = process.argv.includes('--quick') ? 1 : 5

interface Figures {
  readonly packages: number
  readonly cold: Timing
  readonly warm: Timing
  readonly start: Timing
  readonly searchMaxMs: number
  readonly coldReads: number
  readonly warmReads: number
  readonly peakBytes: number
}
interface Timing {
  readonly ms: number
  readonly lagP99Ms: number
  readonly lagMaxMs: number
}

const script = (name: string) => resolve(import.meta.dirname, name)

async function startServer(count: number): Promise<{ readonly endpoint: string; stop(): void }> {
  const child = spawn(process.execPath, [script('listing-server.ts'), String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const port = await new Promise<string>((done, fail) => {
    child.stdout.setEncoding('utf8').once('data', (line: string) => done(line.trim()))
    child.once('exit', () => fail(new Error('the server ended')))
  })
  return { endpoint: `http://127.0.0.1:${port}`, stop: () => child.kill() }
}

async function runClient<T>(endpoint: string, work: string): Promise<T> {
  const child = spawn(process.execPath, [script('catalog-client.ts'), endpoint, work], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk))
  const code = await new Promise<number | null>((done) => child.on('close', done))
  if (code !== 0) throw new Error(`the client ended with ${code}`)
  return JSON.parse(out) as T
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const servers = new Map<number, Awaited<ReturnType<typeof startServer>>>()
try {
  for (const size of sizes) {
    const server = await startServer(size)
    servers.set(size, server)
    const { rebuildMs } = await runClient<{ rebuildMs: number }>(server.endpoint, 'rebuild')
    console.log(`${size} versions read one by one and written as a catalog: ${(rebuildMs / 1000).toFixed(1)} s`)
  }
  const found = new Map<number, Figures[]>(sizes.map((size) => [size, []]))
  for (let round = 0; round < rounds; round += 1)
    for (const [size, { endpoint }] of servers) found.get(size)?.push(await runClient<Figures>(endpoint, 'measure'))

  const of = (size: number, pick: (figures: Figures) => number) => median((found.get(size) ?? []).map(pick))
  console.log(
    `\n${os.cpus()[0]?.model}, ${os.cpus().length} cores, Node ${process.version}; median of ${rounds}; loopback.\n`,
  )
  console.log(
    '| versions | first, ms | requests beside LIST | refresh, ms | requests beside LIST | start, ms | search, ms | loop lag p99, ms | max, ms | peak memory |',
  )
  console.log('|---|---|---|---|---|---|---|---|---|---|')
  for (const size of sizes) {
    const cells = [
      size,
      of(size, ({ cold }) => cold.ms).toFixed(0),
      of(size, ({ coldReads }) => coldReads),
      of(size, ({ warm }) => warm.ms).toFixed(0),
      of(size, ({ warmReads }) => warmReads),
      of(size, ({ start }) => start.ms).toFixed(0),
      of(size, ({ searchMaxMs }) => searchMaxMs).toFixed(1),
      of(size, ({ cold }) => cold.lagP99Ms).toFixed(1),
      of(size, ({ cold }) => cold.lagMaxMs).toFixed(1),
      `${(of(size, ({ peakBytes }) => peakBytes) / 1e6).toFixed(0)} MB`,
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
  const growth = (pick: (figures: Figures) => number) =>
    (of(100_000, pick) / 100_000 / (of(1000, pick) / 1000)).toFixed(2)
  console.log(`\nTime per package at 100,000 ÷ at 1,000 (goal: at most 1.2): first ${growth(({ cold }) => cold.ms)}`)
  console.log(`refresh ${growth(({ warm }) => warm.ms)}, start ${growth(({ start }) => start.ms)}`)
} finally {
  for (const { stop } of servers.values()) stop()
}
