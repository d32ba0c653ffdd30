import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeSmallVersions } from '../../testkit/small-versions.ts'
import { startTestEngine } from '../../testkit/test-engine.ts'
import { exampleApps } from '../example/packages.ts'
import type { AppUnderTest } from '../fixtures.ts'
import { packageRow, selectPackage } from '../pages/browse.ts'
import { chooseInMenu, goByKeys, tabTo } from '../pages/keyboard.ts'
import { transferRow } from '../pages/transfers.ts'
import { openPage, readClipboard } from '../pages/window.ts'
import { writeHome } from '../prepare-home.ts'
import { testWithExample as base, expect } from '../with-store.ts'

/** An older version is installed, of which a newer one is published. */
const test = base.extend({
  prepareHome: async ({ store }, use) =>
    use(async (home) => {
      await writeHome(home, { folders: { 'Team models': store }, settings: { apps: [...exampleApps] } })
      const engine = await startTestEngine(home)
      await engine.install({ name: 'fraud_scorer', version: '4.3.0' }, 'team-models')
      await engine.api.transfers.clearHistory({})
      await engine.stop()
    }),
})
const title = 'Fraud scorer, card payments'

/** What the system is asked to show, from now on; a browser has no file manager. */
async function recordReveals({ electronApp }: AppUnderTest): Promise<void> {
  await electronApp?.evaluate(({ shell }) => {
    const revealed: string[] = []
    Object.assign(globalThis, { revealed })
    shell.showItemInFolder = (path) => void revealed.push(path)
  })
}

async function expectRevealed({ page, electronApp }: AppUnderTest, path: string, times: number): Promise<void> {
  if (electronApp === undefined) {
    await expect(page.getByText(`A browser can’t open folders. The path is copied: ${path}`)).toHaveCount(1)
    return
  }
  const revealed = () => electronApp.evaluate(() => (globalThis as unknown as { revealed: string[] }).revealed)
  await expect.poll(revealed).toEqual(Array(times).fill(path))
}

test('each key of the window does what the table of keys says, and in a browser those of a browser stay its own', async ({
  app,
  store,
  workFolder,
}) => {
  const { page, electronApp } = app
  const heading = (name: string) => page.getByRole('heading', { level: 1, name, exact: true })
  const search = page.getByRole('searchbox', { name: 'Search packages' })
  const grid = page.getByRole('grid', { name: 'Packages' })
  await selectPackage(page, title)

  const pane = () =>
    page.evaluate(() => document.activeElement?.closest('[data-pane]')?.getAttribute('data-pane') ?? 'none')
  await expect(grid).toBeFocused()
  for (const next of ['inspector', 'sidebar', 'page']) {
    await page.keyboard.press('F6')
    await expect.poll(pane).toBe(next)
  }
  await expect(grid).toBeFocused()
  for (const next of ['sidebar', 'inspector', 'page']) {
    await page.keyboard.press('Shift+F6')
    await expect.poll(pane).toBe(next)
  }

  await page.keyboard.press('Control+f')
  await expect(search).toBeFocused()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+,')
  await expect(heading('Settings')).toBeVisible()

  const folder = join(workFolder, 'opened_model')
  await mkdir(folder)
  await writeFile(join(folder, 'weights.bin'), 'x')
  await electronApp?.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] })
  }, folder)
  const published = page.getByRole('textbox', { name: /^Name/ })
  await page.keyboard.press('Control+o')
  if (electronApp === undefined) {
    await expect(page.getByRole('dialog', { name: 'Choose a package file or a folder' })).toBeVisible()
    await page.keyboard.press('Escape')
  } else {
    await expect(published).toHaveValue('opened_model')
    await page.getByRole('button', { name: 'Leave without publishing' }).click()
  }

  // What a browser does with these itself can't be asked for here: the page leaves them alone.
  const pages = ['Browse', 'Publish', 'Installed', 'Transfers'] as const
  await openPage(page, 'Settings')
  for (const [at, name] of pages.entries()) {
    await page.keyboard.press(`Control+${at + 1}`)
    await expect(heading(electronApp === undefined ? 'Settings' : name)).toBeVisible()
  }
  await page.keyboard.press('Control+n')
  if (electronApp === undefined) await expect(heading('Settings')).toBeVisible()
  else {
    await expect(published).toHaveValue('opened_model')
    await page.getByRole('button', { name: 'Leave without publishing' }).click()
  }
  if (electronApp === undefined) return
  await openPage(page, 'Browse')
  await expect(page.getByText('9 packages, 1 can’t be read')).toBeVisible()
  writeSmallVersions(store, [{ name: 'aaa_new', version: '1.0.0', more: { title: 'Brand new' } }])
  await page.keyboard.press('Control+r')
  await expect(packageRow(page, 'Brand new')).toBeVisible()
})

test('each key of the lists of packages does what the table of keys says', async ({ app }) => {
  const { page } = app
  await recordReveals(app)
  const folder = join(app.home, 'library', 'fraud_scorer-4.3.0')
  const grid = page.getByRole('grid', { name: 'Packages' })
  const selected = grid.getByRole('row', { selected: true })
  const sheet = page.getByRole('dialog')
  await selectPackage(page, title)
  await expect(packageRow(page, title)).toContainText('Update')

  for (const [key, row] of [
    ['Home', '2'],
    ['ArrowDown', '3'],
    ['PageDown', '11'],
    ['ArrowUp', '10'],
    ['PageUp', '2'],
    ['End', '11'],
  ] as const) {
    await page.keyboard.press(key)
    await expect(selected, key).toHaveAttribute('aria-rowindex', row)
  }
  // No letter finds a row: letters act.
  await page.keyboard.press('c')
  await expect(selected).toHaveAttribute('aria-rowindex', '11')

  await selectPackage(page, title)
  for (const key of ['u', 'i']) {
    await page.keyboard.press(key)
    await expect(sheet).toHaveAccessibleName(`Update ${title} to 4.3.1`)
    await page.keyboard.press('Escape')
    await expect(sheet).toBeHidden()
  }
  await page.keyboard.press('o')
  await expectRevealed(app, folder, 1)
  await page.keyboard.press('Control+c')
  await expect(page.getByText('The path is copied', { exact: true })).toBeVisible()
  expect(await readClipboard(app)).toBe(folder)
  await page.keyboard.press('Space')
  await expect(page.getByRole('complementary')).toBeHidden()
  await page.keyboard.press('Space')
  await expect(page.getByRole('complementary', { name: title })).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible()

  await openPage(page, 'Installed')
  const installed = page.getByRole('grid', { name: 'Installed packages' })
  const row = installed.getByRole('row').filter({ hasText: title })
  await row.click({ position: { x: 60, y: 14 } })
  await page.keyboard.press('o')
  await expectRevealed(app, folder, 2)
  await page.keyboard.press('Control+c')
  await expect.poll(() => readClipboard(app)).toBe(folder)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('complementary', { name: title })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('complementary', { name: title })).toBeHidden()
  await page.keyboard.press('u')
  await expect(sheet).toHaveAccessibleName(`Update ${title} to 4.3.1`)
  await page.keyboard.press('Escape')
  await page.keyboard.press('k')
  await expect(row).toContainText('Kept')
  await page.keyboard.press('k')
  await expect(row).not.toContainText('Kept')
  await page.keyboard.press('v')
  await expect(page.getByText('3 files verified, all as published')).toBeVisible()
  await page.keyboard.press('Delete')
  await expect(page.getByText('Nothing is installed here')).toBeVisible()
  await page.keyboard.press('Control+z')
  await expect(row).toBeVisible()
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

  test('a transfer is watched file by file, paused, cancelled, tried again and let go, by the keyboard alone', async ({
    app: { page },
  }) => {
    await expect(packageRow(page, 'Churn predictor')).toBeVisible()
    await page.keyboard.press('/')
    await page.keyboard.type('churn')
    await expect(page.getByText('1 of 9 packages')).toBeVisible()
    await page.keyboard.press('Enter')
    await page.keyboard.press('i')
    await expect(page.getByRole('dialog').getByRole('button', { name: 'Install' })).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(packageRow(page, 'Churn predictor')).toContainText(/Transferring|%/)

    await goByKeys(page, 'Transfers')
    await page.keyboard.press('F6')
    const grid = page.getByRole('grid', { name: 'Transfers' })
    await expect(grid).toBeFocused()
    const row = transferRow(page, 'Churn predictor 1.12.2')
    await expect(row).toContainText('Transferring')
    await page.keyboard.press('Home')
    const files = page.getByRole('complementary').locator('.transfer-files')
    await expect(files).toContainText(/\d of \d verified/)
    await expect(files.locator('.transfer-file').filter({ hasText: 'model.safetensors' })).toBeVisible()
    await expect(files.getByRole('progressbar').first()).toHaveAttribute('aria-valuenow', /^\d/)

    await page.keyboard.press('p')
    await expect(row).toContainText('By you')
    await page.keyboard.press('p')
    await expect(row).toContainText('Transferring')
    await page.keyboard.press('F6')
    await tabTo(page, /^Cancel$/)
    await page.keyboard.press('Enter')
    await expect(row).toContainText('Cancelled')
    await expect(row).toContainText('Nothing was installed')
    await page.keyboard.press('Shift+F6')
    await expect(grid).toBeFocused()
    // Of what was cancelled nothing is left: it is asked about anew.
    await page.keyboard.press('r')
    await expect(page.getByRole('dialog', { name: 'Install Churn predictor 1.12.2' })).toContainText('To download')
    await page.keyboard.press('Enter')
    await expect(row.first()).toContainText('Transferring')

    await tabTo(page, /^Limit: 2\.00 kB\/s down, none up$/)
    await page.keyboard.press('Enter')
    await chooseInMenu(page, 'No limit')
    await expect(row.first()).toContainText('Done', { timeout: 20_000 })
    await tabTo(page, /^Clear history$/)
    await page.keyboard.press('Enter')
    await expect(page.getByText('Nothing is on its way')).toBeVisible()
  })
})
