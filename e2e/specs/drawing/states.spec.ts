import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fillBucket } from '../../example/fill-store.ts'
import type { AppUnderTest } from '../../fixtures.ts'
import { checkState, spoken } from '../../pages/accessibility.ts'
import { packageRow, startInstall } from '../../pages/browse.ts'
import { addCompatibleStore, addFolderConnection } from '../../pages/settings.ts'
import { openPage, switchTo } from '../../pages/window.ts'
import { expect, test, testWithExample } from '../../with-store.ts'

// A store that refuses connections is what these are about.
test.use({ windowSize: { width: 1440, height: 900 }, expectedConsole: /Failed to load resource/ })
testWithExample.use({ windowSize: { width: 1440, height: 900 } })

async function openToPublish({ page }: AppUnderTest, path: string): Promise<void> {
  await openPage(page, 'Publish')
  await page.getByRole('textbox', { name: 'Or type its path' }).fill(path)
  await page.getByRole('button', { name: 'Open', exact: true }).click()
}

test('a store that is empty, slow, or away; and transfers through it', async ({
  app,
  s3,
  bucket,
  gate,
  gatedStore,
  workFolder,
}) => {
  test.setTimeout(240_000)
  const { page } = app
  const version = '1.12.2'
  const folder = join(workFolder, `churn_predictor-${version}`)
  await fillBucket(s3, bucket, workFolder, { names: ['churn_predictor'], versions: 1, scale: 4 })

  await expect(page.getByRole('heading', { name: 'Welcome to Orbital' })).toBeVisible()
  await mkdir(join(workFolder, 'empty'))
  await addFolderConnection(page, 'New team', join(workFolder, 'empty'))
  await switchTo(page, 'New team')
  await expect(page.getByText('No packages yet')).toBeVisible()
  await expect(page.locator('main footer')).not.toContainText('move')
  await checkState(app, 'an empty store')

  gate.stall()
  await addCompatibleStore(page, { name: 'Research', ...gatedStore })
  await switchTo(page, 'Research')
  await expect(page.locator('main .bone').first()).toBeVisible()
  await expect(page.locator('main footer').getByRole('status')).toHaveText('Loading the packages')
  await expect(page.getByRole('button', { name: 'All', exact: true })).toBeVisible()
  await checkState(app, 'packages on their way')
  gate.resume()
  await expect(packageRow(page, 'Churn predictor')).toBeVisible()
  await expect(page.locator('main .bone')).toHaveCount(0)

  gate.throttle(150_000)
  const row = await startInstall(page, 'Churn predictor')
  await expect(row).toContainText('Transferring')
  await expect(row.getByRole('progressbar')).toBeVisible()
  await expect(row.getByRole('progressbar')).toHaveAttribute('aria-valuetext', /^\d[\d.]* k?M?B verified of 5\.99 MB$/)
  const bar = { name: `Churn predictor ${version}`, valuemin: 0, valuemax: 100, value: expect.any(Number) }
  expect(await spoken(page, 'progressbar')).toContainEqual(expect.objectContaining(bar))
  await checkState(app, 'a transfer on its way')
  gate.refuse(true)
  await expect(row).toContainText('Reconnecting')
  await checkState(app, 'a transfer that reconnects')
  await page.getByRole('button', { name: /^Pause Churn/ }).click()
  await expect(row).toContainText('By you')
  await page.getByRole('button', { name: /^Resume Churn/ }).click()
  await expect(row).toContainText('was cut')
  await checkState(app, 'a transfer that waits for a person')

  await openPage(page, 'Browse')
  await page.getByRole('button', { name: 'Check for new packages' }).click()
  await expect(page.getByText('You see the packages as of')).toBeVisible({ timeout: 30_000 })
  await expect(page.getByText('Up to date')).toBeHidden()
  await checkState(app, 'packages without the store')
  await openToPublish(app, folder)
  await expect(page.getByRole('alert')).toBeVisible({ timeout: 30_000 })
  await checkState(app, 'publishing without the store')
})

testWithExample('libraries and stores that are gone', async ({ app, store }) => {
  testWithExample.setTimeout(120_000)
  await expect(packageRow(app.page, 'Churn predictor')).toBeVisible()
  await rename(store, `${store}-moved`)
  await rm(join(app.home, 'library'), { recursive: true, force: true })
  await writeFile(join(app.home, 'library'), 'not a folder')
  await rm(join(app.home, 'state'), { recursive: true, force: true })
  const page = await app.relaunch()
  await expect(page.getByRole('alert')).toContainText('What is safe')
  await checkState(app, 'a store that is gone')
  await openPage(page, 'Installed')
  await expect(page.getByText('The folder of this library can’t be read now')).toBeVisible()
  await expect(page.locator('main footer')).not.toContainText('0 packages')
  await checkState(app, 'a library that is gone')
})
