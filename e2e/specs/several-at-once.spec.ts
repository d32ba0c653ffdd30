import type { Page } from 'playwright/test'
import { exampleApps } from '../example/packages.ts'
import { packageRow } from '../pages/browse.ts'
import { openPage } from '../pages/window.ts'
import { writeHome } from '../prepare-home.ts'
import { expect, testWithExample as test } from '../with-store.ts'

const packagesGrid = (page: Page) => page.getByRole('grid', { name: 'Packages' })
const installedGrid = (page: Page) => page.getByRole('grid', { name: 'Installed packages' })
const selectedRows = (page: Page) => page.locator('[role="row"][aria-selected="true"]')

test('several packages are installed, verified, kept, removed and brought back together, by the keyboard alone', async ({
  app: { page },
}) => {
  await expect(packageRow(page, 'Churn predictor')).toBeVisible()
  await packagesGrid(page).focus()
  await expect(packagesGrid(page)).toHaveAttribute('aria-multiselectable', 'true')
  await page.keyboard.press('Home')
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await expect(selectedRows(page)).toHaveCount(3)
  const title = /^3 packages, up to \d.* to download$/
  await expect(page.locator('footer')).toContainText(/3 packages, up to/)
  await expect(page.getByRole('complementary', { name: title })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(selectedRows(page)).toHaveCount(1)
  await page.keyboard.press('Shift+ArrowUp')
  await page.keyboard.press('i')
  const sheet = page.getByRole('dialog', { name: 'Install 2 packages' })
  await expect(sheet.getByRole('listitem')).toHaveCount(2)
  await expect(sheet.getByRole('button', { name: 'Install 2 packages' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(sheet).toBeHidden()
  await expect(packagesGrid(page).getByRole('row').filter({ hasText: 'Installed' })).toHaveCount(2)

  await page.keyboard.press('Control+3')
  if (!(await installedGrid(page).isVisible())) await openPage(page, 'Installed')
  await expect(installedGrid(page).getByRole('row')).toHaveCount(3)
  await installedGrid(page).focus()
  await page.keyboard.press('Control+a')
  await expect(selectedRows(page)).toHaveCount(2)
  await expect(page.getByRole('complementary', { name: /^2 packages, \d/ })).toBeVisible()
  await page.keyboard.press('v')
  await expect(installedGrid(page).getByText('Verifying')).toHaveCount(0)
  await page.keyboard.press('k')
  await expect(installedGrid(page).getByText('Kept')).toHaveCount(2)
  await page.keyboard.press('k')
  await expect(installedGrid(page).getByText('Kept')).toHaveCount(0)
  // What is kept is not ticked.
  await page.keyboard.press('Home')
  await page.keyboard.press('k')
  await expect(installedGrid(page).getByText('Kept')).toHaveCount(1)
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Delete')
  const removing = page.getByRole('dialog', { name: 'Remove 2 packages' })
  await expect(removing).toContainText('The kept version stays unless you tick it.')
  await expect(removing.getByRole('checkbox', { checked: true })).toHaveCount(1)
  await expect(removing.getByRole('button', { name: 'Remove 1 version' })).toBeVisible()
  await removing.getByRole('checkbox', { checked: false }).press('Space')
  await removing.getByRole('button', { name: 'Remove 2 versions' }).press('Enter')
  await expect(page.getByText('Nothing is installed here')).toBeVisible()
  await expect(page.getByRole('alert').filter({ hasText: '2 versions moved to the trash' })).toBeVisible()
  await page.keyboard.press('Control+z')
  await expect(installedGrid(page).getByRole('row')).toHaveCount(3)
})

test('Ctrl with the arrows and Space chooses rows with gaps between them', async ({ app: { page } }) => {
  await expect(packageRow(page, 'Churn predictor')).toBeVisible()
  const grid = packagesGrid(page)
  const chosen = () =>
    grid
      .getByRole('row')
      .evaluateAll((rows) => rows.flatMap((row, at) => (row.ariaSelected === 'true' ? [at - 1] : [])))
  const active = async () => {
    const id = await grid.getAttribute('aria-activedescendant')
    return page.locator(`[id="${id}"]`).getAttribute('data-index')
  }
  await grid.focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('Control+ArrowDown')
  await page.keyboard.press('Control+ArrowDown')
  expect([await chosen(), await active()]).toEqual([[0], '2'])
  await page.keyboard.press('Control+Space')
  expect([await chosen(), await active()]).toEqual([[0, 2], '2'])
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('Control+Space')
  expect([await chosen(), await active()]).toEqual([[2], '0'])
  // The last one stays chosen.
  await page.keyboard.press('Control+ArrowDown')
  await page.keyboard.press('Control+ArrowDown')
  await page.keyboard.press('Control+Space')
  expect([await chosen(), await active()]).toEqual([[2], '2'])
  await page.keyboard.press('Control+ArrowUp')
  await page.keyboard.press('Shift+ArrowUp')
  expect([await chosen(), await active()]).toEqual([[0, 1, 2], '0'])
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Control+ArrowDown')
  await page.keyboard.press('Control+Space')
  expect((await chosen()).slice(0, 3)).toEqual([0, 2, 3])
  await page.keyboard.press('ArrowDown')
  expect([await chosen(), await active()]).toEqual([[2], '2'])
})

test('presses with Ctrl and Shift choose several, and the treemap shows the same', async ({ app: { page } }) => {
  await expect(packageRow(page, 'Churn predictor')).toBeVisible()
  const press = (index: number, modifiers: ('Control' | 'Shift')[]) =>
    packagesGrid(page)
      .getByRole('row')
      .nth(index)
      .click({ position: { x: 60, y: 14 }, modifiers })
  await press(1, [])
  await press(4, ['Control'])
  await expect(selectedRows(page)).toHaveCount(2)
  await press(6, ['Shift'])
  await expect(selectedRows(page)).toHaveCount(3)
  await press(6, ['Control'])
  await expect(selectedRows(page)).toHaveCount(2)
  await press(2, [])
  await expect(selectedRows(page)).toHaveCount(1)

  await press(3, ['Control'])
  await page.getByRole('complementary').getByRole('button', { name: 'Install 2…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Install 2 packages' }).click()
  await expect(packagesGrid(page).getByRole('row').filter({ hasText: 'Installed' })).toHaveCount(2)
  await openPage(page, 'Installed')
  const tiles = page.getByRole('group', { name: 'Disk usage by package and version' }).getByRole('button')
  await expect(tiles).toHaveCount(2)
  const [first = '', second = ''] = await installedGrid(page).locator('.name').allTextContents()
  await tiles.filter({ hasText: first }).click()
  await expect(selectedRows(page)).toHaveCount(1)
  await tiles.filter({ hasText: second }).click({ modifiers: ['Control'] })
  await expect(selectedRows(page)).toHaveCount(2)
  await expect(page.locator('.treemap [aria-pressed="true"]')).toHaveCount(2)
  const panel = page.getByRole('complementary', { name: /^2 packages, \d/ })
  await panel.getByRole('button', { name: 'Remove…' }).press('Enter')
  await page.getByRole('dialog').getByRole('button', { name: 'Remove 2 versions' }).press('Enter')
  // The buttons went with what they were for.
  await expect(page.getByRole('button', { name: 'Browse packages' })).toBeFocused()
  await page.getByRole('alert').getByRole('button', { name: 'Undo' }).click()
  await expect(installedGrid(page).getByRole('row')).toHaveCount(3)
})

test('in a small window several have their buttons below the list, and nothing is cut off', async ({ app }) => {
  const { page } = app
  await app.resize({ width: 900, height: 600 })
  await expect(packageRow(page, 'Churn predictor')).toBeVisible()
  await packagesGrid(page).focus()
  await page.keyboard.press('Control+a')
  const bar = page.getByRole('toolbar', { name: /^9 packages, up to/ })
  await expect(bar.getByRole('button', { name: /^Install \d…$/ })).toBeInViewport({ ratio: 1 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)
})

test.describe('over a slow line', () => {
  test.use({
    prepareHome: async ({ store }, use) =>
      use((home) =>
        writeHome(home, {
          folders: { 'Team models': store },
          settings: { apps: [...exampleApps], downloadLimitBytesPerSecond: 2_000 },
        }),
      ),
  })

  test('transfers with others between them are chosen by Ctrl with the arrows and Space', async ({ app: { page } }) => {
    await expect(packageRow(page, 'Churn predictor')).toBeVisible()
    await packagesGrid(page).focus()
    await page.keyboard.press('Control+a')
    await page.keyboard.press('i')
    await expect(page.getByRole('dialog').getByRole('button', { name: /^Install \d packages/ })).toBeFocused()
    await page.keyboard.press('Enter')
    await openPage(page, 'Transfers')
    const grid = page.getByRole('grid', { name: 'Transfers' })
    const rows = grid.locator('[role="row"][aria-selected]')
    for (const at of [0, 1, 2]) await expect(rows.nth(at)).toContainText('Transferring')
    const chosen = () => rows.evaluateAll((all) => all.flatMap((row, at) => (row.ariaSelected === 'true' ? [at] : [])))
    const active = async () => {
      const id = await grid.getAttribute('aria-activedescendant')
      return rows.evaluateAll((all, wanted) => all.findIndex((row) => row.id === wanted), id)
    }
    await grid.focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('Control+ArrowDown')
    await page.keyboard.press('Control+ArrowDown')
    expect([await chosen(), await active()]).toEqual([[0], 2])
    await page.keyboard.press('Control+Space')
    expect([await chosen(), await active()]).toEqual([[0, 2], 2])
    await page.keyboard.press('p')
    await expect(rows.filter({ hasText: 'Paused' })).toHaveCount(2)
    await expect(rows.nth(1)).toContainText('Transferring')
    expect([await chosen(), await active()]).toEqual([[0, 2], 2])
    await page.keyboard.press('Control+ArrowUp')
    await page.keyboard.press('Control+Space')
    expect([await chosen(), await active()]).toEqual([[0, 1, 2], 1])
    await page.keyboard.press('Control+Space')
    expect([await chosen(), await active()]).toEqual([[0, 2], 1])
    await page.keyboard.press('Escape')
    expect(await chosen()).toHaveLength(1)
  })

  test('several transfers are paused, resumed and cancelled together', async ({ app: { page } }) => {
    await expect(packageRow(page, 'Churn predictor')).toBeVisible()
    await packagesGrid(page).focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('Shift+ArrowDown')
    await page.keyboard.press('i')
    await expect(page.getByRole('dialog').getByRole('button', { name: 'Install 2 packages' })).toBeFocused()
    await page.keyboard.press('Enter')
    await openPage(page, 'Transfers')
    const grid = page.getByRole('grid', { name: 'Transfers' })
    await expect(grid.getByText('Transferring')).toHaveCount(2)
    await grid.focus()
    await page.keyboard.press('Control+a')
    await expect(selectedRows(page)).toHaveCount(2)
    await page.keyboard.press('Escape')
    await expect(selectedRows(page)).toHaveCount(1)
    await page.keyboard.press('Control+a')
    const panel = page.getByRole('complementary', { name: /^2 transfers, \d.* to go$/ })
    await page.keyboard.press('p')
    await expect(grid.getByText('Paused', { exact: true })).toHaveCount(2)
    await expect(panel.getByRole('button', { name: 'Resume 2' })).toBeVisible()
    await page.keyboard.press('p')
    await expect(grid.getByText('Transferring')).toHaveCount(2)
    await panel.getByRole('button', { name: 'Cancel 2' }).click()
    await expect(grid.getByText('Cancelled')).toHaveCount(2)
  })
})
