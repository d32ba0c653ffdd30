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
