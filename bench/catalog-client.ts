/** One computer that has never seen the bucket: what listing, refreshing, starting again and searching take. Prints its figures as JSON. */
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createCatalog } from '../electron/engine/catalog/catalog.ts'
import { searchPackages } from '../electron/engine/catalog/search.ts'
import { createNodeDisk } from '../electron/engine/disk/node-disk.ts'
import { createStore } from '../electron/engine/object-store/create-store.ts'
import type { StoreSpec } from '../electron/engine/ports.ts'
import { createSystemClock } from '../electron/engine/system-clock.ts'
import { countRequests } from '../testkit/small-versions.ts'
import { createTempFolder } from '../testkit/temp-folder.ts'

const [endpoint = '', work = ''] = process.argv.slice(2)
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
const temp = await createTempFolder('orbital-bench-')
const newRun = () =>
  createCatalog({ ...deps, announcer: { change: () => {}, sample: () => {} }, folder: join(temp.path, 'catalog') })

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

let catalog = newRun()
if (work === 'rebuild') {
  const { ms } = await measure(() => catalog.rebuild(connection, io))
  console.log(JSON.stringify({ rebuildMs: ms }))
} else {
  const { value: page, ...cold } = await measure(() => catalog.list(connection, io))
  const coldAsked = asked.splice(0)
  await fetch(`${endpoint}/bench/change`, { method: 'POST', body: '7' })
  const { value: _, ...warm } = await measure(() => catalog.list(connection, { ...io, refresh: true }))
  const warmAsked = asked.splice(0)
  await catalog.close(60_000)
  catalog = newRun()
  const { value: again, ...start } = await measure(() => catalog.list(connection, io))
  const queries = ['fraud', 'a', 'grosse 99', 'model production', 'package_000007', 'nothing at all', 'scoring>=1.0.0']
  searchPackages(again.packages, 'first')
  const searchMs = queries.map((query) => {
    const startMs = performance.now()
    searchPackages(again.packages, query)
    return performance.now() - startMs
  })
  const reads = (each: readonly string[]) => each.filter((call) => !call.startsWith('list')).length
  console.log(
    JSON.stringify({
      packages: page.packages.length,
      cold,
      warm,
      start,
      searchMaxMs: Math.max(...searchMs),
      coldReads: reads(coldAsked),
      warmReads: reads(warmAsked),
      peakBytes: process.resourceUsage().maxRSS * 1024,
    }),
  )
}
store.close()
await temp.remove()
