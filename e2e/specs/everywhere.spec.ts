import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright/test'
import { installFromBrowse, packageRow } from '../pages/browse.ts'
import { openSection, readSettings } from '../pages/settings.ts'
import { openPage, switchTo } from '../pages/window.ts'
import { expect, testWithExample, test as testWithFresh } from '../with-store.ts'

const paletteSearch = (page: Page) => page.getByRole('textbox', { name: 'Search packages and actions' })

/** Opens the palette, types, and waits until the first entry that is found is chosen. */
async function typeIntoPalette(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await expect(paletteSearch(page)).toBeFocused()
  await page.keyboard.type(text)
  await expect(page.locator('.palette-content [data-selected]')).toBeVisible()
}

/** Goes down to an entry and does it. */
async function chooseInPalette(page: Page, name: RegExp): Promise<void> {
  const wanted = page.getByRole('dialog').getByRole('option', { name })
  await expect(wanted).toBeVisible()
  for (let presses = 0; presses < 30; presses += 1) {
    if ((await wanted.getAttribute('data-selected')) !== null) return page.keyboard.press('Enter')
    await page.keyboard.press('ArrowDown')
  }
  throw new Error(`The arrows do not come to ${name}`)
}

testWithExample.describe('with a store', () => {
  testWithExample(
    'a package is installed, verified, kept, removed and brought back from the palette alone, without a mouse',
    async ({ app: { page } }) => {
      await expect(packageRow(page, 'Churn predictor')).toBeVisible()
      await typeIntoPalette(page, 'churn')
      await page.keyboard.press('Control+Enter')
      const sheet = page.getByRole('dialog', { name: /^Install Churn predictor/ })
      await expect(sheet.getByRole('button', { name: 'Install' })).toBeFocused()
      await page.keyboard.press('Enter')
      await expect(packageRow(page, 'Churn predictor')).toContainText('Installed')

      await typeIntoPalette(page, 'churn')
      await chooseInPalette(page, /^Verify /)
      await expect(page.getByText(/^Churn predictor .*, all as published/)).toBeVisible()
      await typeIntoPalette(page, 'churn')
      await chooseInPalette(page, /^Keep /)
      await typeIntoPalette(page, 'churn')
      await expect(page.getByRole('dialog').getByRole('option', { name: /^No longer keep / })).toBeVisible()
      await chooseInPalette(page, /^Remove .* to the trash/)
      await expect(packageRow(page, 'Churn predictor')).not.toContainText('Installed')
      await typeIntoPalette(page, 'undo')
      await page.keyboard.press('Enter')
      await expect(packageRow(page, 'Churn predictor')).toContainText('Installed')
    },
  )

  testWithExample(
    'the palette finds packages of other connections with the names of these, also after a restart',
    async ({ app }) => {
      let { page } = app
      await expect(packageRow(page, 'Churn predictor')).toBeVisible()
      await switchTo(page, 'This computer')
      const ofTeam = () => page.getByRole('dialog').getByRole('option', { name: /^Churn predictor .*Team models/ })
      await typeIntoPalette(page, 'churn')
      await expect(ofTeam()).toBeVisible()
      await page.keyboard.press('Control+Enter')
      const sheet = page.getByRole('dialog', { name: /^Install Churn predictor/ })
      await expect(sheet.getByRole('button', { name: 'Install' })).toBeFocused()
      await page.keyboard.press('Escape')

      page = await app.relaunch()
      await openPage(page, 'Browse')
      await switchTo(page, 'Team models')
      await typeIntoPalette(page, 'digit')
      await chooseInPalette(page, /^Digit recogniser .*This computer/)
      await expect(page.getByRole('heading', { name: 'Digit recogniser' })).toBeVisible()
      await expect(page.getByTitle('Switch connection')).toContainText('This computer')
    },
  )

  testWithExample('the palette marks what was typed and says why a package was found', async ({ app: { page } }) => {
    await expect(packageRow(page, 'Churn predictor')).toBeVisible()
    const option = (name: RegExp) => page.getByRole('dialog').getByRole('option', { name })
    await typeIntoPalette(page, 'intent spéech')
    await expect(option(/^Speech intent/).locator('mark')).toHaveText(['Speech', 'intent', 'speech', 'intent'])
    await page.keyboard.press('Escape')
    await typeIntoPalette(page, 'retail')
    await expect(option(/^Weekly demand forecast weekly_demand retail/).locator('mark')).toHaveText(['retail'])
  })

  testWithExample('the palette goes to what a page can do, and to settings', async ({ app: { page } }) => {
    await installFromBrowse(page, 'Churn predictor')
    await typeIntoPalette(page, '>verify everything')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { level: 1, name: 'Installed' })).toBeVisible()
    await expect(page.getByText('1 version verified, all as published')).toBeVisible()
    await typeIntoPalette(page, 'ins')
    const dialog = page.getByRole('dialog')
    // What is called so comes before packages that only hold the word somewhere.
    await expect(dialog.getByRole('option', { name: /^Toxicity filter/ })).toBeVisible()
    await expect(dialog.getByRole('option').first()).toContainText('Verify everything that is installed')
    await page.keyboard.press('Escape')
    await typeIntoPalette(page, 'upload at most')
    await chooseInPalette(page, /^Upload at most/)
    await expect(page.getByRole('textbox', { name: 'Upload at most' })).toBeFocused()
  })

  testWithExample('all keys are shown on ?, and only those that act', async ({ app }) => {
    const { page, kind } = app
    const list = page.getByRole('grid', { name: 'Packages' })
    await expect(packageRow(page, 'Churn predictor')).toBeVisible()
    await list.focus()
    await page.keyboard.press('?')
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await expect(sheet).toContainText('Undo the last removal')
    await expect(sheet.getByText('Publish a folder')).toBeVisible({ visible: kind === 'electron' })
    await expect(sheet.getByText('Keep, or no longer keep')).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(sheet).toBeHidden()
    await expect(list).toBeFocused()

    await openSection(page, 'Appearance')
    await page.getByRole('switch', { name: 'Single keys' }).click()
    await expect.poll(() => readSettings(app)).toMatchObject({ singleKeys: false })
    await openPage(page, 'Browse')
    await list.focus()
    await page.keyboard.press('?')
    await page.keyboard.press('/')
    await page.keyboard.press('i')
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await expect(list).toBeFocused()
    await typeIntoPalette(page, 'keyboard')
    await page.keyboard.press('Enter')
    await expect(sheet).toContainText('Single keys are turned off.')
    await expect(sheet.getByText('Keep, or no longer keep')).toBeHidden()
  })

  testWithExample('a setting is found by another word for it, without a mouse', async ({ app: { page } }) => {
    await expect(packageRow(page, 'Churn predictor')).toBeVisible()
    await page.keyboard.press('Control+,')
    await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible()
    await page.keyboard.press('/')
    const search = page.getByRole('combobox', { name: 'Find a setting' })
    await expect(search).toBeFocused()
    await page.keyboard.type('bandwidth')
    await expect(page.getByRole('option')).toHaveText(['Download at mostNetwork', 'Upload at mostNetwork'])
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    const upload = page.getByRole('textbox', { name: 'Upload at most' })
    await expect(upload).toBeFocused()
    await page.keyboard.type('5')
    await page.keyboard.press('Enter')
    await expect(upload).toHaveValue('5 MB/s')
    await page.keyboard.press('Control+f')
    await page.keyboard.type('zzz')
    await expect(page.getByText('No setting is called so.')).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(search).toHaveValue('')
  })
})

testWithFresh.describe('on the first start', () => {
  testWithFresh('each way to a connection opens its own form', async ({ app: { page }, workFolder }) => {
    const form = page.getByRole('dialog', { name: 'Add a connection' })
    await page.getByRole('button', { name: /^Another store or a shared folder/ }).click()
    await expect(form.getByRole('radio', { name: 'S3-compatible store' })).toBeChecked()
    await page.keyboard.press('Escape')
    await expect(form).toBeHidden()

    await openPage(page, 'Browse')
    await page.getByRole('button', { name: /^Open what a colleague sent/ }).click()
    await expect(form.getByRole('textbox', { name: /^From a colleague/ })).toBeFocused()
    const file = join(workFolder, 'connection.json')
    const location = { kind: 's3', bucket: 'research', root: 'team/', signIn: { kind: 'chain', profile: 'work' } }
    await writeFile(file, JSON.stringify({ orbital: 'connection', format: 1, name: 'Research', location }))
    const chooser = page.waitForEvent('filechooser')
    await form.getByRole('button', { name: 'Open a file…' }).click()
    await (await chooser).setFiles(file)
    await expect(form.getByRole('textbox', { name: /^Bucket/ })).toHaveValue('research')
    await expect(form.getByRole('textbox', { name: /^Profile/ })).toHaveValue('work')
  })

  testWithFresh(
    'apps that installed packages name are proposed, and their version is the person’s to say',
    async ({ app, exampleStore }) => {
      const { page } = app
      await page.getByRole('button', { name: /^Another store or a shared folder/ }).click()
      const form = page.getByRole('dialog', { name: 'Add a connection' })
      await form.getByRole('radio', { name: 'Folder' }).check()
      await form.getByRole('textbox', { name: /^Name/ }).fill('Shared drive')
      await form.getByRole('textbox', { name: /^Folder/ }).fill(exampleStore)
      await form.getByRole('button', { name: 'Add connection' }).click()
      await page.getByRole('button', { name: 'More for Shared drive' }).click()
      await page.getByRole('menuitem', { name: 'Show its packages' }).click()
      await installFromBrowse(page, 'Churn predictor')
      await openSection(page, 'My apps')
      await page.getByRole('button', { name: 'Add Scoring Service…' }).click()
      const version = page.getByRole('textbox', { name: 'Version', exact: true })
      await expect(version).toBeFocused()
      await expect(version).toHaveValue('1.5.0')
      await version.fill('1.9')
      await page.keyboard.press('Enter')
      await expect(page.getByRole('button', { name: 'Add Scoring Service…' })).toBeHidden()
      await expect.poll(() => readSettings(app)).toMatchObject({ apps: [{ name: 'Scoring Service', version: '1.9' }] })
    },
  )

  testWithFresh('what is said of updates is what is done', async ({ app: { page } }) => {
    await openSection(page, 'Updates')
    await expect(page.getByText(/^Orbital \d+\.\d+\.\d+/)).toBeVisible()
    await expect(page.getByText(/asks no server about them/)).toBeVisible()
  })
})
