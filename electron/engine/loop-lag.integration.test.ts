import path from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWith } from '../../testkit/describe-with.ts'
import { buildPackageFolder } from '../../testkit/package-builder.ts'
import { fetchS3Server, type S3Server, startS3Server } from '../../testkit/s3-server.ts'
import { createTempFolder, type TempFolder } from '../../testkit/temp-folder.ts'
import { bucketEnvironment, startTestEngine, type TestEngine } from '../../testkit/test-engine.ts'

/** An idle thread that measures its own lag: what the machine does to any thread, whatever Orbital does. Answers ms. */
const idleThread = `
const { parentPort } = require('node:worker_threads')
const { monitorEventLoopDelay } = require('node:perf_hooks')
const lag = monitorEventLoopDelay({ resolution: 1 })
lag.enable()
parentPort.once('message', () => { lag.disable(); parentPort.postMessage(lag.percentile(99) / 1e6) })
`

describeWith(await fetchS3Server(), 'the thread that owns the engine', () => {
  let store: S3Server
  let folder: TempFolder
  let engine: TestEngine

  beforeAll(async () => {
    folder = await createTempFolder()
    store = await startS3Server()
    engine = await startTestEngine(path.join(folder.path, 'home'), {
      env: bucketEnvironment(store, await store.createBucket()),
    })
    const source = path.join(folder.path, 'source')
    await buildPackageFolder(source, {
      files: [0, 1, 2, 3].map((n) => ({ path: `weights-${n}.bin`, sizeBytes: 256 * 1024 * 1024 })),
    })
    const published = await engine.publish(source, { name: 'big', version: '1.0.0' })
    expect(published.state).toEqual({ kind: 'done' })
  })
  afterAll(async () => {
    await engine?.stop()
    await store?.stop()
    await folder?.remove()
  })

  test('stays free while 1 GiB is installed: p99 of its lag ≤ 16 ms, or no more than an idle thread has beside it', async ({
    annotate,
  }) => {
    const idle = new Worker(idleThread, { eval: true })
    const lag = monitorEventLoopDelay({ resolution: 1 })
    lag.enable()
    const installed = await engine.install({ name: 'big', version: '1.0.0' })
    lag.disable()
    const idleP99Ms = await new Promise<number>((resolve) => {
      idle.once('message', resolve)
      idle.postMessage('end')
    })
    await idle.terminate()
    expect(installed.state).toEqual({ kind: 'done' })
    const p99Ms = lag.percentile(99) / 1e6
    await annotate(
      `p99 ${p99Ms.toFixed(1)} ms, longest ${(lag.max / 1e6).toFixed(1)} ms; an idle thread: p99 ${idleP99Ms.toFixed(1)} ms`,
    )
    expect(p99Ms).toBeLessThanOrEqual(Math.max(16, 1.5 * idleP99Ms))
  })
})
