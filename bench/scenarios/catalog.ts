import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { createTempFolder } from '../../testkit/temp-folder.ts'
import type { Bench, Scenario } from '../bench.ts'
import { median, type Section } from '../report.ts'
import { type ListingServer, startListingServer } from '../start-listing-server.ts'

const sizes = [1000, 10_000, 100_000]

interface Timing {
  readonly ms: number
  readonly lagP99Ms: number
  readonly lagMaxMs: number
}
interface Memory {
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
interface Shown {
  readonly shownMs: number
  readonly searchMs: number
}
interface Round {
  /** What the built command line has at its peak as it lists, lists again and searches. */
  readonly shippedBytes: number
  readonly listed: Listed
  readonly started: Started
  readonly shown: Shown
}

const script = (name: string) => resolve(import.meta.dirname, '..', name)

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

const inNewHome = async <T>(run: (home: string) => Promise<T>): Promise<T> => {
  const home = await createTempFolder('orbital-bench-')
  return run(home.path).finally(home.remove)
}

/**
 * What lists of packages cost as they grow. Each round runs three processes for each size, in turn, against a loopback server that answers as S3 does
 * (listing-server.ts): one with an empty home lists a bucket that has a catalog object (`first`) and lists it again after one version has changed
 * (`refresh`); another starts with what that one has kept (`start`) and searches as the command line does; a third searches as the window does,
 * whose rows are made with their texts as the packages come. The memory is that of what is shipped: the built command line.
 */
export const catalog: Scenario = {
  name: 'catalog',
  async run(bench) {
    const servers = new Map<number, ListingServer>()
    const found = new Map<number, Round[]>(sizes.map((size) => [size, []]))
    try {
      for (const size of sizes) {
        const server = await startListingServer(size)
        servers.set(size, server)
        await inNewHome((home) => runClient(server.endpoint, 'rebuild', home))
      }
      for (let round = 0; round < bench.rounds; round += 1) {
        for (const [size, { endpoint }] of servers) {
          const figures = await inNewHome(async (home) => ({
            shippedBytes: await measureShipped(bench, endpoint, home),
            listed: await runClient<Listed>(endpoint, 'list', home),
            started: await runClient<Started>(endpoint, 'start', home),
            shown: await runClient<Shown>(endpoint, 'window', home),
          }))
          found.get(size)?.push(figures)
        }
      }
    } finally {
      for (const { stop } of servers.values()) stop()
    }
    return describeRounds(found, bench.rounds)
  },
}

/** With a home of its own: `update` twice, one version having changed meanwhile, and `search`. */
async function measureShipped(bench: Bench, endpoint: string, home: string): Promise<number> {
  const change = (n: number) => fetch(`${endpoint}/bench/change`, { method: 'POST', body: String(n) })
  const env = {
    HOME: home,
    ORBITAL_HOME: join(home, 'shipped'),
    BUCKET: 'bench',
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
  }
  await change(-1)
  const first = await bench.orbitalAt(env, 'update')
  await change(7)
  const again = await bench.orbitalAt(env, 'update')
  const found = await bench.orbitalAt(env, 'search', 'fraud', '--json')
  return Math.max(first.peakBytes, again.peakBytes, found.peakBytes)
}

function describeRounds(found: ReadonlyMap<number, readonly Round[]>, rounds: number): Section {
  const of = (size: number, pick: (round: Round) => number) => median((found.get(size) ?? []).map(pick)) ?? 0
  const first = ({ listed }: Round) => listed.first.ms
  const refresh = ({ listed }: Round) => listed.refresh.ms
  const start = ({ started }: Round) => started.start.ms
  const search = ({ started, shown }: Round) => Math.max(started.searchMs, shown.searchMs)
  const peak = ({ shippedBytes }: Round) => shippedBytes / 1e6
  const columns: readonly (readonly [string, (round: Round) => number, number])[] = [
    ['first list, ms', first, 0],
    ['its requests beside LIST', ({ listed }) => listed.firstReads, 0],
    ['refresh after one change, ms', refresh, 0],
    ['its requests beside LIST', ({ listed }) => listed.refreshReads, 0],
    ['loop lag p99, ms', ({ listed }) => listed.first.lagP99Ms, 1],
    ['longest, ms', ({ listed }) => listed.first.lagMaxMs, 1],
    ['memory of the command line at its peak, MB', peak, 0],
    ['heap in use after it, MB', ({ listed }) => listed.liveBytes / 1e6, 0],
    ['start with what was kept, ms', start, 0],
    ['first search of a process, which prepares it, ms', ({ started }) => started.firstSearchMs, 0],
    ['slowest later search, ms', ({ started }) => started.searchMs, 1],
    ['first look at the list in the window, ms', ({ shown }) => shown.shownMs, 0],
    ['slowest search in the window, ms', ({ shown }) => shown.searchMs, 1],
    ['heap in use with search, MB', ({ started }) => started.liveBytes / 1e6, 0],
  ]
  const growth = (pick: (round: Round) => number) => of(100_000, pick) / 100_000 / (of(1000, pick) / 1000)
  return {
    title: 'Lists of packages',
    setUp: `A bucket with a catalog object, over loopback; median of ${rounds}.`,
    table: [
      ['', ...sizes.map((size) => `${size} versions`)],
      ...columns.map(([title, pick, digits]) => [title, ...sizes.map((size) => of(size, pick).toFixed(digits))]),
    ],
    ratios: [
      { what: 'first list: time a package, 100,000 ÷ 1,000', value: growth(first), target: { atMost: 1.2 } },
      { what: 'refresh: time a package, 100,000 ÷ 1,000', value: growth(refresh), target: { atMost: 1.2 } },
      {
        what: 'first list of 10,000: requests beside LIST',
        value: of(10_000, ({ listed }) => listed.firstReads),
        target: { atMost: 1 },
      },
      {
        what: 'refresh of 10,000: requests beside LIST',
        value: of(10_000, ({ listed }) => listed.refreshReads),
        target: { atMost: 1 },
      },
      { what: 'slowest search over 100,000', value: of(100_000, search), unit: ' ms', target: { atMost: 100 } },
      {
        what: 'memory of the command line at its peak with 100,000',
        value: of(100_000, peak),
        unit: ' MB',
        target: { atMost: 300 },
      },
      {
        what: 'heap in use with 100,000 and search',
        value: of(100_000, ({ started }) => started.liveBytes / 1e6),
        unit: ' MB',
        target: { atMost: 300 },
      },
    ],
    missing: [],
  }
}
