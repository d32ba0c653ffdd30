import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright/test'
import type { CountingProxy } from '../../testkit/counting-proxy.ts'
import { buildPackageFolder, planFiles } from '../../testkit/package-builder.ts'
import { createTempFolder } from '../../testkit/temp-folder.ts'
import { bucketEnvironment, startTestEngine } from '../../testkit/test-engine.ts'
import { packageRow, selectPackage } from '../pages/browse.ts'
import { transferRow } from '../pages/transfers.ts'
import { openPage } from '../pages/window.ts'
import { test as base, expect } from '../with-store.ts'

const archive = { path: /archive\.gz/ }
const segmentBytes = 8 * 1024 * 1024
const connections = 4
const title = 'Long download'

/** A bucket with one package of 48 MB, which is the default connection: no form is needed to get to it. */
const test = base.extend<object, { readonly filledBucket: string }>({
  filledBucket: [
    async ({ s3 }, use) => {
      await using work = await createTempFolder('orbital-e2e-filled-')
      const folder = join(work.path, 'long_download')
      const manifest = { name: 'long_download', version: '1.0.0', title }
      await buildPackageFolder(folder, { manifest, files: planFiles(12, 4_000_000) })
      const bucket = await s3.createBucket()
      const engine = await startTestEngine(join(work.path, 'home'), { env: bucketEnvironment(s3, bucket) })
      const { state } = await engine.publish(folder)
      await engine.stop()
      if (state.kind !== 'done') throw new Error(`it was not published: ${JSON.stringify(state)}`)
      await use(bucket)
    },
    { scope: 'worker', timeout: 120_000 },
  ],
})

test.use({
  appEnv: async ({ gate, s3, filledBucket }, use) =>
    use(bucketEnvironment({ ...s3, endpoint: gate.endpoint }, filledBucket)),
})

/** From Browse, over a store that gives that many bytes a second. */
async function startInstall(page: Page, gate: CountingProxy, bytesPerSecond: number): Promise<void> {
  await expect(packageRow(page, title)).toBeVisible()
  gate.throttle(bytesPerSecond)
  await page.getByRole('grid', { name: 'Packages' }).press('i')
  const sheet = page.getByRole('dialog', { name: `Install ${title} 1.0.0` })
  await sheet.getByRole('button', { name: 'Install' }).click()
}

test('an install is paused, goes on, and is cancelled without a trace', async ({ app, gate }) => {
  const { page, home } = app
  await startInstall(page, gate, 4_000_000)
  await openPage(page, 'Transfers')
  const row = transferRow(page, title)
  await expect(row).toContainText('Transferring')
  await gate.untilSent(archive, 3_000_000)

  await page.getByRole('button', { name: `Pause ${title} 1.0.0` }).click()
  await expect(row).toContainText('Paused')
  await expect(row).toContainText('By you')
  await expect.poll(() => gate.requests.every(({ end }) => end !== undefined)).toBe(true)
  const atRest = gate.count(archive)
  await openPage(page, 'Browse')
  await expect(packageRow(page, title)).toContainText(/Paused, \d+ %/)
  await openPage(page, 'Transfers')
  const later = gate.count(archive)
  expect(later.requests).toBe(atRest.requests)
  // The proxy may still count the one slice that each connection had in hand.
  expect(later.sentBytes - atRest.sentBytes).toBeLessThanOrEqual(connections * 65_536)

  await page.getByRole('button', { name: `Resume ${title} 1.0.0` }).click()
  await expect(row).toContainText('Transferring')
  await gate.untilSent(archive, atRest.sentBytes + 1_000_000)
  await page.getByRole('button', { name: `Cancel ${title} 1.0.0` }).click()
  await expect(row).toContainText('Cancelled')
  await expect(row).toContainText('Nothing was installed')
  const left = await readdir(join(home, 'library'), { recursive: true, withFileTypes: true })
  expect(left.filter((entry) => entry.isFile() && /\.bin$|spool|segment/.test(entry.name))).toEqual([])
  await openPage(page, 'Installed')
  await expect(page.getByText('Nothing is installed here')).toBeVisible()
})

test('after a crash in the middle an install waits as interrupted, and fetches little again', async ({ app, gate }) => {
  await startInstall(app.page, gate, 16_000_000)
  await gate.untilSent(archive, 38_000_000)
  const page = await app.relaunch({ kill: true })
  gate.throttle(undefined)

  await openPage(page, 'Transfers')
  const row = transferRow(page, title)
  await expect(row).toContainText('Paused')
  await expect(row).toContainText('It was interrupted')
  await page.getByRole('button', { name: `Resume ${title} 1.0.0` }).click()
  await expect(row).toContainText('Done', { timeout: 30_000 })
  const archiveBytes = 48_000_000
  expect(gate.count(archive).sentBytes).toBeLessThan(archiveBytes * 1.01 + connections * segmentBytes)
  await openPage(page, 'Installed')
  await expect(page.getByRole('grid', { name: 'Installed packages' })).toContainText(title)
})

test.describe('a store that goes away and comes back', () => {
  let row: Locator
  test.beforeEach(async ({ app: { page }, gate }) => {
    await startInstall(page, gate, 4_000_000)
    await openPage(page, 'Transfers')
    row = transferRow(page, title)
    await gate.untilSent(archive, 2_000_000)
    gate.refuse(true)
  })
  const comesBack = async (gate: CountingProxy) => {
    gate.refuse(false)
    gate.throttle(undefined)
    await expect(row).toContainText('Done', { timeout: 45_000 })
  }

  test('is waited for', async ({ gate }) => {
    await expect(row).toContainText('Reconnecting')
    await comesBack(gate)
  })

  test('is tried at once when that is wished', async ({ gate }) => {
    await expect(row).toContainText(/(?:Third|Fourth|Fifth) try in/, { timeout: 30_000 })
    await row.getByRole('button', { name: `Try now ${title}` }).click()
    // It begins anew with its tries.
    await expect(row).toContainText(/Preparing|(?:First|Second) try/)
    await comesBack(gate)
  })
})

test('what another process runs is shown, without a progress that isn’t known, and taken over when that is gone', async ({
  app,
  appEnv,
  gate,
}) => {
  const { page, home } = app
  await openPage(page, 'Transfers')
  gate.throttle(100_000)
  const engine = await startTestEngine(home, { env: appEnv })
  const ref = { name: 'long_download', version: '1.0.0' }
  const { planId } = await engine.api.install.plan({ source: { ref } })
  await engine.api.install.start({ planId })
  await expect.poll(async () => (await engine.api.transfers.list({}))[0]?.state.kind).toBe('transferring')

  await openPage(page, 'Browse')
  await openPage(page, 'Transfers')
  const row = transferRow(page, title)
  await expect(row).toContainText('In another Orbital')
  await expect(row.getByRole('button')).toHaveCount(0)
  await expect(row.getByRole('progressbar')).toHaveCount(0)
  await row.click()
  await expect(page.getByText('Another Orbital, a window or a command, has it.')).toBeVisible()
  await engine.stop()
  await expect(row).toContainText('It was interrupted', { timeout: 15_000 })
  gate.throttle(undefined)
  await page.getByRole('button', { name: `Resume ${title} 1.0.0` }).click()
  await expect(row).toContainText('Done', { timeout: 30_000 })
})

test.describe('with a bucket of its own', () => {
  test.use({
    appEnv: async ({ gate, s3, bucket }, use) => use(bucketEnvironment({ ...s3, endpoint: gate.endpoint }, bucket)),
  })

  test('the order of what waits is changed by keys and by buttons', async ({ app, gate, s3, bucket, workFolder }) => {
    const { page } = app
    // Zeros: large on disk, so that they wait for each other, and small on the line.
    const engine = await startTestEngine(join(workFolder, 'publisher'), { env: bucketEnvironment(s3, bucket) })
    const titles = ['Ant', 'Bee', 'Cat']
    for (const each of titles) {
      const folder = join(workFolder, each)
      await mkdir(folder)
      await writeFile(join(folder, 'zeros.bin'), Buffer.alloc(70_000_000))
      const manifest = { name: `order_${each.toLowerCase()}`, version: '1.0.0', title: each }
      await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
      expect((await engine.publish(folder)).state.kind).toBe('done')
    }
    await engine.stop()
    await page.getByRole('button', { name: 'Check for new packages' }).click()
    gate.throttle(8_000)
    for (const each of titles) {
      await selectPackage(page, each)
      await page.getByRole('grid', { name: 'Packages' }).press('i')
      const sheet = page.getByRole('dialog', { name: `Install ${each} 1.0.0` })
      await sheet.getByRole('button', { name: 'Install' }).click({ timeout: 60_000 })
      await expect(sheet).toBeHidden()
    }
    await openPage(page, 'Transfers')
    const list = page.getByRole('grid', { name: 'Transfers' })
    const order = () => list.locator('.job .name').allTextContents()
    await expect.poll(order).toEqual(['Ant 1.0.0', 'Bee 1.0.0', 'Cat 1.0.0'])
    await expect(transferRow(page, 'Cat')).toContainText('After Bee')
    await page.getByRole('button', { name: 'Move up Cat 1.0.0' }).click()
    await expect.poll(order).toEqual(['Ant 1.0.0', 'Cat 1.0.0', 'Bee 1.0.0'])
    await page.getByRole('button', { name: 'Move down Cat 1.0.0' }).click()
    await expect.poll(order).toEqual(['Ant 1.0.0', 'Bee 1.0.0', 'Cat 1.0.0'])
    await list.focus()
    await page.keyboard.press('End')
    await page.keyboard.press('Alt+ArrowUp')
    await expect.poll(order).toEqual(['Ant 1.0.0', 'Cat 1.0.0', 'Bee 1.0.0'])
    await page.keyboard.press('Alt+ArrowDown')
    await expect.poll(order).toEqual(['Ant 1.0.0', 'Bee 1.0.0', 'Cat 1.0.0'])
    await page.getByRole('button', { name: 'Pause all' }).click()
    await expect(list.getByText('By you')).toHaveCount(3)
    gate.throttle(undefined)
    await page.getByRole('button', { name: 'Resume all' }).click()
    await expect(list.getByText('Done')).toHaveCount(3, { timeout: 60_000 })
    await page.getByRole('button', { name: 'Clear history' }).click()
    await expect(page.getByText('Nothing is on its way')).toBeVisible()
  })
})
