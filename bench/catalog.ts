/**
 * `npm run bench:catalog`: what lists of packages cost as they grow.
 *
 * Each round runs two processes for each size, in turn, against a loopback server that answers as S3 does (listing-server.ts): one with an empty
 * home lists a bucket that has a catalog object (`first`) and lists it again after one version has changed (`refresh`); another starts with what that
 * one has kept (`start`) and searches. The table has the median of the rounds. `--quick` takes one round.
 */
import { spawn } from 'node:child_process'
import os from 'node:os'
import { resolve } from 'node:path'
import { createTempFolder } from '../testkit/temp-folder.ts'

const sizes = [1000, 10_000, 100_000]
const rounds = process.argv.includes('--quick') ? 1 : 5

interface Timing {
  readonly ms: number
  readonly lagP99Ms: number
  readonly lagMaxMs: number
}
interface Memory {
  readonly addedPeakBytes: number
  readonly liveBytes: number
}
interface Listed extends Memory {
  readonly first: Timing
  readonly firstReads: number
  readonly refresh: Timing
  readonly refreshReads: number
}
interface Started extends Memory {
  readonly start: Timing
  readonly firstSearchMs: number
  readonly searchMs: number
}
interface Round {
  readonly listed: Listed
  readonly started: Started
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

async function runClient<T>(endpoint: string, work: string, home: string): Promise<T> {
  const child = spawn(process.execPath, ['--expose-gc', script('catalog-client.ts'), endpoint, work, home], {
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
const inNewHome = async <T>(run: (home: string) => Promise<T>): Promise<T> => {
  const home = await createTempFolder('orbital-bench-')
  return run(home.path).finally(home.remove)
}
try {
  for (const size of sizes) {
    const server = await startServer(size)
    servers.set(size, server)
    const { ms } = await inNewHome((home) => runClient<{ ms: number }>(server.endpoint, 'rebuild', home))
    console.log(`${size} versions read one by one and written as a catalog: ${(ms / 1000).toFixed(1)} s`)
  }
  const found = new Map<number, Round[]>(sizes.map((size) => [size, []]))
  for (let round = 0; round < rounds; round += 1) {
    for (const [size, { endpoint }] of servers) {
      const figures = await inNewHome(async (home) => ({
        listed: await runClient<Listed>(endpoint, 'list', home),
        started: await runClient<Started>(endpoint, 'start', home),
      }))
      found.get(size)?.push(figures)
    }
  }
  const of = (size: number, pick: (round: Round) => number) => median((found.get(size) ?? []).map(pick))
  const first = ({ listed }: Round) => listed.first.ms
  const refresh = ({ listed }: Round) => listed.refresh.ms
  const start = ({ started }: Round) => started.start.ms
  const columns: readonly (readonly [string, (round: Round) => number, number])[] = [
    ['first, ms', first, 0],
    ['requests beside LIST', ({ listed }) => listed.firstReads, 0],
    ['refresh, ms', refresh, 0],
    ['requests beside LIST', ({ listed }) => listed.refreshReads, 0],
    ['loop lag p99, ms', ({ listed }) => listed.first.lagP99Ms, 1],
    ['max, ms', ({ listed }) => listed.first.lagMaxMs, 1],
    ['memory added at the peak, MB', ({ listed }) => listed.addedPeakBytes / 1e6, 0],
    ['heap in use after it, MB', ({ listed }) => listed.liveBytes / 1e6, 0],
    ['start, ms', start, 0],
    ['first search, ms', ({ started }) => started.firstSearchMs, 1],
    ['slowest other search, ms', ({ started }) => started.searchMs, 1],
    ['heap in use with search, MB', ({ started }) => started.liveBytes / 1e6, 0],
  ]
  console.log(
    `\n${os.cpus()[0]?.model}, ${os.cpus().length} cores, Node ${process.version}; median of ${rounds}; loopback.\n`,
  )
  console.log(`| | ${sizes.map((size) => `${size} versions`).join(' | ')} |\n|---|${sizes.map(() => '---').join('|')}|`)
  for (const [title, pick, digits] of columns)
    console.log(`| ${title} | ${sizes.map((size) => of(size, pick).toFixed(digits)).join(' | ')} |`)
  const growth = (pick: (round: Round) => number) => (of(100_000, pick) / 100_000 / (of(1000, pick) / 1000)).toFixed(2)
  console.log(
    `\nTime per package at 100,000 ÷ at 1,000 (goal: at most 1.2): first ${growth(first)}, refresh ${growth(refresh)}, start ${growth(start)}`,
  )
} finally {
  for (const { stop } of servers.values()) stop()
}
