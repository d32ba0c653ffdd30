import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page, Route } from 'playwright/test'
import { startTestEngine } from '../../testkit/test-engine.ts'
import { exampleApps } from '../example/packages.ts'
import { packageRow } from '../pages/browse.ts'
import { openPage, switchTo } from '../pages/window.ts'
import { writeHome } from '../prepare-home.ts'
import { testWithExample as base, expect } from '../with-store.ts'

/** One package is installed; beside the store there is a connection to a folder that isn't there. */
const test = base.extend({
  prepareHome: async ({ store, workFolder }, use) =>
    use(async (home) => {
      const folders = { 'Team models': store, Gone: join(workFolder, 'gone') }
      await writeHome(home, { folders, settings: { apps: [...exampleApps] } })
      const engine = await startTestEngine(home)
      await engine.install({ name: 'fraud_scorer', version: '4.3.0' }, 'team-models')
      await engine.api.transfers.clearHistory({})
      await engine.stop()
    }),
})

async function runInPalette(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('textbox', { name: 'Search packages and actions' })).toBeFocused()
  await page.keyboard.type(`>${words}`)
  await expect(page.getByRole('dialog').getByRole('option').first()).toContainText(words)
  await page.keyboard.press('Enter')
}
const said = (page: Page) => page.getByRole('alert')

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

test('everything is verified once, however often it is asked for, and is stopped after coming back to it', async ({
  app: { page, kind },
}) => {
  test.skip(kind === 'electron', 'a call can be held only on its way from a browser')
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
  const { page, kind } = app
  test.skip(kind === 'electron', 'a call can be held only on its way from a browser')
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
