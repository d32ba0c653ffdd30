import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startTestEngine } from '../../testkit/test-engine.ts'
import { packageRow } from '../pages/browse.ts'
import { runInPalette, said } from '../pages/palette.ts'
import { openPage, switchTo } from '../pages/window.ts'
import { expect, testWithInstalled as test } from '../with-store.ts'

test('updates are looked for in the connection in view, and its answer or its failure is told', async ({
  app: { page },
}) => {
  await expect(packageRow(page, 'Fraud scorer')).toBeVisible()
  await switchTo(page, 'This computer')
  await runInPalette(page, 'Update all packages')
  await expect(said(page)).toHaveText(/^This computer has nothing newer that works here/)
  await openPage(page, 'Browse')
  await switchTo(page, 'Gone')
  await runInPalette(page, 'Update all packages')
  await expect(said(page).filter({ hasText: 'Nothing was updated.' })).toBeVisible()
  await switchTo(page, 'Team models')
  await runInPalette(page, 'Update all packages')
  await expect(page.getByRole('dialog', { name: 'Update 1 package' })).toBeVisible()
})

test('what the palette asks of a library that is away is refused in words, and not done later', async ({ app }) => {
  await rm(join(app.home, 'library'), { recursive: true, force: true })
  await writeFile(join(app.home, 'library'), 'not a folder')
  const page = await app.relaunch()
  await expect(packageRow(page, 'Fraud scorer')).toBeVisible()
  await runInPalette(page, 'Free up space')
  await expect(page.getByText('Connect the drive or the network folder')).toBeVisible()
  await expect(said(page).filter({ hasText: 'Nothing was freed. The folder of this library' })).toBeVisible()
})

test('of several libraries the palette names the one that is meant', async ({ app, workFolder }) => {
  const second = join(workFolder, 'second')
  await mkdir(second)
  const command = await startTestEngine(app.home, { role: 'cli' })
  await command.api.libraries.add({ path: second, name: 'Second' })
  await command.stop()
  const page = await app.relaunch()
  await openPage(page, 'Browse')
  await expect(packageRow(page, 'Fraud scorer')).toContainText('Update')
  await runInPalette(page, 'Update all packages in My library…')
  await expect(page.getByRole('dialog', { name: 'Update 1 package' })).toBeVisible()
  await page.keyboard.press('Escape')
  await runInPalette(page, 'Verify everything in My library')
  await expect(said(page).filter({ hasText: '1 version verified' })).toBeVisible()
  await page.getByRole('button', { name: /^Library: My library/ }).click()
  await page.getByRole('menuitem', { name: /^Second/ }).click()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('>verify')
  await expect(page.getByRole('dialog').getByText('Nothing')).toBeVisible()
})

test('the palette shows the keys that act in the list below it', async ({ app: { page } }) => {
  await expect(packageRow(page, 'Fraud scorer')).toBeVisible()
  const verify = page.getByRole('dialog').getByRole('option', { name: /^Verify 4\.3\.0/ })
  const find = async () => {
    await page.keyboard.press('Control+k')
    await page.keyboard.type('fraud scorer')
    await expect(verify).toBeVisible()
  }
  await find()
  await expect(
    page
      .getByRole('dialog')
      .getByRole('option', { name: /^Open folder/ })
      .locator('kbd'),
  ).toHaveText('O')
  await expect(verify.locator('kbd')).toHaveCount(0)
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await openPage(page, 'Installed')
  await find()
  await expect(verify.locator('kbd')).toHaveText('V')
})
