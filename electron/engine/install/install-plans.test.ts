import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { createTempFolder } from '../../../testkit/temp-folder.ts'
import { startTestEngine } from '../../../testkit/test-engine.ts'
import { createNodeDisk } from '../disk/node-disk.ts'

const MiB = 1024 * 1024
const ref = { name: 'model', version: '1.0.0' }

test('what is begun needs no room again for what came of it: the same asked for goes on with it', async () => {
  await using folder = await createTempFolder()
  const model = path.join(folder.path, 'model')
  mkdirSync(model)
  writeFileSync(path.join(model, 'weights.bin'), Buffer.alloc(MiB, 1))
  let freeBytes = 1000 * MiB
  const disk = createNodeDisk()
  const engine = await startTestEngine(
    path.join(folder.path, 'home'),
    {},
    { ...disk, volume: () => ({ totalBytes: 2000 * MiB, freeBytes }) },
  )
  try {
    await engine.publish(model, ref)
    const { planId } = await engine.api.install.plan({ source: { ref } })
    freeBytes = MiB / 2
    const { transferId } = await engine.api.install.start({ planId, ignoreCompatibility: true })
    expect(await engine.api.transfers.wait({ id: transferId })).toMatchObject({
      state: { kind: 'paused', reason: 'disk-full' },
    })
    const again = await engine.api.install.plan({ source: { ref } })
    expect(again).toMatchObject({ enoughSpace: true, freeBytes })
    expect(await engine.api.install.start({ planId: again.planId, ignoreCompatibility: true })).toEqual({ transferId })
    await engine.api.transfers.wait({ id: transferId })
    await engine.api.transfers.cancel({ id: transferId })
    expect(await engine.api.install.plan({ source: { ref } })).toMatchObject({ enoughSpace: false })
  } finally {
    await engine.stop()
  }
})
