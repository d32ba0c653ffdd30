/**
 * A process of a computer with the home folder given: `rebuild` writes the bucket's catalog, `list` lists a bucket and refreshes after a change,
 * `start` starts with what is in the home folder, and searches. Prints its figures as JSON.
 */
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createCatalog } from '../electron/engine/catalog/catalog.ts'
import { searchPackages } from '../electron/engine/catalog/search.ts'
import { createNodeDisk } from '../electron/engine/disk/node-disk.ts'
import { createStore } from '../electron/engine/object-store/create-store.ts'
import type { StoreSpec } from '../electron/engine/ports.ts'
import { createSystemClock } from '../electron/engine/system-clock.ts'
import { countRequests } from '../testkit/small-versions.ts'

const [endpoint = '', work = '', home = ''] = process.argv.slice(2)
const startBytes = process.memoryUsage().rss
const spec: StoreSpec = {
  kind: 's3',
  bucket: 'bench',
  root: '',
  endpoint,
  region: 'us-east-1',
  credentials: { kind: 'anonymous' },
  connections: 4,
}
const clock = createSystemClock()
const deps = { disk: createNodeDisk(), clock, log: { write: () => {} } }
const { store, asked } = countRequests(createStore(spec, deps))
const connection = { id: 'bench', name: 'bench', place: endpoint, store, spec: async () => spec }
const io = { signal: AbortSignal.timeout(600_000) }
const announcer = { change: () => {}, sample: () => {} }
const catalog = createCatalog({ ...deps, announcer, folder: join(home, 'catalog') })

const lag = monitorEventLoopDelay({ resolution: 1 })
async function measure<T>(run: () => Promise<T>) {
  lag.reset()
  lag.enable()
  const startMs = performance.now()
  const value = await run()
  const ms = performance.now() - startMs
  lag.disable()
  return { value, ms, lagP99Ms: lag.percentile(99) / 1e6, lagMaxMs: lag.max / 1e6 }
}

const memory = () => {
  const addedPeakBytes = process.resourceUsage().maxRSS * 1024 - startBytes
  ;(globalThis as { gc?: () => void }).gc?.()
  return { addedPeakBytes, liveBytes: process.memoryUsage().heapUsed }
}
/** Beside LIST. */
const reads = () => asked.splice(0).filter((call) => !call.startsWith('list')).length

if (work === 'rebuild') {
  const { ms } = await measure(() => catalog.rebuild(connection, io))
  console.log(JSON.stringify({ ms }))
} else if (work === 'list') {
  const { value: page, ...first } = await measure(() => catalog.list(connection, io))
  const firstReads = reads()
  await fetch(`${endpoint}/bench/change`, { method: 'POST', body: '7' })
  const { value: _, ...refresh } = await measure(() => catalog.list(connection, { ...io, refresh: true }))
  const refreshReads = reads()
  console.log(JSON.stringify({ packages: page.packages.length, first, firstReads, refresh, refreshReads, ...memory() }))
  await catalog.close(60_000)
} else {
  const { value: page, ...start } = await measure(() => catalog.list(connection, io))
  const queries = ['fraud', 'a', 'grosse 99', 'model production', 'package_000007', 'nothing at all', 'scoring>=1.0.0']
  const search = (query: string) => {
    const startMs = performance.now()
    searchPackages(page.packages, query)
    return performance.now() - startMs
  }
  const firstSearchMs = search('first')
  const searchMs = Math.max(...queries.map(search))
  console.log(JSON.stringify({ start, firstSearchMs, searchMs, ...memory() }))
}
store.close()
