import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { buildPackageFolder } from '../../../testkit/package-builder.ts'
import { createTempFolder } from '../../../testkit/temp-folder.ts'
import { startTestEngine } from '../../../testkit/test-engine.ts'

test('the plan says what is fetched and what is reused, from any library, and the result says the same', {
  timeout: 60_000,
}, async () => {
  const folder = await createTempFolder()
  const engine = await startTestEngine(path.join(folder.path, 'home'))
  onTestFinished(async () => {
    await engine.stop()
    await folder.remove()
  })
  const { api } = engine
  const source = path.join(folder.path, 'source')
  const publish = async (version: string, changed: number) => {
    const files = [0, 1, 2, 3].map((n) => ({ path: `part-${n}.bin`, sizeBytes: n === 3 ? 100_000 + changed : 300_000 }))
    await buildPackageFolder(source, { files })
    await engine.publish(source, { name: 'model', version })
  }
  await publish('1.0.0', 0)
  await publish('1.1.0', 1)
  const other = await api.libraries.add({ path: path.join(folder.path, 'other'), name: 'Lab' })
  const install = async (version: string, libraryId: string) => {
    const plan = await api.install.plan({ source: { ref: { name: 'model', version } }, libraryId })
    const { transferId } = await api.install.start({ planId: plan.planId, ignoreCompatibility: true, connections: 2 })
    const { outcome } = await api.transfers.wait({ id: transferId })
    return { plan, outcome }
  }

  const first = await install('1.0.0', other.id)
  expect(first.plan).toMatchObject({ reusedBytes: 0, reusedFrom: [] })
  expect(first.outcome).toMatchObject({ reusedBytes: 0, downloadBytes: first.plan.downloadBytes })

  const second = await install('1.1.0', 'default')
  expect(second.plan).toMatchObject({ reusedBytes: 900_000, reusedFrom: ['model 1.0.0 (Lab)'] })
  expect(second.plan.downloadBytes).toBeLessThan(101_000)
  expect(second.outcome).toMatchObject({
    reusedBytes: second.plan.reusedBytes,
    downloadBytes: second.plan.downloadBytes,
  })

  // Again over what is there means from the store.
  const again = await api.install.plan({ source: { ref: { name: 'model', version: '1.1.0' } }, force: true })
  expect(again).toMatchObject({ reusedBytes: 0 })
})
