import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { installFromBrowse, packageRow } from '../pages/browse.ts'
import { openPage } from '../pages/window.ts'
import { expect, testWithExample as test, testWithInstalled } from '../with-store.ts'

/** Bytes of all files below a folder that belong to packages, wherever in the library they are now. */
async function measureBytes(folder: string, name: RegExp): Promise<number> {
  let sum = 0
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && name.test(path)) sum += (await stat(path)).size
  }
  return sum
}

test('what is installed takes space, goes to the trash, comes back, and goes for good', async ({ app }) => {
  const { page, home } = app
  const library = join(home, 'library')
  await installFromBrowse(page, 'Fraud scorer, card payments')
  await installFromBrowse(page, 'Invoice field extractor')
  const installed = await openPage(page, 'Installed')
  const list = page.getByRole('grid', { name: 'Installed packages' })
  const rowOf = (title: string) => list.getByRole('row').filter({ hasText: title })
  await expect(rowOf('Invoice field extractor')).toContainText('2.4.0')
  await expect(rowOf('Fraud scorer')).toContainText('today')

  const map = page.getByRole('group', { name: 'Disk usage by package and version' })
  const tile = map.getByRole('button', { name: /^Invoice field extractor 2\.4\.0/ })
  await tile.click()
  await expect(rowOf('Invoice field extractor')).toHaveAttribute('aria-selected', 'true')

  const before = await measureBytes(library, /onnx$/)
  expect(before).toBeGreaterThan(100_000)
  const remove = async () => {
    await page.getByRole('button', { name: 'More for Invoice field extractor 2.4.0' }).click()
    await page.getByRole('menuitem', { name: /^Remove, frees \d/ }).click()
    await expect(rowOf('Invoice field extractor')).toBeHidden()
  }
  await remove()
  const toast = page.getByRole('alert').filter({ hasText: 'moved to the trash' })
  await expect(toast).toContainText(/Emptying it frees \d+ kB/)
  await toast.getByRole('button', { name: 'Undo' }).click()
  await expect(rowOf('Invoice field extractor')).toBeVisible()
  await expect(toast).toBeHidden()

  await remove()
  expect(await measureBytes(library, /onnx$/)).toBe(before)
  const aside = installed.getByRole('complementary', { name: 'Free up space' })
  await expect(aside.getByRole('button', { name: 'Restore Invoice field extractor 2.4.0' })).toBeVisible()
  await expect(
    map
      .getByRole('button', { name: /^Trash/ })
      .or(map.getByTitle(/^Trash/))
      .first(),
  ).toBeVisible()
  await expect(aside).toContainText('Nothing goes before you press the button.')
  const trash = aside.getByRole('checkbox', { name: 'Trash' })
  await trash.setChecked(true)
  await aside.getByRole('button', { name: /^Clean up \d/ }).click()
  await expect(page.getByText(/^Cleaned up \d/)).toBeVisible()
  await expect(aside.getByRole('button', { name: /^Restore/ })).toBeHidden()
  await expect(aside).toContainText('There is nothing to free up here now')
  await expect(aside).not.toContainText('before you press the button')
  expect(await measureBytes(library, /onnx$/)).toBe(0)
  await expect(rowOf('Fraud scorer')).toBeVisible()
})

test('a kept version is asked about before it is removed, from its row and from its details', async ({ app }) => {
  const { page } = app
  await installFromBrowse(page, 'Fraud scorer, card payments')
  await openPage(page, 'Installed')
  const list = page.getByRole('grid', { name: 'Installed packages' })
  const row = list.getByRole('row').filter({ hasText: 'Fraud scorer' })
  await row.click()
  await page.keyboard.press('k')
  await expect(row).toContainText('Kept')
  await page.keyboard.press('Delete')
  const sheet = page.getByRole('dialog', { name: /^Remove Fraud scorer/ })
  await expect(sheet).toContainText('The kept version stays unless you tick it.')
  await expect(sheet.getByRole('button', { name: 'Remove', exact: true })).toBeDisabled()
  await page.keyboard.press('Escape')
  await expect(sheet).toBeHidden()
  await expect(list).toBeFocused()

  // There the details are a sheet themselves: one goes at a time.
  await app.resize({ width: 900, height: 600 })
  await row.press('Enter')
  const details = page.getByRole('dialog', { name: 'Fraud scorer, card payments', exact: true })
  await details.getByRole('button', { name: /^More for Fraud scorer/ }).click()
  await page.getByRole('menuitem', { name: 'Remove…' }).click()
  await expect(sheet).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(sheet).toBeHidden()
  await expect(details).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(details).toBeHidden()

  await list.press('Delete')
  await sheet.getByRole('checkbox').check()
  await sheet.getByRole('button', { name: 'Remove 1 version' }).click()
  await expect(page.getByText('Nothing is installed here')).toBeVisible()
  // Its undo stays at hand on another page.
  await openPage(page, 'Browse')
  const toast = page.getByRole('alert').filter({ hasText: 'moved to the trash' })
  await toast.getByRole('button', { name: 'Undo' }).click()
  await expect(packageRow(page, 'Fraud scorer')).toContainText('Installed')
})

test('the trash survives a restart, and a version comes back from it whole', async ({ app }) => {
  await installFromBrowse(app.page, 'Fraud scorer, card payments')
  await openPage(app.page, 'Installed')
  const list = app.page.getByRole('grid', { name: 'Installed packages' })
  await list.getByRole('row').filter({ hasText: 'Fraud scorer' }).click()
  await app.page.keyboard.press('Delete')
  await expect(app.page.getByText('Nothing is installed here')).toBeVisible()
  const page = await app.relaunch()
  await openPage(page, 'Installed')
  await page.getByRole('button', { name: 'Restore Fraud scorer, card payments 4.3.1' }).click()
  const row = page
    .getByRole('grid', { name: 'Installed packages' })
    .getByRole('row')
    .filter({ hasText: 'Fraud scorer' })
  await row.click()
  await page.keyboard.press('v')
  await expect(page.getByText('3 files verified, all as published')).toBeVisible()
})

testWithInstalled('Undo stays while it has the focus', async ({ app: { page } }) => {
  await openPage(page, 'Installed')
  await page.clock.install()
  await page
    .getByRole('button', { name: /^More for Fraud scorer/ })
    .first()
    .click()
  await page.getByRole('menuitem', { name: /^Remove, frees \d/ }).click()
  const undo = page.getByRole('alert').getByRole('button', { name: 'Undo' })
  await undo.focus()
  await page.clock.runFor(20_000)
  await expect(undo).toBeFocused()
  await page.keyboard.press('Shift+Tab')
  await page.clock.runFor(20_000)
  await expect(undo).toBeHidden()
})
