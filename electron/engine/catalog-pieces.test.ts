import { rm } from 'node:fs/promises'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { numberedVersions, writeSmallVersions } from '../../testkit/small-versions.ts'
import { createTempFolder } from '../../testkit/temp-folder.ts'
import { startTestEngine } from '../../testkit/test-engine.ts'

test('a long list crosses in pieces that belong together, what can’t be read with the first', async () => {
  const temp = await createTempFolder()
  onTestFinished(temp.remove)
  writeSmallVersions(path.join(temp.path, 'registry'), numberedVersions(25))
  writeSmallVersions(path.join(temp.path, 'registry'), [{ name: 'bad', version: '1.0.0', more: { name: 'other' } }])
  const { api, stop } = await startTestEngine(temp.path)
  onTestFinished(stop)
  const whole = await api.catalog.list({ connectionId: 'local' })
  expect([whole.packages.length, whole.total]).toEqual([25, 25])
  const pieces = await Promise.all(
    [0, 10, 20, 30].map((from) => api.catalog.list({ connectionId: 'local', from, count: 10 })),
  )
  expect(pieces.flatMap(({ packages }) => packages)).toEqual(whole.packages)
  expect(pieces.map(({ packages }) => packages.length)).toEqual([10, 10, 5, 0])
  expect(new Set(pieces.map(({ total, refreshedAt }) => `${total} ${refreshedAt}`)).size).toBe(1)
  expect(whole.unreadable).toHaveLength(1)
  expect(pieces.map(({ unreadable }) => unreadable.length)).toEqual([1, 0, 0, 0])
})

test('a window that has a list is told what is another since, or to list anew', async () => {
  const temp = await createTempFolder()
  onTestFinished(temp.remove)
  const registry = path.join(temp.path, 'registry')
  writeSmallVersions(registry, numberedVersions(25))
  const { api, stop } = await startTestEngine(temp.path)
  onTestFinished(stop)
  const connectionId = 'local'
  const first = await api.catalog.list({ connectionId, count: 10 })
  const since = first.refreshedAt
  expect(await api.catalog.changes({ connectionId, since })).toMatchObject({ packages: [], removed: [] })
  const [gone, other] = first.packages.map(({ name }) => name)
  await rm(path.join(registry, 'models', `${gone}-1.0.0`), { recursive: true })
  writeSmallVersions(registry, [{ name: other ?? '', version: '2.0.0' }])
  const changes = await api.catalog.changes({ connectionId, since, refresh: true })
  expect(changes).toMatchObject({ kind: 'changes', packages: [{ name: other }], removed: [gone] })
  // What was asked for once more is answered once more: the answer may have been lost.
  expect(await api.catalog.changes({ connectionId, since })).toEqual(changes)
  const list = await api.catalog.list({ connectionId })
  expect(changes).toMatchObject({ refreshedAt: list.refreshedAt, packages: [list.packages[0]] })
  expect(await api.catalog.changes({ connectionId, since: '2020-01-01T00:00:00.000Z' })).toEqual({ kind: 'list-anew' })
})
