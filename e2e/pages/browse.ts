import { expect, type Locator, type Page } from 'playwright/test'
import { transferRow } from './transfers.ts'
import { openPage } from './window.ts'

export const packageRow = (page: Page, title: string): Locator =>
  page.getByRole('grid', { name: 'Packages' }).getByRole('row').filter({ hasText: title })

/** Presses on the beginning of a row: its own buttons lie over the middle. */
export const selectPackage = (page: Page, title: string): Promise<void> =>
  packageRow(page, title).click({ position: { x: 60, y: 14 } })

/** The titles of the rows as they stand, from the top. */
export const rowTitles = (page: Page): Promise<string[]> =>
  page.getByRole('grid', { name: 'Packages' }).locator('.name').allTextContents()

/** Installs what the inspector offers for a package, and waits until its row says so. */
export async function installFromBrowse(page: Page, title: string): Promise<void> {
  await selectPackage(page, title)
  await page
    .getByRole('complementary', { name: title })
    .getByRole('button', { name: /^Install/ })
    .click()
  const sheet = page.getByRole('dialog', { name: new RegExp(`^Install ${title}`) })
  await sheet.getByRole('button', { name: /^Install/ }).click()
  await expect(sheet).toBeHidden()
  await expect(packageRow(page, title)).toContainText('Installed')
}

/** Starts an install by the key and the sheet, and gives its row in Transfers, which is then shown. */
export async function startInstall(page: Page, title: string): Promise<Locator> {
  await selectPackage(page, title)
  await page.getByRole('grid', { name: 'Packages' }).press('i')
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Install/ })
    .click()
  await openPage(page, 'Transfers')
  return transferRow(page, title)
}
