import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CountingProxy, startCountingProxy } from '../../../testkit/counting-proxy.ts'
import { describeWith } from '../../../testkit/describe-with.ts'
import { buildPackageFolder } from '../../../testkit/package-builder.ts'
import { fetchS3Server, type S3Server, startS3Server } from '../../../testkit/s3-server.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { bucketEnvironment, startTestEngine } from '../../../testkit/test-engine.ts'

const MiB = 1024 * 1024
const ref = { name: 'model', version: '1.0.0' }

describeWith(await fetchS3Server(), 'a repair from an S3 store', () => {
  let server: S3Server
  let proxy: CountingProxy
  let folder: TempFolder
  beforeAll(async () => {
    server = await startS3Server()
    proxy = await startCountingProxy(server.endpoint)
    folder = await createTempFolder()
  })
  afterAll(async () => {
    await proxy?.stop()
    await server?.stop()
    await folder?.remove()
  })

  test('that loses its store says that it waits for it, and goes on when it is there again', async () => {
    const env = bucketEnvironment({ ...server, endpoint: proxy.endpoint }, await server.createBucket())
    const home = path.join(folder.path, 'home')
    const source = path.join(folder.path, 'source')
    await buildPackageFolder(source, { files: [{ path: 'a.bin', sizeBytes: 6 * MiB }], manifest: ref })
    const engine = await startTestEngine(home, { env })
    try {
      await engine.publish(source)
      await engine.install(ref)
      const place = path.join(home, 'library', 'model-1.0.0', 'a.bin')
      writeFileSync(place, 'damaged')
      const archives = { path: /archive/ }
      proxy.clear()
      proxy.throttle(2 * MiB)
      const { transferId: id } = await engine.api.installed.repair({ ref })
      const states = () => {
        const kinds = engine.changes.flatMap((change) =>
          change.kind === 'transfer.changed' && change.transfer.id === id ? [change.transfer.state.kind] : [],
        )
        return kinds.filter((kind, at) => kind !== kinds[at - 1])
      }
      await proxy.untilSent(archives, MiB)
      proxy.refuse(true)
      await expect.poll(states, { timeout: 15_000 }).toContain('reconnecting')
      proxy.refuse(false)
      proxy.throttle(undefined)
      const { state } = await engine.api.transfers.wait({ id })
      expect(state.kind).toBe('done')
      const before = ['queued', 'preparing', 'verifying', 'preparing', 'transferring', 'reconnecting']
      expect(states()).toEqual([...before, 'transferring', 'done'])
    } finally {
      await engine.stop()
    }
  })
})
