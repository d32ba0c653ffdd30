import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWith } from '../../testkit/describe-with.ts'
import { fetchRclone, startRcloneServer } from '../../testkit/rclone-server.ts'
import { fetchRealModel, realModelFiles } from '../../testkit/real-model.ts'
import { fetchS3Server, startS3Server } from '../../testkit/s3-server.ts'
import type { S3Store } from '../../testkit/s3-store.ts'
import { createTempFolder, type TempFolder } from '../../testkit/temp-folder.ts'
import { bucketEnvironment, startTestEngine } from '../../testkit/test-engine.ts'

const ref = { name: 'rapid_ocr', version: '1.4.4' }

/** Publishes the real model from one home, installs it from another, and compares every byte. */
async function publishAndInstall(model: string, folder: string, env: Record<string, string>): Promise<void> {
  const publisher = await startTestEngine(path.join(folder, 'publisher'), { env, userName: 'Publisher' })
  const published = await publisher.publish(model, ref)
  expect(published.state).toEqual({ kind: 'done' })
  expect(published.progress.settledBytes).toBe(published.progress.totalBytes)
  expect(published.outcome?.unprotected ?? false).toBe(env.UNPROTECTED === 'yes')
  const again = await publisher.publish(model, ref)
  expect(again).toMatchObject({ state: { kind: 'done' }, outcome: { alreadyThere: true } })
  await publisher.stop()

  const home = path.join(folder, env.SAME_HOME === 'yes' ? 'publisher' : 'installer')
  const installer = await startTestEngine(home, { env })
  const { packages } = await installer.api.catalog.list({ refresh: true })
  expect(packages).toMatchObject([{ name: ref.name, versions: [{ version: ref.version, publishedBy: 'Publisher' }] }])
  const installed = await installer.install(ref)
  expect(installed.state).toEqual({ kind: 'done' })
  for (const { name } of realModelFiles) {
    const { path: file } = await installer.api.installed.path({ spec: 'rapid_ocr==1.4.4', file: name })
    expect(readFileSync(file).equals(readFileSync(path.join(model, name))), name).toBe(true)
  }
  const report = await installer.verify(ref)
  expect(report).toMatchObject({ verifiedFiles: realModelFiles.length, damaged: [], missing: [], extra: [] })
  await installer.stop()
}

const model = await fetchRealModel()
const seaweed = await fetchS3Server()
const rclone = await fetchRclone()

describeWith(model, 'the real model, byte for byte', (modelFolder) => {
  let folder: TempFolder
  beforeAll(async () => {
    folder = await createTempFolder()
  })
  afterAll(() => folder?.remove())

  test('on the built-in registry', () =>
    publishAndInstall(modelFolder, path.join(folder.path, 'local'), { SAME_HOME: 'yes' }))

  const onStore = (name: string, start: () => Promise<S3Store>, more: Record<string, string> = {}) => {
    let store: S3Store
    beforeAll(async () => {
      store = await start()
    })
    afterAll(() => store?.stop())
    test('publish and install', async () => {
      const env = { ...bucketEnvironment(store, await store.createBucket()), ...more }
      await publishAndInstall(modelFolder, path.join(folder.path, name), env)
    })
  }
  describeWith(seaweed, 'on SeaweedFS', () => onStore('seaweed', startS3Server))
  describeWith(rclone, 'on rclone, which knows no conditions', () =>
    onStore('rclone', startRcloneServer, { UNPROTECTED: 'yes' }),
  )
})
