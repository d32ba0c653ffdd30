import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { createMemorySecrets } from '../electron/engine/connections/secret-file.ts'
import { createNodeDisk } from '../electron/engine/disk/node-disk.ts'
import { createEngine, type EngineConfig } from '../electron/engine/index.ts'
import type { Disk } from '../electron/engine/ports.ts'
import { createSystemClock } from '../electron/engine/system-clock.ts'
import { fromWire } from '../shared/errors.ts'
import type { EngineApi } from '../shared/ipc/engine-api.ts'
import type { Change, Sample } from '../shared/ipc/events.ts'
import type { PackageRef } from '../shared/model/package.ts'
import type { Transfer, UpkeepReport } from '../shared/model/transfer.ts'

export interface TestEngine {
  readonly api: EngineApi
  /** All that was announced so far, oldest first. */
  readonly changes: readonly Change[]
  readonly samples: readonly Sample[]
  /** Hears every sample as it is announced; gives what ends that. */
  watchSamples(hear: (sample: Sample) => void): () => void
  /** Log lines as they would be written. */
  readonly logged: readonly string[]
  /** Plans and publishes a folder or `.sputnik`; resolves with the ended (or paused) transfer. */
  publish(
    folder: string,
    fields?: { readonly name?: string; readonly version?: string },
    connectionId?: string,
  ): Promise<Transfer>
  install(ref: PackageRef, connectionId?: string): Promise<Transfer>
  /** Verifies an installed version; resolves with what was found. */
  verify(ref: PackageRef): Promise<UpkeepReport>
  /** Repairs one; resolves with what was found and done, rejects with what it failed of. */
  repair(ref: PackageRef): Promise<UpkeepReport>
  stop(): Promise<void>
}

/** A real engine on a home of its own, without the sample unless asked for. */
export async function startTestEngine(
  home: string,
  config: Partial<Omit<EngineConfig, 'home' | 'epoch'>> = {},
  disk: Disk = createNodeDisk(),
): Promise<TestEngine> {
  await mkdir(home, { recursive: true })
  const changes: Change[] = []
  const samples: Sample[] = []
  const watchers = new Set<(sample: Sample) => void>()
  const logged: string[] = []
  const engine = await createEngine(
    {
      disk,
      clock: createSystemClock(),
      log: { write: (level, event, fields) => void logged.push(JSON.stringify({ level, event, ...fields })) },
      secrets: createMemorySecrets(),
      announcer: {
        change: (change) => void changes.push(change),
        sample(sample) {
          samples.push(sample)
          for (const hear of watchers) hear(sample)
        },
      },
    },
    {
      home,
      env: {},
      platform: process.platform,
      version: '0.0.0-test',
      epoch: randomUUID(),
      userName: 'tester',
      role: 'app',
      ...config,
    },
  )
  const { api } = engine
  const at = (connectionId: string | undefined) => (connectionId === undefined ? {} : { connectionId })
  return {
    api,
    changes,
    samples,
    watchSamples(hear) {
      watchers.add(hear)
      return () => void watchers.delete(hear)
    },
    logged,
    async publish(path, fields = {}, connectionId) {
      const { planId } = await api.publish.plan({ ...at(connectionId), path, fields })
      const { transferId } = await api.publish.start({ planId })
      return api.transfers.wait({ id: transferId })
    },
    async install(ref, connectionId) {
      const { planId } = await api.install.plan({ source: { ...at(connectionId), ref } })
      const { transferId } = await api.install.start({ planId, ignoreCompatibility: true })
      return api.transfers.wait({ id: transferId })
    },
    async verify(ref) {
      const { transferId: id } = await api.installed.verify({ ref })
      await api.transfers.wait({ id })
      return api.transfers.report({ id })
    },
    async repair(ref) {
      const { transferId: id } = await api.installed.repair({ ref })
      const { state } = await api.transfers.wait({ id })
      if (state.kind === 'failed') throw fromWire(state.error)
      return api.transfers.report({ id })
    },
    stop: engine.stop,
  }
}

/** The environment in which a bucket of a test server is the default connection. */
export const bucketEnvironment = (
  store: { readonly endpoint: string; readonly accessKeyId: string; readonly secretAccessKey: string },
  bucket: string,
): Record<string, string> => ({
  BUCKET: bucket,
  AWS_ENDPOINT_URL_S3: store.endpoint,
  AWS_ACCESS_KEY_ID: store.accessKeyId,
  AWS_SECRET_ACCESS_KEY: store.secretAccessKey,
  AWS_REGION: 'us-east-1',
})
