import type { Locator } from 'playwright/test'
import type { AppUnderTest } from '../../fixtures.ts'
import { findClipped, findViolations, setTheme } from '../../pages/accessibility.ts'
import { installFromBrowse, packageRow, selectPackage } from '../../pages/browse.ts'
import { openPage } from '../../pages/window.ts'
import { expect, testWithExample as test } from '../../with-store.ts'

/** Opens a menu by its button, looks at it in both themes, and closes it. */
async function checkMenu({ page }: AppUnderTest, opener: Locator, what: string): Promise<void> {
  await opener.focus()
  await page.keyboard.press('Enter')
  const menu = page.getByRole('menu')
  await expect(menu).toBeVisible()
  for (const theme of ['light', 'dark'] as const) {
    await setTheme(page, theme)
    await menu.getByRole('menuitem').first().hover()
    expect.soft(await findViolations(page), `${what}, ${theme}`).toEqual([])
    expect.soft(await findClipped(page), `${what}, ${theme}: can't be reached`).toEqual([])
  }
  await expect(menu).toHaveAccessibleName(/./)
  await page.keyboard.press('Escape')
  await expect(menu).toBeHidden()
}

for (const size of [
  { width: 1440, height: 900 },
  { width: 900, height: 600 },
])
  test(`every menu is sound while it is open, at ${size.width}×${size.height}`, async ({ app }) => {
    test.setTimeout(180_000)
    const { page } = app
    await installFromBrowse(page, 'Churn predictor')
    await app.resize(size)
    const button = (name: string | RegExp) => page.getByRole('button', { name })
    await checkMenu(app, page.getByTitle('Switch connection'), 'connections')
    await checkMenu(app, button('Filter by tag'), 'tags')
    await packageRow(page, 'Churn predictor').hover()
    await checkMenu(app, button('More for Churn predictor'), 'a row of Browse')
    await selectPackage(page, 'Fraud scorer')
    await page.getByRole('grid', { name: 'Packages' }).press('Enter')
    await checkMenu(app, button('Other versions'), 'other versions')
    await page.getByRole('tab', { name: 'Versions' }).click()
    await checkMenu(app, button('More for 4.3.0'), 'a published version')
    await openPage(page, 'Installed')
    await checkMenu(app, button(/^More for Churn predictor/), 'a row of Installed')
    await checkMenu(app, button(/^Library: /), 'libraries')
    await openPage(page, 'Transfers')
    await checkMenu(app, button(/^Limit/), 'limits')
    await openPage(page, 'Settings')
    await checkMenu(app, button('More for Team models'), 'a connection')
    if (size.width < 1280) await checkMenu(app, page.locator('.section-menu'), 'sections of Settings')
  })
