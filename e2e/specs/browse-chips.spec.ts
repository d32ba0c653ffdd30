import type { Locator } from 'playwright/test'
import { packageRow, rowTitles, selectPackage } from '../pages/browse.ts'
import { openPage } from '../pages/window.ts'
import { expect, testWithInstalled as test } from '../with-store.ts'

const title = 'Fraud scorer, card payments'

test('the chips Installed and Updates count and show what is theirs, and say what it means that nothing is', async ({
  app: { page },
}) => {
  const filters = page.getByRole('toolbar', { name: 'Filters' })
  const chip = (name: string): Locator => filters.getByRole('button', { name: new RegExp(`^${name}`) })
  const foot = page.getByText('of 9 packages')
  await expect(packageRow(page, title)).toContainText('4.3.0')
  for (const name of ['Installed', 'Updates']) {
    await expect(chip(name)).toHaveText(`${name}1`)
    await chip(name).click()
    await expect(chip(name)).toHaveAttribute('aria-pressed', 'true')
    await expect(foot).toHaveText('1 of 9 packages')
    expect(await rowTitles(page)).toEqual([title])
  }

  await selectPackage(page, title)
  await page.getByRole('grid', { name: 'Packages' }).press('u')
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Update/ })
    .click()
  const noUpdates = page.getByRole('heading', { name: 'No updates' })
  await expect(noUpdates).toBeVisible()
  await expect(page.getByText('is the newest that works with your apps')).toBeVisible()
  await expect(page.getByText('were searched')).toHaveCount(0)
  await expect(foot).toHaveText('0 of 9 packages')
  await expect(chip('Updates')).toHaveText('Updates0')
  await expect(chip('Installed')).toHaveText('Installed1')
  await chip('Installed').click()
  await expect(packageRow(page, title)).toContainText('4.3.1')

  await openPage(page, 'Installed')
  await page.getByRole('grid', { name: 'Installed packages' }).getByRole('row').filter({ hasText: title }).click()
  await page.keyboard.press('Delete')
  await expect(page.getByText('Nothing is installed here')).toBeVisible()
  await openPage(page, 'Browse')
  await expect(page.getByRole('heading', { name: 'Nothing of it is installed' })).toBeVisible()
  await expect(chip('Installed')).toHaveText('Installed0')
  // Together with others it is they that leave nothing.
  await filters.getByRole('button', { name: 'Filter by tag' }).click()
  await page.getByRole('menuitem', { name: /^support/ }).click()
  await expect(page.getByRole('heading', { name: 'Nothing here fits these filters' })).toBeVisible()
  await page.getByRole('button', { name: 'Show all packages' }).click()
  await expect(page.getByText('9 packages, 1 can’t be read')).toBeVisible()
  await expect(chip('All')).toHaveAttribute('aria-pressed', 'true')
})
