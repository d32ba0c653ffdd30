import { appendFile, cp, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { installFromBrowse, packageRow, selectPackage } from '../../pages/browse.ts'
import { dropFolder, openPage } from '../../pages/window.ts'
import { expect, testWithExample as test } from '../../with-store.ts'

test('files that go, change or come while the form of a publish is open are named, and nothing is published', async ({
  app,
  workFolder,
}) => {
  const { page } = app
  const publish = page.getByRole('main').getByRole('button', { name: 'Publish', exact: true })
  const folder = join(workFolder, 'restless')
  await mkdir(folder)
  for (const name of ['kept.bin', 'goes.bin', 'grows.bin']) await writeFile(join(folder, name), 'x'.repeat(5000))
  const alert = page.getByRole('alert')
  const tryToPublish = async (what: string, change: () => Promise<unknown>) => {
    await dropFolder(app, folder)
    await expect(publish).toBeEnabled()
    await change()
    await publish.click()
    await expect(alert).toContainText(what)
    await expect(alert.getByRole('heading', { name: 'What is safe' })).toBeVisible()
    await expect(alert.getByRole('heading', { name: 'What to do' })).toBeVisible()
    await page.getByRole('button', { name: 'Done here' }).click()
  }
  await tryToPublish('goes.bin', () => rm(join(folder, 'goes.bin')))
  await tryToPublish('grows.bin', () => appendFile(join(folder, 'grows.bin'), 'more'))
  await openPage(page, 'Browse')
  await page.getByRole('button', { name: 'Check for new packages' }).click()
  await expect(page.getByText('9 packages, 1 can’t be read')).toBeVisible()
  await expect(packageRow(page, 'restless')).toHaveCount(0)
  // As it stands now it is published.
  await dropFolder(app, folder)
  await publish.click()
  await expect(page.getByRole('heading', { name: 'restless 1.0.0 is published' })).toBeVisible()
})

test('a version that goes or changes in the store while one looks at it is told of where it is needed', async ({
  app: { page },
  store,
  workFolder,
}) => {
  const version = join(store, 'models/speech_intent-2.1.0')
  const aside = join(workFolder, 'aside')
  await packageRow(page, 'Speech intent classifier').dblclick()
  await expect(page.getByRole('heading', { name: 'Know before you use it' })).toBeVisible()
  await page.getByRole('tab', { name: 'Files' }).click()
  const preview = page.getByRole('region', { name: 'Preview' })
  await expect(page.getByRole('treeitem', { name: 'intents.txt' })).toBeVisible()

  await rename(version, aside)
  await page.getByRole('treeitem', { name: 'intents.txt' }).click()
  await expect(preview.getByRole('alert')).toContainText('This file can’t be shown')
  await expect(preview.getByRole('alert').getByRole('heading', { name: 'What is safe' })).toBeVisible()
  await rename(aside, version)
  await page.getByRole('button', { name: 'Try again' }).press('Enter')
  await expect(preview).toContainText('cancel_order')

  // As an old tool does that overwrites an archive.
  await writeFile(join(version, 'archive.gz'), 'another archive')
  await page.getByRole('treeitem', { name: 'report.csv' }).click()
  await expect(preview.getByRole('alert')).toContainText('This file can’t be shown')
  await page.getByRole('button', { name: 'Back to Browse' }).click()

  // Between the sheet and its button.
  await selectPackage(page, 'Churn predictor')
  await page.getByRole('grid', { name: 'Packages' }).press('i')
  const sheet = page.getByRole('dialog', { name: /^Install Churn predictor/ })
  await expect(sheet).toContainText('On disk afterwards')
  await rm(join(store, 'models/churn_predictor-1.12.2'), { recursive: true })
  await sheet.getByRole('button', { name: 'Install' }).click()
  await openPage(page, 'Transfers')
  const failed = page.getByRole('alert').filter({ hasText: 'It could not be installed' })
  await expect(failed).toContainText('churn_predictor')
  await expect(failed.getByRole('heading', { name: 'What is safe' })).toBeVisible()
  await openPage(page, 'Browse')
  await page.getByRole('button', { name: 'Check for new packages' }).click()
  await expect(packageRow(page, 'Churn predictor')).toContainText('1.12.1')
})

test('an installed version whose folder goes while it is in view is not listed, and comes back when the folder does', async ({
  app: { page, home },
  workFolder,
}) => {
  await installFromBrowse(page, 'Fraud scorer, card payments')
  await openPage(page, 'Installed')
  const row = page.getByRole('grid', { name: 'Installed packages' }).getByRole('row').filter({ hasText: 'Fraud' })
  await row.dblclick()
  const details = page.getByRole('complementary', { name: 'Fraud scorer, card payments' })
  const folder = join(home, 'library', 'fraud_scorer-4.3.1')
  await cp(folder, join(workFolder, 'copy'), { recursive: true, preserveTimestamps: true })
  await rm(folder, { recursive: true })
  await openPage(page, 'Transfers')
  await openPage(page, 'Installed')
  await expect(page.getByText('Nothing is installed here')).toBeVisible()
  await expect(details).toBeHidden()
  await rename(join(workFolder, 'copy'), folder)
  await openPage(page, 'Browse')
  await openPage(page, 'Installed')
  await expect(row).toBeVisible()
})
