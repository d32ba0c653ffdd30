import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing } from '../testkit/available.ts'
import { type CountingProxy, startCountingProxy } from '../testkit/counting-proxy.ts'
import { fetchS3Server, type S3Server, startS3Server } from '../testkit/s3-server.ts'
import { createTempFolder } from '../testkit/temp-folder.ts'
import { startTestEngine } from '../testkit/test-engine.ts'
import { addUnreadableEntry, fillExampleStore } from './example/fill-store.ts'
import { exampleApps, examplePackages } from './example/packages.ts'
import { test as base, expect } from './fixtures.ts'
import type { CompatibleStore } from './pages/settings.ts'
import { writeHome } from './prepare-home.ts'

interface StoreFixtures {
  /** A fresh bucket on `s3`. */
  readonly bucket: string
  /** In front of `s3`, for this test alone: the endpoint that Orbital is given. */
  readonly gate: CountingProxy
  /** The bucket as it is reached through the gate: what the form of a connection is told, but for the name. */
  readonly gatedStore: Omit<CompatibleStore, 'name'>
  /** For folders that a test drops or names; deleted afterwards. */
  readonly workFolder: string
}

interface StoreWorkerFixtures {
  readonly s3: S3Server
  /** A folder store with the first example packages, small. Never written to: copy it. */
  readonly exampleStore: string
}

/** Orbital with a real S3 server behind a proxy that can be throttled, and folders to work in. */
export const test = base.extend<StoreFixtures, StoreWorkerFixtures>({
  s3: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from the pattern.
    async ({}, use) => {
      const program = await fetchS3Server()
      base.skip(isMissing(program), isMissing(program) ? program.missing : '')
      const server = await startS3Server()
      await use(server)
      await server.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  exampleStore: [
    // biome-ignore lint/correctness/noEmptyPattern: as above.
    async ({}, use) => {
      const folder = await createTempFolder('orbital-example-')
      const path = join(folder.path, 'store')
      await fillExampleStore(path, { packages: examplePackages.slice(0, 9), scale: 0.01 })
      await addUnreadableEntry(path)
      await use(path)
      await folder.remove()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  bucket: async ({ s3 }, use) => use(await s3.createBucket()),
  gate: async ({ s3 }, use) => {
    const proxy = await startCountingProxy(s3.endpoint)
    await use(proxy)
    await proxy.stop()
  },
  gatedStore: async ({ s3: { accessKeyId, secretAccessKey }, bucket, gate: { endpoint } }, use) =>
    use({ endpoint, bucket, accessKeyId, secretAccessKey }),
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  workFolder: async ({}, use) => {
    const folder = await createTempFolder('orbital-e2e-work-')
    await use(folder.path)
    await folder.remove()
  },
})

/** Orbital in front of the example store, as the connection Team models, with the example's apps. */
export const testWithExample = test.extend<{ readonly store: string }>({
  store: async ({ exampleStore, workFolder }, use) => {
    const path = join(workFolder, 'store')
    await cp(exampleStore, path, { recursive: true, preserveTimestamps: true })
    await use(path)
  },
  prepareHome: async ({ store }, use) =>
    use((home) => writeHome(home, { folders: { 'Team models': store }, settings: { apps: [...exampleApps] } })),
})

/** One package is installed; beside the store there is a connection to a folder that isn't there. */
export const testWithInstalled = testWithExample.extend({
  prepareHome: async ({ store, workFolder }, use) =>
    use(async (home) => {
      const folders = { 'Team models': store, Gone: join(workFolder, 'gone') }
      await writeHome(home, { folders, settings: { apps: [...exampleApps] } })
      const engine = await startTestEngine(home)
      await engine.install({ name: 'fraud_scorer', version: '4.3.0' }, 'team-models')
      await engine.api.transfers.clearHistory({})
      await engine.stop()
    }),
})

export { expect }
