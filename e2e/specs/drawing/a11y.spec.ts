import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { writePackageFolder } from '../../example/fill-store.ts'
import { examplePackages } from '../../example/packages.ts'
import type { AppUnderTest } from '../../fixtures.ts'
import { installFromBrowse, packageRow, selectPackage } from '../../pages/browse.ts'
import { folderInLibrary } from '../../pages/installed.ts'
import { openNewConnection } from '../../pages/settings.ts'
import { choosePath, openPage } from '../../pages/window.ts'
import { expect, test, testWithExample } from '../../with-store.ts'

const sizes = [
  { width: 1440, height: 900 },
  { width: 900, height: 600 },
] as const

/**
 * What axe finds, in both themes and both sizes, and whether anything is wider than the window. It is one page in both hosts: in the
 * browser every theme meets every size, in Electron each of them comes up once.
 */
async function check(app: AppUnderTest, place: string): Promise<void> {
  const { page } = app
  for (const size of sizes) {
    await app.resize(size)
    const themes =
      app.kind === 'chromium' ? (['light', 'dark'] as const) : ([size === sizes[0] ? 'light' : 'dark'] as const)
    for (const colorScheme of themes) {
      const where = `${place}, ${colorScheme}, ${size.width}×${size.height}`
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme)
      // In Electron a page can't be opened beside this one, which the newer mode needs.
      const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
      const found = violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(' | ')}`,
      )
      expect.soft(found, where).toEqual([])
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect.soft(overflow, `${where}: wider than the window, px`).toBeLessThanOrEqual(0)
    }
  }
  await app.resize(sizes[0])
}

test.use({ windowSize: sizes[0] })
testWithExample.use({ windowSize: sizes[0] })

test('at first start', async ({ app }) => {
  test.setTimeout(180_000)
  const { page } = app
  await expect(page.getByRole('heading', { name: 'Welcome to Orbital' })).toBeVisible()
  await check(app, 'first start')
  await openPage(page, 'Installed')
  await expect(page.getByText('Nothing is installed here')).toBeVisible()
  await check(app, 'nothing installed')
  await openPage(page, 'Publish')
  await check(app, 'nothing to publish')
})

testWithExample('Browse, its sheet and the palette', async ({ app }) => {
  testWithExample.setTimeout(240_000)
  const { page } = app
  await expect(packageRow(page, 'YOLO shelf detector')).toBeVisible()
  await check(app, 'browse')
  await page.getByRole('searchbox', { name: 'Search packages' }).fill('nothing has this name')
  await expect(page.getByText('Nothing fits “nothing has this name”')).toBeVisible()
  await check(app, 'nothing found')
  await page.getByRole('button', { name: 'Show all packages' }).click()

  await selectPackage(page, 'YOLO shelf detector')
  await page.getByRole('grid', { name: 'Packages' }).press('i')
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Install anyway' })).toBeVisible()
  await check(app, 'install sheet')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('textbox', { name: 'Search packages and actions' })).toBeFocused()
  await page.keyboard.type('fraud')
  await expect(page.getByRole('dialog').getByText('Fraud scorer, card payments').first()).toBeVisible()
  await check(app, 'palette')
})

testWithExample('the pages of a package', async ({ app }) => {
  testWithExample.setTimeout(240_000)
  const { page } = app
  await packageRow(page, 'Speech intent classifier').dblclick()
  await expect(page.getByRole('heading', { name: 'Know before you use it' })).toBeVisible()
  await check(app, 'package, overview')
  for (const tab of ['Versions', 'Files', 'Use it']) {
    await page.getByRole('tab', { name: tab }).click()
    await expect(page.getByRole('tab', { name: tab })).toHaveAttribute('aria-selected', 'true')
    await check(app, `package, ${tab}`)
  }
  await page.getByRole('tab', { name: 'Versions' }).click()
  await page.getByRole('button', { name: 'More for 2.0.0' }).click()
  await page.getByRole('menuitem', { name: 'Withdraw…' }).click()
  await expect(page.getByRole('dialog', { name: /^Withdraw / })).toBeVisible()
  await check(app, 'withdraw sheet')
})

testWithExample('Publish: the form, its problems, an error, and what came of it', async ({ app, workFolder }) => {
  testWithExample.setTimeout(240_000)
  const { page } = app
  const [example] = examplePackages
  if (example === undefined) return
  const folder = join(workFolder, 'speech_intent')
  await writePackageFolder(folder, example, '2.1.0', 'Adds French.', 0.01)
  await writeFile(join(folder, 'id_rsa'), 'not a real key')
  await openPathToPublish(folder)
  await expect(page.getByText('id_rsa looks like it holds a password', { exact: true })).toBeVisible()
  await expect(page.getByRole('button', { name: /^Use 2\./ })).toBeVisible()
  await check(app, 'publish form')
  await page.getByRole('button', { name: 'Leave it out' }).click()
  await page.getByRole('button', { name: /^Use 2\./ }).click()
  await page.getByRole('main').getByRole('button', { name: 'Publish', exact: true }).click()
  await expect(page.getByRole('heading', { name: /is published$/ })).toBeVisible()
  await check(app, 'published')
  await page.getByRole('button', { name: 'Done here' }).click()

  const empty = join(workFolder, 'nothing_in_it')
  await mkdir(empty)
  await openPathToPublish(empty)
  await expect(page.getByRole('alert')).toContainText('nothing_in_it is empty.')
  await check(app, 'error')

  async function openPathToPublish(path: string): Promise<void> {
    await openPage(page, 'Publish')
    await page.getByRole('textbox', { name: 'Or type its path' }).fill(path)
    await page.getByRole('button', { name: 'Open', exact: true }).click()
  }
})

testWithExample('Installed, the trash and Transfers', async ({ app }) => {
  testWithExample.setTimeout(240_000)
  const { page } = app
  for (const title of ['Fraud scorer, card payments', 'Churn predictor']) await installFromBrowse(page, title)
  await openPage(page, 'Installed')
  const list = page.getByRole('grid', { name: 'Installed packages' })
  await list.getByRole('row').filter({ hasText: 'Churn predictor' }).click()
  await page.keyboard.press('Delete')
  await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible()
  await check(app, 'installed, after a removal')
  await page.keyboard.press('Control+z')
  await expect(list.getByRole('row')).toHaveCount(3)
  await list.focus()
  await page.keyboard.press('Control+a')
  await check(app, 'installed, several chosen')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /^Library: / }).click()
  await page.getByRole('menuitem', { name: 'Move to another folder…' }).click()
  const sheet = page.getByRole('dialog', { name: 'Move My library' })
  await sheet.getByRole('textbox', { name: 'New folder' }).fill(`${app.home}-moved`)
  await expect(sheet.getByText(/Programs that load packages/)).toBeVisible()
  await check(app, 'the move of a library')
  await page.keyboard.press('Escape')
  await list.getByRole('row').filter({ hasText: 'Fraud scorer' }).dblclick()
  await check(app, 'installed, details')
  await rm(join(await folderInLibrary(app.home, 'trees.bin'), 'trees.bin'))
  await list.getByRole('row').filter({ hasText: 'Fraud scorer' }).press('v')
  await expect(page.getByRole('complementary').getByText('1 file is not as published')).toBeVisible()
  await check(app, 'installed, what verifying found')
  if (await page.getByRole('dialog').isVisible()) await page.keyboard.press('Escape')
  await openPage(page, 'Transfers')
  await expect(page.getByRole('grid', { name: 'Transfers' })).toContainText('Done')
  await check(app, 'transfers')
  await page.getByRole('button', { name: 'Clear history' }).click()
  await expect(page.getByText('Nothing is on its way')).toBeVisible()
  await check(app, 'no transfers')
})

testWithExample('Settings and its sheets', async ({ app, store }) => {
  testWithExample.setTimeout(300_000)
  const { page } = app
  await openPage(page, 'Settings')
  await page.getByRole('button', { name: 'Test the connection' }).click()
  await expect(page.getByRole('button', { name: 'Test again' })).toBeVisible()
  await check(app, 'settings, Connections')
  for (const section of ['My apps', 'Libraries', 'Network', 'Appearance', 'Updates', 'Logs and diagnostics']) {
    await page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name: section }).click()
    await check(app, `settings, ${section}`)
  }
  await page.getByRole('combobox', { name: 'Find a setting' }).fill('limit')
  await expect(page.getByRole('option').first()).toBeVisible()
  await check(app, 'settings, found')
  await page.keyboard.press('Escape')
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name: 'Connections' }).click()
  await page.getByRole('region', { name: 'Connections' }).getByRole('button', { name: 'Team models' }).click()
  await page.getByRole('button', { name: 'Share this connection…' }).click()
  await page.getByText('On the command line').last().click()
  await check(app, 'sharing a connection')
  await page.keyboard.press('Escape')
  await page.getByRole('main').press('?')
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
  await check(app, 'keyboard shortcuts')
  await page.keyboard.press('Escape')
  const sheet = await openNewConnection(page)
  await sheet.getByRole('radio', { name: 'S3-compatible store' }).check()
  await sheet.getByText('Addresses and certificates').click()
  await sheet.getByRole('button', { name: 'Add connection' }).click()
  await expect(sheet).toContainText('Give it a name')
  await check(app, 'a new connection, with problems')
  if (app.kind === 'electron') return
  await sheet.getByRole('radio', { name: 'Folder' }).check()
  await sheet.getByRole('button', { name: 'Choose…' }).click()
  await expect(page.getByRole('dialog', { name: 'Choose the folder for packages' })).toBeVisible()
  await check(app, 'the folder picker')
  await choosePath(page, store)
})
