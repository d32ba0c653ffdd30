import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { installFromBrowse } from '../pages/browse.ts'
import { openSection } from '../pages/settings.ts'
import { transferRow } from '../pages/transfers.ts'
import { openPage } from '../pages/window.ts'
import { expect, testWithExample as test } from '../with-store.ts'

const title = 'Fraud scorer, card payments'

test('a library moves to another folder, and everything in it works there', async ({ app, workFolder }) => {
  const { page, home } = app
  await installFromBrowse(page, title)
  const taken = join(workFolder, 'taken')
  const to = join(workFolder, 'models')
  await mkdir(taken)
  await writeFile(join(taken, 'notes.txt'), 'mine')

  await openSection(page, 'Libraries')
  const more = page.getByRole('button', { name: 'More for My library' })
  await more.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Move to another folder…' }).press('Enter')
  const sheet = page.getByRole('dialog', { name: 'Move My library' })
  const field = sheet.getByRole('textbox', { name: 'New folder' })
  await expect(field).toBeFocused()
  // Refused in words, before anything is done.
  await page.keyboard.type(taken)
  await expect(sheet).toContainText(`${join(taken, 'notes.txt')} is already there.`)
  await field.fill(join(home, 'library', 'inner'))
  await expect(sheet).toContainText('A library can’t lie inside another one')
  await field.fill(to)
  // Nothing begins before its price is there.
  await page.keyboard.press('Enter')
  await expect(sheet).toContainText('It stays on the same disk, so nothing is copied')
  await expect(sheet).toContainText(`Programs that load packages from ${join(home, 'library')} need the new folder.`)
  await page.keyboard.press('Enter')

  await expect(transferRow(page, 'Move My library')).toContainText('Done')
  await expect(transferRow(page, 'Move My library')).toContainText(/Moved, \d/)
  expect(existsSync(join(home, 'library'))).toBe(false)
  expect((await readdir(to)).sort()).toEqual(['.orbital', 'fraud_scorer-4.3.1'])
  await openPage(page, 'Installed')
  const row = page.getByRole('grid', { name: 'Installed packages' }).getByRole('row').filter({ hasText: title })
  await row.click()
  await page.keyboard.press('v')
  await expect(page.getByText('3 files verified, all as published')).toBeVisible()

  const again = await app.relaunch()
  await openPage(again, 'Installed')
  await again.getByRole('grid', { name: 'Installed packages' }).getByRole('row').filter({ hasText: title }).dblclick()
  await expect(again.getByRole('complementary', { name: title })).toContainText(join(to, 'fraud_scorer-4.3.1'))
})
