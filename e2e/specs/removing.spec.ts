import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright/test'
import { startTestEngine } from '../../testkit/test-engine.ts'
import { exampleApps } from '../example/packages.ts'
import { openPage } from '../pages/window.ts'
import { writeHome } from '../prepare-home.ts'
import { testWithExample as base, expect } from '../with-store.ts'

/** Three packages are installed, of one of them two versions. */
const test = base.extend({
  prepareHome: async ({ store }, use) =>
    use(async (home) => {
      await writeHome(home, { folders: { 'Team models': store }, settings: { apps: [...exampleApps] } })
      const engine = await startTestEngine(home)
      for (const [name, version] of [
        ['speech_intent', '2.0.0'],
        ['speech_intent', '2.1.0'],
        ['fraud_scorer', '4.3.1'],
        ['minilm_sentences', '1.8.0'],
      ] as const)
        await engine.install({ name, version }, 'team-models')
      await engine.api.transfers.clearHistory({})
      await engine.stop()
    }),
})

const list = (page: Page) => page.getByRole('grid', { name: 'Installed packages' })
const rowOf = (page: Page, title: string) => list(page).getByRole('row').filter({ hasText: title })
const restore = (page: Page, title: string) => page.getByRole('button', { name: new RegExp(`^Restore ${title}`) })
const failure = (page: Page) => page.getByRole('status').filter({ hasText: 'not installed' })

test('the arrows go on beside what was removed, and a key pressed twice or held removes it once', async ({
  app: { page },
}) => {
  await openPage(page, 'Installed')
  await expect(rowOf(page, 'Speech intent')).toBeVisible()
  const titles = await list(page).locator('.name').allTextContents()
  const first = titles.find((title) => !title.startsWith('Speech')) ?? ''
  const after = titles[titles.indexOf(first) + 1] ?? ''
  await rowOf(page, first).click()
  await list(page).evaluate((grid) => {
    for (const repeat of [false, false, true])
      grid.dispatchEvent(new KeyboardEvent('keydown', { key: 'Delete', bubbles: true, cancelable: true, repeat }))
  })
  await expect(rowOf(page, first)).toBeHidden()
  await expect(list(page).getByRole('row')).toHaveCount(titles.length)
  await expect(failure(page)).toBeHidden()
  await expect(rowOf(page, after)).toHaveAttribute('aria-selected', 'true')
  await expect(list(page)).toBeFocused()

  // The last row of all: the one before it takes its place.
  await page.keyboard.press('End')
  const left = await list(page).locator('.name').allTextContents()
  if (left.at(-1)?.startsWith('Speech')) await page.keyboard.press('Home')
  await page.keyboard.press('Delete')
  await expect(rowOf(page, 'Speech intent')).toHaveAttribute('aria-selected', 'true')

  // Restore goes with its row: the list has the focus then, and what came back can be removed again.
  await restore(page, first).focus()
  await page.keyboard.press('Enter')
  await expect(restore(page, first)).toBeHidden()
  await expect(list(page)).toBeFocused()
  await rowOf(page, first).click()
  await page.keyboard.press('Delete')
  await expect(restore(page, first)).toBeVisible()
})

test('the button of a version that was removed gives the focus to the list', async ({ app: { page } }) => {
  await openPage(page, 'Installed')
  await rowOf(page, 'Speech intent').dblclick()
  const version = page.getByRole('region', { name: '2.0.0' })
  await version.getByRole('button', { name: /^More for/ }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: /^Remove/ }).focus()
  await page.keyboard.press('Enter')
  await expect(version).toBeHidden()
  await expect(list(page)).toBeFocused()
})

test('where a sheet hides the page, what failed is said in it', async ({ app }) => {
  const { page, home } = app
  await openPage(page, 'Installed')
  await rowOf(page, 'Fraud scorer').click()
  await page.keyboard.press('Delete')
  await expect(restore(page, 'Fraud scorer')).toBeVisible()
  await app.resize({ width: 900, height: 600 })
  await page.getByRole('button', { name: 'Free up space…' }).click()
  const sheet = page.getByRole('dialog', { name: 'Free up space' })
  await expect(restore(page, 'Fraud scorer')).toBeVisible()
  await rm(join(home, 'library', '.orbital', 'trash'), { recursive: true })
  await restore(page, 'Fraud scorer').click()
  await expect(sheet.getByRole('status').filter({ hasText: 'trash' })).toBeVisible()
})
