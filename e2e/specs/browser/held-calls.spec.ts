import type { Route } from 'playwright/test'
import { packageRow } from '../../pages/browse.ts'
import { runInPalette, said } from '../../pages/palette.ts'
import { openPage } from '../../pages/window.ts'
import { expect, testWithInstalled as test } from '../../with-store.ts'

// A call to the engine can be held on its way from a browser alone.

test('everything is verified once, however often it is asked for, and is stopped after coming back to it', async ({
  app: { page },
}) => {
  const held: Route[] = []
  await page.route('**/call/installed.verify', (route) => void held.push(route))
  const all = page.getByRole('button', { name: 'Verify all' })
  const left = page.getByText('Verifying, 1 to go')
  await expect(packageRow(page, 'Fraud scorer')).toBeVisible()
  await runInPalette(page, 'Verify everything')
  await expect(left).toBeVisible()
  await openPage(page, 'Browse')
  await runInPalette(page, 'Verify everything')
  await expect(left).toBeVisible()
  await expect(all).toBeHidden()
  await page.getByRole('button', { name: 'Stop' }).click()
  expect(held).toHaveLength(1)
  const cancelled = page.waitForRequest('**/call/transfers.cancel', { timeout: 30_000 })
  await held[0]?.continue()
  await cancelled
  await expect(all).toBeVisible()
  await expect(said(page)).toHaveCount(0)
})

test('what waits for the library when its page is left is said to be dropped, and not done later', async ({ app }) => {
  const { page } = app
  // There it would open a sheet.
  await app.resize({ width: 900, height: 600 })
  const held: Route[] = []
  let isHeld = true
  await page.route('**/call/installed.list', (route) => void (isHeld ? held.push(route) : route.continue()))
  await page.reload()
  await expect(packageRow(page, 'Fraud scorer')).toBeVisible()
  await runInPalette(page, 'Free up space')
  await expect(page.getByRole('heading', { level: 1, name: 'Installed' })).toBeVisible()
  await openPage(page, 'Browse')
  await expect(said(page)).toHaveText(/^Nothing was freed\. You left before the library and the store were read\./)
  isHeld = false
  for (const route of held) await route.continue()
  await openPage(page, 'Installed')
  await expect(page.getByRole('grid', { name: 'Installed packages' })).toContainText('Fraud scorer')
  await expect(page.getByRole('dialog')).toHaveCount(0)
})

test('what a person has put the focus on in a sheet keeps it when the plan comes', async ({ app: { page } }) => {
  const held: Route[] = []
  await page.route('**/call/install.plan', (route) => void held.push(route))
  await packageRow(page, 'Churn predictor').dblclick()
  const open = page.getByRole('button', { name: /^Install / })
  const sheet = page.getByRole('dialog')
  const install = sheet.getByRole('button', { name: 'Install' })
  const openSheet = async (count: number) => {
    await open.click()
    await expect.poll(() => held.length).toBe(count)
  }
  await openSheet(1)
  await held[0]?.continue()
  await expect(install).toBeFocused()
  await page.keyboard.press('Escape')
  await openSheet(2)
  await sheet.getByRole('button', { name: 'Cancel' }).focus()
  await held[1]?.continue()
  await expect(install).toBeEnabled()
  await expect(sheet.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(sheet).toBeHidden()
})
