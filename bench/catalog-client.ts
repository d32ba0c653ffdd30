/**
 * A process of a computer with the home folder given: `rebuild` writes the bucket's catalog, `list` lists a bucket and refreshes after a change,
 * `start` starts with what is in the home folder, and searches as the command line does; `window` searches as the window does. Prints its figures as
 * JSON.
 */
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createCatalog } from '../electron/engine/catalog/catalog.ts'
import { createNodeDisk } from '../electron/engine/disk/node-disk.ts'
import { createStore } from '../electron/engine/object-store/create-store.ts'
import type { StoreSpec } from '../electron/engine/ports.ts'
import { createSystemClock } from '../electron/engine/system-clock.ts'
import { makeRows, queryRows } from '../renderer/features/browse/rows.ts'
import { toSearchText } from '../shared/model/search.ts'
import { countRequests } from '../testkit/small-versions.ts'

const [endpoint = '', work = '', home = ''] = process.argv.slice(2)
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
  ;(globalThis as { gc?: () => void }).gc?.()
  return { liveBytes: process.memoryUsage().heapUsed }
}
const queries = [
  'fraud',
  'a',
  'grosse 99',
  'model production',
  'model of trained hand',
  'package_000007',
  'nothing at all',
  'scoring>=1.0.0',
]
async function slowest(search: (query: string) => unknown): Promise<number> {
  let slowestMs = 0
  for (const query of queries) {
    const startMs = performance.now()
    await search(query)
    slowestMs = Math.max(slowestMs, performance.now() - startMs)
  }
  return slowestMs
}
/** Beside LIST. */
const reads = () => asked.splice(0).filter((call) => !call.startsWith('list')).length

if (work === 'rebuild') {
  const { ms } = await measure(() => catalog.rebuild(connection, io))
  console.log(JSON.stringify({ ms }))
} else if (work === 'list') {
  // As the bucket's catalog has it, whatever an earlier round changed.
  await fetch(`${endpoint}/bench/change`, { method: 'POST', body: '-1' })
  const { value: page, ...first } = await measure(() => catalog.list(connection, io))
  const firstReads = reads()
  await fetch(`${endpoint}/bench/change`, { method: 'POST', body: '7' })
  const { value: _, ...refresh } = await measure(() => catalog.list(connection, { ...io, refresh: true }))
  const refreshReads = reads()
  console.log(JSON.stringify({ packages: page.packages.length, first, firstReads, refresh, refreshReads, ...memory() }))
  await catalog.close(60_000)
} else if (work === 'start') {
  const { value: _, ...start } = await measure(() => catalog.list(connection, io))
  const { ms: firstSearchMs } = await measure(() => catalog.search(connection, 'first', io))
  const searchMs = await slowest((query) => catalog.search(connection, query, io))
  console.log(JSON.stringify({ start, firstSearchMs, searchMs, ...memory() }))
} else {
  const { packages, unreadable } = await catalog.list(connection, io)
  // The window makes them as the packages come.
  const rows = makeRows(packages, unreadable, packages.map(toSearchText))
  const show = (text: string) => queryRows(rows, { text, filter: 'all' }, () => ({ kind: 'compatible' }) as never)
  const { ms: shownMs } = await measure(async () => show(''))
  console.log(JSON.stringify({ shownMs, searchMs: await slowest(show) }))
}
store.close()
