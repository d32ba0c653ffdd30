import { randomBytes } from 'node:crypto'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildPackageFolder, planFiles } from '../../testkit/package-builder.ts'
import { bucketEnvironment, startTestEngine } from '../../testkit/test-engine.ts'
import { packageRow, selectPackage, startInstall } from '../pages/browse.ts'
import { transferRow } from '../pages/transfers.ts'
import { dropFolder, openPage, switchTo } from '../pages/window.ts'
import { test as base, expect, testWithExample } from '../with-store.ts'

testWithExample(
  'the keys of Transfers: Space hides the details, Enter opens all of it, O shows the package in its own store',
  async ({ app, workFolder }) => {
    const { page } = app
    const folder = join(workFolder, 'night_watch')
    await mkdir(folder)
    await writeFile(join(folder, 'weights.bin'), 'weights')
    await dropFolder(app, folder)
    await page.getByRole('main').getByRole('button', { name: 'Publish', exact: true }).click()
    await expect(page.getByRole('heading', { name: 'night_watch 1.0.0 is published' })).toBeVisible()
    await switchTo(page, 'This computer')
    await openPage(page, 'Transfers')
    const list = page.getByRole('grid', { name: 'Transfers' })
    const details = page.getByRole('complementary')
    await expect(details).toContainText('night_watch')
    await list.focus()
    await page.keyboard.press('Space')
    await expect(details).toBeHidden()
    await page.keyboard.press('Space')
    await expect(details).toBeVisible()

    await page.keyboard.press('Enter')
    await expect(list).toBeHidden()
    await expect(page.getByRole('main').getByRole('button', { name: 'Show the package' })).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(list).toBeFocused()

    await page.keyboard.press('?')
    const keys = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    const ofTransfers = keys
      .locator('div')
      .filter({ has: page.getByRole('heading', { name: 'In Transfers' }) })
      .last()
    await expect(ofTransfers).toContainText('Open folderO')
    await expect(ofTransfers).toContainText('Show or hide the detailsSpace')
    await page.keyboard.press('Escape')
    await page.keyboard.press('o')
    await expect(page.getByRole('heading', { level: 1, name: 'night_watch' })).toBeVisible()
    await expect(page.getByTitle('Switch connection')).toContainText('Team models')

    await switchTo(page, 'This computer')
    await openPage(page, 'Publish')
    await page.getByRole('button', { name: 'Show the package' }).click()
    await expect(page.getByTitle('Switch connection')).toContainText('Team models')
    await expect(page.getByRole('heading', { level: 1, name: 'night_watch' })).toBeVisible()
  },
)

testWithExample('what failed outlasts the history, and is discarded by a button of its own', async ({ app, store }) => {
  const { page } = app
  const title = 'Fraud scorer'
  const archive = join(store, 'models', 'fraud_scorer-4.3.1', 'archive.gz')
  const { size } = await stat(archive)
  await writeFile(archive, randomBytes(size))
  await selectPackage(page, title)
  await page.getByRole('grid', { name: 'Packages' }).press('i')
  const sheet = page.getByRole('dialog', { name: /^Install Fraud scorer/ })
  await sheet.getByRole('button', { name: /^Install/ }).click()
  await expect(sheet).toBeHidden()
  await openPage(page, 'Transfers')
  const row = transferRow(page, title)
  await expect(row).toContainText('Failed')
  await expect(page.getByRole('button', { name: 'Clear history' })).toBeHidden()

  await openPage(page, 'Browse')
  await selectPackage(page, 'Churn predictor')
  await page.getByRole('grid', { name: 'Packages' }).press('i')
  const second = page.getByRole('dialog', { name: /^Install Churn predictor/ })
  await second.getByRole('button', { name: /^Install/ }).click()
  await expect(packageRow(page, 'Churn predictor')).toContainText('Installed')
  await openPage(page, 'Transfers')
  await page.getByRole('button', { name: 'Clear history' }).click()
  await expect(transferRow(page, 'Churn predictor')).toBeHidden()
  await expect(row).toContainText('Failed')
  await row.click({ position: { x: 60, y: 14 } })
  await page
    .getByRole('complementary')
    .getByRole('button', { name: /^Discard/ })
    .click()
  await expect(row).toContainText('Cancelled')
  await page.getByRole('button', { name: 'Clear history' }).click()
  await expect(page.getByText('Nothing is on its way')).toBeVisible()
})

const test = base.extend({
  appEnv: async ({ gate, s3, bucket }, use) => use(bucketEnvironment({ ...s3, endpoint: gate.endpoint }, bucket)),
})

test('of a long list of files those in view are asked for', async ({ app, gate, s3, bucket, workFolder }) => {
  const { page } = app
  const folder = join(workFolder, 'many_files')
  const manifest = { name: 'many_files', version: '1.0.0', title: 'Many files' }
  await buildPackageFolder(folder, { manifest, files: planFiles(600, 10_000) })
  const engine = await startTestEngine(join(workFolder, 'publisher'), { env: bucketEnvironment(s3, bucket) })
  await engine.publish(folder)
  await engine.stop()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('Check for new packages')
  await page.keyboard.press('Enter')
  await expect(packageRow(page, 'Many files')).toBeVisible()
  gate.throttle(100_000)
  const row = await startInstall(page, 'Many files')
  const details = page.getByRole('complementary')
  await expect(details.getByText(/^\d+ of 600 verified$/)).toBeVisible()
  await expect(details.getByText('file-00000.bin')).toBeVisible()
  const files = details.getByRole('region', { name: 'Files' })
  await files.evaluate((element) => element.scrollTo(0, element.scrollHeight))
  await expect(details.getByText('file-00599.bin')).toBeVisible()
  await files.evaluate((element) => element.scrollTo(0, element.scrollHeight / 2))
  await expect(details.getByText('file-00300.bin')).toBeVisible()
  gate.throttle(undefined)
  await expect(row).toContainText('Done', { timeout: 60_000 })
})
