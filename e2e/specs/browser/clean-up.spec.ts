import { rm } from 'node:fs/promises'
import { startTestEngine } from '../../../testkit/test-engine.ts'
import { openPage } from '../../pages/window.ts'
import { writeHome } from '../../prepare-home.ts'
import { testWithExample as base, expect } from '../../with-store.ts'

/** Where each version lies, by its number. */
const pathOf = new Map<string, string>()
/** Two older versions may go. */
const test = base.extend({
  prepareHome: async ({ store }, use) =>
    use(async (home) => {
      await writeHome(home, { folders: { 'Team models': store } })
      const engine = await startTestEngine(home)
      for (const version of ['4.2.0', '4.3.0', '4.3.1'])
        await engine.install({ name: 'fraud_scorer', version }, 'team-models')
      for (const { ref, path } of await engine.api.installed.list({})) pathOf.set(ref.version, path)
      await engine.stop()
    }),
})

test('a clean-up that fails on its way can still be taken back', async ({ app: { page } }) => {
  // Another program is faster with the second of them.
  let count = 0
  await page.route('**/call/installed.remove', async (route) => {
    count += 1
    const { version } = route.request().postDataJSON().input.ref
    if (count === 2) await rm(pathOf.get(version) ?? '', { recursive: true })
    await route.continue()
  })
  await openPage(page, 'Installed')
  const row = page
    .getByRole('grid', { name: 'Installed packages' })
    .getByRole('row')
    .filter({ hasText: 'Fraud scorer' })
  await expect(row).toContainText('and 2 older')
  await page.getByRole('button', { name: /^Clean up \d/ }).click()
  await expect(page.getByRole('status').filter({ hasText: 'not installed' })).toBeVisible()
  const toast = page.getByRole('alert').filter({ hasText: '1 older version went to the trash, the rest stayed' })
  await toast.getByRole('button', { name: 'Undo' }).click()
  await expect(row).toContainText(/and 4\.[23]\.0/)
})
