import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { startTestEngine } from '../../testkit/test-engine.ts'
import { exampleApps } from '../example/packages.ts'
import { packageRow } from '../pages/browse.ts'
import { openPage, switchTo } from '../pages/window.ts'
import { writeHome } from '../prepare-home.ts'
import { testWithExample as base, expect } from '../with-store.ts'

/** Older versions are installed, of which a newer one is published each. */
const test = base.extend({
  prepareHome: async ({ store, workFolder }, use) =>
    use(async (home) => {
      const other = join(workFolder, 'other')
      await cp(store, other, { recursive: true })
      await writeHome(home, {
        folders: { 'Team models': store, 'Other team': other, 'Team again': store },
        settings: { apps: [...exampleApps] },
      })
      const engine = await startTestEngine(home)
      for (const [name, version] of [
        ['speech_intent', '2.0.0'],
        ['speech_intent', '2.0.3'],
        ['fraud_scorer', '4.3.0'],
        ['minilm_sentences', '1.7.2'],
      ] as const)
        await engine.install({ name, version }, 'team-models')
      await engine.api.transfers.clearHistory({})
      await engine.stop()
    }),
})

test('one package is updated, then all; what is kept stays, and what went can come back', async ({ app: { page } }) => {
  const installed = await openPage(page, 'Installed')
  const list = page.getByRole('grid', { name: 'Installed packages' })
  const rowOf = (title: string) => list.getByRole('row').filter({ hasText: title })
  await expect(page.getByRole('button', { name: 'Update 3 packages' })).toBeVisible()
  await expect(rowOf('Speech intent classifier')).toContainText('Update 2.1.0')

  // Its old version is kept, so it stays beside the new one.
  await rowOf('Fraud scorer').click()
  await page.keyboard.press('k')
  await expect(rowOf('Fraud scorer')).toContainText('Kept')
  await page.keyboard.press('u')
  const sheet = page.getByRole('dialog', { name: /^Update Fraud scorer/ })
  await expect(sheet.getByRole('button', { name: /^Update/ })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(rowOf('Fraud scorer')).toContainText('4.3.1')
  await expect(rowOf('Fraud scorer')).toContainText('and 4.3.0')

  await page.getByRole('button', { name: 'Update 2 packages' }).click()
  const all = page.getByRole('dialog', { name: 'Update 2 packages' })
  await expect(all.getByRole('listitem').filter({ hasText: 'Speech intent classifier' })).toContainText('2.0.3 → 2.1.0')
  await all.getByRole('button', { name: 'Update 2 packages' }).click()
  await expect(rowOf('MiniLM sentence embeddings')).toContainText('1.8.0')
  await expect(rowOf('Speech intent classifier')).toContainText('2.1.0')
  await expect(page.getByRole('button', { name: /^Update \d packages?$/ })).toBeHidden()
  const aside = installed.getByRole('complementary', { name: 'Free up space' })
  await expect(aside.getByRole('button', { name: 'Restore Speech intent classifier 2.0.3' })).toBeVisible()
  await expect(aside.getByRole('button', { name: 'Restore MiniLM sentence embeddings 1.7.2' })).toBeVisible()

  // Free up space says what of it goes before anything does: not what is kept.
  const older = aside
    .getByRole('listitem')
    .filter({ hasText: 'Older versions' })
    .or(aside.locator('label', { hasText: 'Older versions' }))
  await expect(older.first()).toContainText('1 version with a newer one here')
  await expect(aside).toContainText('Fraud scorer, card payments is kept')
  await aside.getByRole('checkbox', { name: 'Trash' }).setChecked(false)
  await aside.getByRole('button', { name: /^Clean up \d/ }).click()
  await expect(page.getByText(/^Cleaned up \d/)).toBeVisible()
  await expect(rowOf('Speech intent classifier')).not.toContainText('and 2.0.0')
  await expect(rowOf('Fraud scorer')).toContainText('and 4.3.0')
})

test('another connection’s package of the same name is no update', async ({ app: { page } }) => {
  await openPage(page, 'Installed')
  await expect(page.getByRole('button', { name: 'Update 3 packages' })).toBeVisible()
  await switchTo(page, 'Other team')
  await openPage(page, 'Browse')
  await expect(packageRow(page, 'Fraud scorer')).toContainText('Compatible')
  await expect(packageRow(page, 'Fraud scorer')).toContainText('4.3.0 from Team models is installed')
  await page.getByRole('button', { name: /^Updates/ }).click()
  await expect(packageRow(page, 'Fraud scorer')).toBeHidden()
  await openPage(page, 'Installed')
  await expect(page.getByRole('grid', { name: 'Installed packages' })).toContainText('Fraud scorer')
  await expect(page.getByRole('button', { name: /^Update \d packages?$/ })).toBeHidden()
  await switchTo(page, 'Team models')
  await openPage(page, 'Installed')
  await expect(page.getByRole('button', { name: 'Update 3 packages' })).toBeVisible()
})

test('a second connection to the same store updates what came by the first', async ({ app: { page } }) => {
  await switchTo(page, 'Team again')
  await openPage(page, 'Browse')
  await expect(packageRow(page, 'Fraud scorer')).toContainText('4.3.0 is installed')
  await openPage(page, 'Installed')
  await page.getByRole('button', { name: 'Update 3 packages' }).click()
  const all = page.getByRole('dialog', { name: 'Update 3 packages' })
  await all.getByRole('button', { name: 'Update 3 packages' }).click()
  const list = page.getByRole('grid', { name: 'Installed packages' })
  await expect(list.getByRole('row').filter({ hasText: 'Fraud scorer' })).toContainText('4.3.1')
  await expect(page.getByRole('button', { name: /^Update \d packages?$/ })).toBeHidden()
})
