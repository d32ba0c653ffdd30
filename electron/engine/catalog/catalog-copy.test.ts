import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { newestPackages } from '../../../shared/model/newest.ts'
import { openTestConnection, openTestStore } from '../../../testkit/publish-rig.ts'
import { silentLog } from '../../../testkit/rig-task.ts'
import { createTempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { createSystemClock } from '../system-clock.ts'
import { createCatalog } from './catalog.ts'
import { createCatalogCopies } from './catalog-copy.ts'
import { type CatalogEntry, contentOf } from './catalog-entry.ts'
import { groupPackages } from './group-packages.ts'
import { packKept } from './kept-entries.ts'

const { signal } = new AbortController()
let folder: string
let deps: Parameters<typeof createCatalog>[0]
beforeEach(async () => {
  const temp = await createTempFolder()
  onTestFinished(temp.remove)
  folder = path.join(temp.path, 'catalog')
  const announcer = { change: () => {}, sample: () => {} }
  deps = { disk: createNodeDisk(), clock: createSystemClock(), log: silentLog, announcer, folder }
})
const spec = { kind: 'folder', path: '/nowhere', root: '' } as const
const connection = openTestConnection(spec, openTestStore(spec))

const entryOf = (n: number): CatalogEntry => {
  const ident = `m${n}-1.0.0`
  const content = contentOf(
    { info: { name: `m${n}`, version: '1.0.0' }, archiveBytes: 1, totalBytes: 2, fileCount: 1 },
    n,
  )
  return { ident, etag: `"${n}"`, metaBytes: 10, modifiedMs: n, archiveBytes: 1, content }
}

/** Keeps a list of so many packages; gives them as they are shown. */
async function keep(count: number, isSame = false) {
  const entries = new Map(Array.from({ length: count }, (_, n) => [`m${n}-1.0.0`, entryOf(n)] as const))
  const { packages } = await groupPackages(entries.values(), () => {})
  const listing = { entries, withdrawn: new Set<string>(), withdrawnAtMs: 0, drift: 0 }
  await createCatalogCopies(deps).save(connection, { listing, refreshedAtMs: 1 }, { signal, isSame, packages })
  return packages
}
const newest = (place = connection.place) => createCatalogCopies(deps).newest({ ...connection, place })

test('the newest of a long list that is kept are of that list alone, and none when they are damaged', async () => {
  expect(newest()).toBeUndefined()
  const kept = { packages: newestPackages(await keep(1001), 100), total: 1001 }
  expect(kept.packages).toHaveLength(100)
  expect(newest()).toEqual(kept)
  expect(newest('elsewhere')).toBeUndefined()

  const file = path.join(folder, `${connection.id}.newest`)
  const text = readFileSync(file).toString('latin1')
  writeFileSync(file, Buffer.from(text.replace('"total":1001', '"total":1002'), 'latin1'))
  expect(newest()).toBeUndefined()
  // The next listing mends it, also where it finds nothing new.
  await keep(1001, true)
  expect(newest()).toEqual(kept)

  // A list that was written without it, as by an Orbital that knows nothing of it.
  const list = await packKept(connection.place, [], { signal, turn: () => {} })
  writeFileSync(path.join(folder, `${connection.id}.list`), list)
  expect(newest()).toBeUndefined()
  await keep(1001)
  createCatalogCopies(deps).remove(connection.id)
  expect(readdirSync(folder)).toEqual([])
})

test('a list that is read in a moment has none beside it', async () => {
  await keep(1001)
  await keep(1000)
  expect(newest()).toBeUndefined()
  expect(readdirSync(folder)).not.toContain(`${connection.id}.newest`)
})

test('they are given until the list is at hand, and not where the store is asked first', async () => {
  await keep(1001)
  const catalog = createCatalog(deps)
  expect(catalog.newestKept(connection)?.total).toBe(1001)
  await catalog.prepare(connection)
  expect(catalog.newestKept(connection)).toBeUndefined()
  const other = createCatalog(deps)
  other.expire(connection.id)
  expect(other.newestKept(connection)).toBeUndefined()
})
