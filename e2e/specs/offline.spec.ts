import type { Page } from 'playwright/test'
import { fillBucket } from '../example/fill-store.ts'
import { installFromBrowse, packageRow } from '../pages/browse.ts'
import { addCompatibleStore } from '../pages/settings.ts'
import { openPage, switchTo } from '../pages/window.ts'
import { expect, test } from '../with-store.ts'

// What the store doesn't answer is the point of these.
test.use({ expectedConsole: /Failed to load resource/ })

// A click waits until a check under way has ended.
const refresh = (page: Page) => page.getByRole('button', { name: 'Check for new packages' }).click()
const tryAgain = (page: Page) => page.getByRole('button', { name: 'Try again' })

test.beforeEach(async ({ app: { page }, s3, bucket, gatedStore, workFolder }) => {
  await fillBucket(s3, bucket, workFolder, { names: ['speech_intent', 'fraud_scorer'], versions: 2, scale: 0.01 })
  await addCompatibleStore(page, { name: 'Team models', ...gatedStore })
  await switchTo(page, 'Team models')
  await openPage(page, 'Browse')
  await expect(packageRow(page, 'Speech intent classifier')).toBeVisible()
})

test('without a network the last list is shown with its age, and what is installed works', async ({ app, gate }) => {
  await installFromBrowse(app.page, 'Fraud scorer, card payments')
  gate.refuse(true)
  await refresh(app.page)
  const strip = app.page.getByRole('status').filter({ hasText: 'You see the packages as of just now.' })
  await expect(strip).toContainText('What is installed works without the store.')
  await expect(app.page.getByText('Offline: list from just now')).toBeVisible()
  await expect(packageRow(app.page, 'Speech intent classifier')).toBeVisible()

  const page = await app.relaunch()
  await switchTo(page, 'Team models')
  await openPage(page, 'Browse')
  // A connection that is shown for the first time is asked for by itself.
  await expect(page.getByText(/^Offline: list from/)).toBeVisible()
  await expect(packageRow(page, 'Fraud scorer')).toContainText('Installed')
  await page.reload()
  await switchTo(page, 'Team models')
  await expect(page.getByText(/^Offline: list from/)).toBeVisible()
  await expect(packageRow(page, 'Speech intent classifier')).toBeVisible()

  await openPage(page, 'Installed')
  const row = page
    .getByRole('grid', { name: 'Installed packages' })
    .getByRole('row')
    .filter({ hasText: 'Fraud scorer' })
  await row.click()
  await page.keyboard.press('Delete')
  await expect(row).toBeHidden()
  await page.getByRole('alert').getByRole('button', { name: 'Undo' }).click()
  await expect(row).toBeVisible()
  await row.click()
  await page.keyboard.press('v')
  await expect(page.getByText(/Fraud scorer.*: \d+ files? verified, all as published/)).toBeVisible()

  gate.refuse(false)
  await openPage(page, 'Browse')
  await tryAgain(page).press('Enter')
  await expect(page.getByText('Up to date, just now')).toBeVisible()
  await expect(page.getByText(/^Offline/)).toBeHidden()
})

test('a connection that goes in the middle says so where it was needed, and goes on from there', async ({
  app: { page },
  gate,
}) => {
  await packageRow(page, 'Speech intent classifier').dblclick()
  await expect(page.getByRole('heading', { name: 'Know before you use it' })).toBeVisible()
  await page.getByRole('tab', { name: 'Files' }).click()
  await expect(page.getByRole('treeitem', { name: 'intents.txt' })).toBeVisible()
  gate.refuse(true)
  await page.getByRole('treeitem', { name: 'intents.txt' }).click()
  const preview = page.getByRole('region', { name: 'Preview' })
  await expect(preview.getByRole('alert')).toContainText('This file can’t be shown')
  gate.refuse(false)
  await tryAgain(page).press('Enter')
  await expect(preview).toContainText('cancel_order')

  gate.refuse(true)
  await page.getByRole('tab', { name: 'Versions' }).click()
  for (const version of ['2.0.3', '2.1.0'])
    await page.getByRole('checkbox', { name: `Compare ${version}` }).press('Space')
  const changes = page.getByRole('region', { name: 'What changed from 2.0.3 to 2.1.0' })
  await expect(changes.getByRole('alert')).toContainText('They can’t be compared')
  await page.getByRole('tab', { name: 'Overview' }).click()
  await expect(page.getByRole('alert')).toContainText('The description can’t be shown')
  gate.refuse(false)
  await tryAgain(page).press('Enter')
  await expect(page.getByRole('heading', { name: 'Know before you use it' })).toBeVisible()
  await page.getByRole('tab', { name: 'Versions' }).click()
  for (const version of ['2.0.3', '2.1.0'])
    await page.getByRole('checkbox', { name: `Compare ${version}` }).press('Space')
  await expect(changes.getByRole('listitem').first()).toBeVisible()
})
