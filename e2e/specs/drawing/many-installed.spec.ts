import { join } from 'node:path'
import type { Page } from 'playwright/test'
import { numberedVersions, writeInstalledVersions } from '../../../testkit/small-versions.ts'
import { findViolations } from '../../pages/accessibility.ts'
import { openPage } from '../../pages/window.ts'
import { writeHome } from '../../prepare-home.ts'
import { expect, test } from '../../with-store.ts'

const count = 1500

test.use({
  prepareHome: async ({ workFolder }, use) =>
    use(async (home) => {
      await writeHome(home, { folders: { Empty: join(workFolder, 'store') } })
      writeInstalledVersions(join(home, 'library'), numberedVersions(count))
    }),
})

const grid = (page: Page) => page.getByRole('grid', { name: 'Installed packages' })

test('of very many installed packages those in view are drawn, and the smallest share a tile', async ({
  app: { page },
}) => {
  await openPage(page, 'Installed')
  await expect(page.locator('footer')).toContainText('1,500 packages')
  const map = page.getByRole('group', { name: 'Disk usage by package and version' })
  await expect(map.getByText('1,500 smaller versions')).toBeVisible()
  expect(await map.locator('> *').count()).toBeLessThan(10)
  await grid(page).focus()
  await page.keyboard.press('End')
  await expect(page.locator('[role="row"][aria-selected="true"]')).toHaveAttribute('aria-rowindex', '1501')
  expect(await grid(page).getByRole('row').count()).toBeLessThan(60)
})

test('which of very many go is picked by keyboard from a list that draws what is seen', async ({ app: { page } }) => {
  await openPage(page, 'Installed')
  await expect(page.locator('footer')).toContainText('1,500 packages')
  await grid(page).focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Delete')
  const sheet = page.getByRole('dialog', { name: 'Remove 1,500 packages' })
  const list = sheet.getByRole('listbox', { name: 'Versions' })
  await expect(list.getByRole('option').first()).toHaveAttribute('aria-setsize', '1500')
  expect(await list.getByRole('option').count()).toBeLessThan(60)
  await expect(sheet.getByRole('button', { name: 'Keep all' })).toBeFocused()
  await page.keyboard.press('Shift+Tab')
  await expect(list).toBeFocused()
  expect(await findViolations(page)).toEqual([])
  await page.keyboard.press('Space')
  await expect(sheet.getByRole('checkbox', { name: '1,499 of 1,500 versions' })).toBeVisible()
  await page.keyboard.press('End')
  const last = list.getByRole('option', { name: /package_001499/ })
  await expect(last).toHaveAttribute('aria-selected', 'true')
  const id = await list.getAttribute('aria-activedescendant')
  await expect(page.locator(`[id="${id}"]`)).toContainText('package_001499')
  await page.keyboard.press('Space')
  await expect(last).toHaveAttribute('aria-selected', 'false')
  await page.keyboard.press('Control+a')
  await expect(sheet.getByRole('checkbox', { name: 'All 1,500 versions' })).toBeChecked()
  await page.keyboard.press('Control+a')
  await expect(sheet.getByRole('button', { name: 'Remove', exact: true })).toBeDisabled()
  await last.click()
  await sheet.getByRole('button', { name: 'Remove 1 version' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'package_001499 1.0.0' })).toContainText('moved to the trash')
  await expect(page.locator('footer')).toContainText('1,499 packages')
})

test('removing very many tells how far it is, is stopped, and what went comes back', async ({ app: { page } }) => {
  await openPage(page, 'Installed')
  await expect(page.locator('footer')).toContainText('1,500 packages')
  await grid(page).focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Delete')
  await page.getByRole('button', { name: 'Remove 1,500 versions' }).click()
  await expect(page.getByRole('status').filter({ hasText: /^Moving to the trash, [\d,]+ to go$/ })).toBeVisible()
  await page.getByRole('button', { name: 'Stop' }).click()
  const said = page.getByRole('alert').filter({ hasText: /versions? moved to the trash/ })
  const moved = Number(/^([\d,]+) version/.exec(await said.innerText())?.[1]?.replace(',', ''))
  expect(moved).toBeLessThan(count)
  await expect(page.locator('footer')).toContainText(`${(count - moved).toLocaleString('en-GB')} packages`)
  await said.getByRole('button', { name: 'Undo' }).click()
  await expect(page.locator('footer')).toContainText('1,500 packages', { timeout: 60_000 })
})
