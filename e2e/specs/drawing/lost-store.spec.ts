import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bucketEnvironment } from '../../../testkit/test-engine.ts'
import { fillBucket } from '../../example/fill-store.ts'
import { installFromBrowse, packageRow, selectPackage } from '../../pages/browse.ts'
import { folderInLibrary } from '../../pages/installed.ts'
import { transferRow } from '../../pages/transfers.ts'
import { dropFolder, openPage } from '../../pages/window.ts'
import { test as base, expect } from '../../with-store.ts'

const test = base.extend({
  appEnv: async ({ gate, s3, bucket, workFolder }, use) => {
    await fillBucket(s3, bucket, workFolder, { names: ['speech_intent', 'fraud_scorer'], versions: 2, scale: 0.01 })
    await use(bucketEnvironment({ ...s3, endpoint: gate.endpoint }, bucket))
  },
})
// What the store doesn't answer is the point.
test.use({ expectedConsole: /Failed to load resource/ })

test('a sheet, a withdrawal, a repair, a publish and a test that lose the store say so where they are, and go on from there', async ({
  app,
  gate,
  workFolder,
}) => {
  test.setTimeout(180_000)
  const { page } = app
  const title = 'Fraud scorer, card payments'
  await installFromBrowse(page, title)

  gate.refuse(true)
  await selectPackage(page, 'Speech intent classifier')
  await page.getByRole('grid', { name: 'Packages' }).press('i')
  const sheet = page.getByRole('dialog')
  await expect(sheet.getByRole('alert')).toContainText('It can’t be installed now', { timeout: 30_000 })
  await expect(sheet.getByRole('heading', { name: 'What is safe' })).toBeVisible()
  gate.refuse(false)
  await sheet.getByRole('button', { name: 'Try again' }).press('Enter')
  await expect(sheet).toContainText('On disk afterwards')
  await page.keyboard.press('Escape')

  await packageRow(page, 'Speech intent classifier').dblclick()
  await page.getByRole('tab', { name: 'Versions' }).click()
  await page.getByRole('button', { name: 'More for 2.0.3' }).click()
  await page.getByRole('menuitem', { name: 'Withdraw…' }).click()
  await sheet.getByRole('textbox', { name: /^Type / }).fill('speech_intent==2.0.3')
  gate.refuse(true)
  await sheet.getByRole('button', { name: 'Withdraw 2.0.3' }).click()
  const refused = sheet.getByRole('status')
  await expect(refused).toContainText(/can’t be reached|was cut/, { timeout: 30_000 })
  await expect(refused).not.toContainText('It is hidden')
  gate.refuse(false)
  await sheet.getByRole('button', { name: 'Withdraw 2.0.3' }).click()
  await expect(sheet).toBeHidden()
  await expect(page.getByRole('button', { name: 'More for 2.0.3' })).toHaveCount(0)

  await openPage(page, 'Installed')
  const row = page.getByRole('grid', { name: 'Installed packages' }).getByRole('row').filter({ hasText: title })
  await row.dblclick()
  await rm(join(await folderInLibrary(app.home, 'trees.bin'), 'trees.bin'))
  const details = page.getByRole('complementary', { name: title })
  await details.getByRole('button', { name: 'Verify' }).click()
  const found = details.getByRole('status').filter({ hasText: '1 file is not as published' })
  await expect(found).toBeVisible()
  gate.refuse(true)
  await found.getByRole('button', { name: 'Repair' }).click()
  await openPage(page, 'Transfers')
  await expect(transferRow(page, `Repair ${title}`)).toContainText('was cut', { timeout: 30_000 })
  const waits = page.getByRole('alert').filter({ hasText: 'The repair waits for the store' })
  await expect(waits.getByRole('heading', { name: 'What is safe' })).toBeVisible()
  gate.refuse(false)
  await waits.getByRole('button', { name: 'Resume' }).click()
  await expect(transferRow(page, `Repair ${title}`)).toContainText('Done', { timeout: 30_000 })

  const folder = join(workFolder, 'sent')
  await mkdir(folder)
  await writeFile(
    join(folder, 'weights.bin'),
    Buffer.alloc(1_000_000).map(() => Math.random() * 256),
  )
  await dropFolder(app, folder)
  const publish = page.getByRole('main').getByRole('button', { name: 'Publish', exact: true })
  await expect(publish).toBeEnabled()
  gate.refuse(true)
  await publish.click()
  const sending = page.getByRole('article')
  await expect(sending).toContainText('The upload waits for the store', { timeout: 30_000 })
  gate.refuse(false)
  await sending.getByRole('button', { name: 'Resume' }).click()
  await expect(page.getByRole('heading', { name: 'sent 1.0.0 is published' })).toBeVisible({ timeout: 30_000 })

  await openPage(page, 'Settings')
  gate.refuse(true)
  await page.getByRole('button', { name: /^Test (?:the connection|again)$/ }).click()
  await expect(page.getByText('Can’t be reached')).toBeVisible({ timeout: 30_000 })
  gate.refuse(false)
  await page.getByRole('button', { name: 'Test again' }).click()
  await expect(page.getByRole('listitem').filter({ hasText: 'Publish new versions' })).toContainText('Allowed')
  await expect(page.getByText('Can’t be reached')).toHaveCount(0)
})
