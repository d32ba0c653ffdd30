import { appendFile, cp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright/test'
import { fillExampleStore } from '../example/fill-store.ts'
import { examplePackages } from '../example/packages.ts'
import type { AppUnderTest } from '../fixtures.ts'
import { installFromBrowse, packageRow } from '../pages/browse.ts'
import { folderInLibrary } from '../pages/installed.ts'
import { chooseSaveFolder, openPage } from '../pages/window.ts'
import { expect, testWithExample as test } from '../with-store.ts'

const title = 'Fraud scorer, card payments'
const inList = (page: Page) =>
  page.getByRole('grid', { name: 'Installed packages' }).getByRole('row').filter({ hasText: title })
const details = (page: Page) => page.getByRole('complementary', { name: title })

/** Installs the package and opens its details; answers the folder that its files lie in. */
async function installAndOpen({ page, home }: AppUnderTest): Promise<string> {
  await installFromBrowse(page, title)
  await openPage(page, 'Installed')
  await inList(page).dblclick()
  await expect(details(page)).toBeVisible()
  return folderInLibrary(home, 'trees.bin')
}

test('verifying names what is altered, missing and not of the package; repairing mends it', async ({ app }) => {
  const { page } = app
  const folder = await installAndOpen(app)
  const files = (await readdir(folder)).filter((name) => name !== 'meta.json').sort()
  const model = 'trees.bin'
  const other = 'reasons.json'
  const before = await readFile(join(folder, model))
  await appendFile(join(folder, model), 'altered')
  await rm(join(folder, other))
  await writeFile(join(folder, 'notes-of-mine.txt'), 'not of the package')

  await details(page).getByRole('button', { name: 'Verify' }).click()
  const found = details(page).getByRole('status').filter({ hasText: '2 files are not as published' })
  await expect(found).toContainText(`Altered${model}`)
  await expect(found).toContainText(`Missing${other}`)
  await expect(found).toContainText('Not of the packagenotes-of-mine.txt')
  await expect(inList(page)).toContainText('2 damaged')

  await found.getByRole('button', { name: 'Repair' }).click()
  const toast = page.getByRole('alert').filter({ hasText: 'is as published again' })
  await expect(toast).toContainText('2 files made anew')
  await expect(toast).toContainText('1 thing taken out')
  await expect(found).toBeHidden()
  await expect(inList(page)).not.toContainText('damaged')
  expect((await readFile(join(folder, model))).equals(before)).toBe(true)
  expect((await readdir(folder)).filter((name) => name !== 'meta.json').sort()).toEqual(files)
})

test('files that were changed on the disk are told of without reading them, and verifying decides', async ({ app }) => {
  const { page } = app
  const folder = await installAndOpen(app)
  await expect(inList(page)).toContainText('today')
  await appendFile(join(folder, 'trees.bin'), 'altered')
  await rm(join(folder, 'reasons.json'))
  await openPage(page, 'Transfers')
  await openPage(page, 'Installed')
  await expect(inList(page)).toContainText('2 changed')
  await inList(page).dblclick()
  const told = details(page).getByRole('status').filter({ hasText: '2 files were changed on the disk' })
  await expect(told).toContainText('trees.bin')
  await details(page).getByRole('button', { name: 'Verify' }).click()
  await expect(inList(page)).toContainText('2 damaged')
  await expect(told).toBeHidden()
})

test('a version whose description was damaged is told of, and comes back', async ({ app }) => {
  const { page } = app
  const folder = await installAndOpen(app)
  const meta = join(folder, 'meta.json')
  const before = await readFile(meta)
  await writeFile(meta, before.subarray(0, 100))
  await page.reload()
  const strip = page.getByRole('status').filter({ hasText: 'is here, but its description was damaged' })
  await expect(strip).toContainText('fraud_scorer 4.3.1')
  await expect(inList(page)).toBeHidden()
  await strip.getByRole('button', { name: 'Repair' }).click()
  await expect(page.getByText('fraud_scorer 4.3.1 can be used again')).toBeVisible()
  await expect(strip).toBeHidden()
  await expect(inList(page)).toBeVisible()
  expect((await readFile(meta)).equals(before)).toBe(true)
})

test('what is no part of a package alone is said quietly, and taken out on request', async ({ app }) => {
  const { page } = app
  const folder = await installAndOpen(app)
  await writeFile(join(folder, 'notes-of-mine.txt'), 'not of the package')
  await details(page).getByRole('button', { name: 'Verify' }).click()
  await expect(details(page).getByText('1 file is no part of the package')).toBeVisible()
  await expect(details(page).getByText('All files of the package are as published.')).toBeVisible()
  await details(page).getByRole('button', { name: 'Take it out' }).click()
  await expect(page.getByRole('alert').filter({ hasText: '1 thing taken out' })).toBeVisible()
  expect(await readdir(folder)).not.toContain('notes-of-mine.txt')
  await page.getByRole('alert').getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => readdir(folder)).toContain('notes-of-mine.txt')
})

test('an installed version becomes a file', async ({ app, workFolder }) => {
  const { page } = app
  await installAndOpen(app)
  const name = 'fraud_scorer-4.3.1.sputnik'
  await chooseSaveFolder(app, workFolder, name, async () => {
    await details(page)
      .getByRole('button', { name: `More for ${title} 4.3.1` })
      .click()
    await page.getByRole('menuitem', { name: 'Save as file…' }).click()
  })
  await expect(page.getByText(`Saved as ${join(workFolder, name)}`)).toBeVisible()
  expect((await stat(join(workFolder, name))).size).toBeGreaterThan(1000)
})

test('a version that was published anew with other files differs from the store until it is installed again', async ({
  app,
  store,
  workFolder,
}) => {
  const { page } = app
  await installAndOpen(app)
  await expect(inList(page)).not.toContainText('Differs from the store')
  // As an old tool does that overwrites a version.
  const other = join(workFolder, 'other')
  await fillExampleStore(other, { packages: examplePackages.filter((each) => each.title === title), scale: 0.011 })
  const version = 'models/fraud_scorer-4.3.1'
  await rm(join(store, version), { recursive: true })
  await cp(join(other, version), join(store, version), { recursive: true })
  await openPage(page, 'Browse')
  await page.getByRole('button', { name: 'Check for new packages' }).click()
  await expect(packageRow(page, title)).toBeVisible()
  await openPage(page, 'Installed')
  await expect(inList(page)).toContainText('Differs from the store')
  await inList(page).dblclick()
  await expect(details(page)).toContainText('Other files are published as 4.3.1 in Team models by now.')
  await details(page).getByRole('button', { name: 'Install again…' }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Install again/ })
    .click()
  await expect(inList(page)).not.toContainText('Differs from the store')
  await expect(details(page).getByText('Differs from the store')).toHaveCount(0)
})

test('where the details are closed, what verifying found leads to them', async ({ app }) => {
  const { page } = app
  const folder = await installAndOpen(app)
  await page.keyboard.press('Escape')
  await expect(details(page)).toBeHidden()
  await appendFile(join(folder, 'trees.bin'), 'altered')
  await inList(page).click()
  await page.keyboard.press('v')
  await page
    .getByRole('alert')
    .filter({ hasText: '1 file altered' })
    .getByRole('button', { name: 'Show which' })
    .click()
  await expect(details(page)).toContainText('Alteredtrees.bin')
})

test('what was found can be looked at from another page', async ({ app }) => {
  const { page } = app
  const folder = await installAndOpen(app)
  await page.keyboard.press('Escape')
  await appendFile(join(folder, 'trees.bin'), 'altered')
  await inList(page).click()
  await page.keyboard.press('v')
  const toast = page.getByRole('alert').filter({ hasText: '1 file altered' })
  await expect(toast).toBeVisible()
  await openPage(page, 'Transfers')
  await toast.getByRole('button', { name: 'Show which' }).click()
  await expect(details(page)).toContainText('Alteredtrees.bin')
})

test('a verify of everything says at its end how many versions aren’t as published', async ({ app }) => {
  const { page, home } = app
  await installFromBrowse(page, 'Invoice field extractor')
  const folder = await installAndOpen(app)
  await page.keyboard.press('Escape')
  await appendFile(join(folder, 'trees.bin'), 'altered')
  await writeFile(join(await folderInLibrary(home, 'layout.onnx'), 'notes-of-mine.txt'), 'not of the package')
  await page.getByRole('button', { name: 'Verify all' }).click()
  const toast = page.getByRole('alert').filter({ hasText: '2 versions verified.' })
  await expect(toast).toContainText('have files that are altered, missing or not of the package')
  await expect(page.getByRole('alert')).toHaveCount(1)
  await openPage(page, 'Browse')
  await toast.getByRole('button', { name: 'Show the first' }).click()
  await expect(page.getByText(/Alteredtrees\.bin|Not of the packagenotes-of-mine\.txt/).first()).toBeVisible()
})

test('of an archive that is damaged in the store other versions are offered, not another try', async ({
  app,
  store,
}) => {
  const { page } = app
  const archive = join(store, 'models', 'fraud_scorer-4.3.1', 'archive.gz')
  const bytes = await readFile(archive)
  const middle = Math.floor(bytes.length / 2)
  bytes[middle] = (bytes[middle] ?? 0) ^ 1
  await writeFile(archive, bytes)
  await packageRow(page, title).dblclick()
  await page.getByRole('button', { name: 'Install 4.3.1' }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Install/ })
    .click()
  await openPage(page, 'Transfers')
  const alert = page.getByRole('alert').filter({ hasText: 'are damaged' })
  await expect(alert).toContainText('Tell its publisher to publish it again with a higher version.')
  await expect(page.getByRole('button', { name: /^Retry/ })).toBeHidden()
  await alert.getByRole('button', { name: 'See its other versions' }).click()
  await expect(page.getByRole('tab', { name: /^Versions/ })).toHaveAttribute('aria-selected', 'true')
  await expect(page.getByRole('heading', { name: title })).toBeVisible()
})
