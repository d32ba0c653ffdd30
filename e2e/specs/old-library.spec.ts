import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing } from '../../testkit/available.ts'
import { createOldTools, fetchOldTools } from '../../testkit/old-tools.ts'
import { buildPackageFolder } from '../../testkit/package-builder.ts'
import { installFromBrowse } from '../pages/browse.ts'
import { openSection } from '../pages/settings.ts'
import { openPage } from '../pages/window.ts'
import { expect, testWithExample as test } from '../with-store.ts'

test('a folder of the old tool becomes a library beside the first one, and the old tool still finds what is in it', async ({
  app: { page },
  workFolder,
}) => {
  test.setTimeout(240_000)
  const python = await fetchOldTools()
  test.skip(isMissing(python), isMissing(python) ? python.missing : '')
  const old = join(workFolder, 'sputnik-data')
  const tools = await createOldTools({ dataPath: old })
  const archive = join(workFolder, 'theirs.sputnik')
  const manifest = { name: 'theirs', version: '1.2.3' }
  await buildPackageFolder(join(workFolder, 'source'), { manifest, files: [{ path: 'a/b.bin', sizeBytes: 70_001 }] })
  await tools.build(join(workFolder, 'source'), archive)
  await tools.install(archive)
  await installFromBrowse(page, 'Fraud scorer, card payments')

  await openSection(page, 'Libraries')
  await page.getByRole('button', { name: 'Add a library…' }).click()
  const sheet = page.getByRole('dialog', { name: 'Add a library' })
  await sheet.getByRole('textbox', { name: 'Folder' }).fill(old)
  await sheet.getByRole('textbox', { name: /^Name/ }).fill('Old models')
  await sheet.getByRole('checkbox', { name: 'Keep one version per package' }).check()
  await sheet.getByRole('button', { name: 'Add library' }).click()
  await expect(sheet).toBeHidden()
  const libraries = page.getByRole('region', { name: 'Libraries' }).getByRole('listitem')
  await expect(libraries.filter({ hasText: 'Old models' })).toContainText('One version per package')

  await openPage(page, 'Installed')
  const list = page.getByRole('grid', { name: 'Installed packages' })
  await expect(list.getByRole('row').filter({ hasText: 'Fraud scorer' })).toBeVisible()
  await page.getByRole('button', { name: /^Library: / }).click()
  await page.getByRole('menuitem', { name: 'Old models' }).click()
  const row = list.getByRole('row').filter({ hasText: 'theirs' })
  await expect(row).toContainText('1.2.3')
  await expect(row).toContainText('Not verified')
  await row.click()
  await page.keyboard.press('v')
  await expect(row).toContainText('today')
  await page.keyboard.press('Delete')
  await expect(row).toBeHidden()
  expect(await tools.find('theirs')).toEqual([])
  await page.keyboard.press('Control+z')
  await expect(row).toBeVisible()
  expect(await tools.find('theirs')).toEqual([manifest])
  await appendFile(join(old, 'theirs-1.2.3', 'a', 'b.bin'), 'altered')
  await row.click()
  await page.keyboard.press('v')
  await expect(row).toContainText('1 damaged')
  await tools.stop()
})
