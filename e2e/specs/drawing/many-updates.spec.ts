import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { numberedVersions, writeInstalledVersions, writeSmallVersions } from '../../../testkit/small-versions.ts'
import { findViolations } from '../../pages/accessibility.ts'
import { openPage } from '../../pages/window.ts'
import { writeHome } from '../../prepare-home.ts'
import { expect, test } from '../../with-store.ts'

/** More than are drawn one under the other. */
const count = 120

/** What ended earlier, as the queue writes it down. */
function writeHistory(home: string, length: number): void {
  for (let n = 0; n < length; n += 1) {
    const id = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
    const ended = {
      id,
      kind: 'install',
      ref: { name: `earlier_${n}`, version: '1.0.0' },
      title: `Earlier ${n}`,
      libraryId: 'default',
      state: { kind: 'done' },
      progress: { settledBytes: 10, receivedBytes: 10, totalBytes: 10, bytesPerSecond: 0 },
      createdAtMs: 1_700_000_000_000 - n * 1000,
      endedAtMs: 1_700_000_000_000 - n * 1000,
      wireBytes: 10,
      readOnly: false,
    }
    const folder = join(home, 'state', 'transfers', id)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'ended.json'), JSON.stringify(ended))
  }
}

test.use({
  prepareHome: async ({ workFolder }, use) =>
    use(async (home) => {
      const store = join(workFolder, 'store')
      await writeHome(home, { folders: { Many: store } })
      writeInstalledVersions(join(home, 'library'), numberedVersions(count))
      writeSmallVersions(
        store,
        numberedVersions(count).map(({ name }) => ({ name, version: '2.0.0' })),
      )
      writeHistory(home, 150)
    }),
})

test('very many updates are priced and begun, and of their transfers those in view are drawn', async ({
  app: { page, home },
}) => {
  await openPage(page, 'Transfers')
  const grid = page.getByRole('grid', { name: 'Transfers' })
  await expect(grid.getByRole('row', { name: /^Earlier 0/ })).toBeVisible()
  expect(await grid.getByRole('row').count()).toBeLessThan(60)
  await grid.focus()
  await page.keyboard.press('End')
  await expect(grid.getByRole('row', { name: /^Earlier 149/ })).toBeInViewport()
  await page.keyboard.press('Home')
  await expect(grid.getByRole('row', { name: /^Earlier 0/ })).toBeInViewport()

  await openPage(page, 'Installed')
  await page.getByRole('button', { name: `Update ${count} packages` }).click()
  const sheet = page.getByRole('dialog', { name: `Update ${count} packages` })
  const list = sheet.getByRole('region', { name: 'Updates' })
  await expect(list.getByRole('listitem').first()).toContainText('1.0.0 → 2.0.0')
  expect(await list.getByRole('listitem').count()).toBeLessThan(60)
  expect(await findViolations(page)).toEqual([])
  await sheet.getByRole('button', { name: `Update ${count} packages` }).click()
  await openPage(page, 'Transfers')
  await expect(grid.getByRole('rowgroup', { name: 'Now' })).toBeVisible()
  expect(await grid.getByRole('row').count()).toBeLessThan(60)
  // The first of them was begun with the oldest plan.
  await expect.poll(() => existsSync(join(home, 'library', 'package_000000-2.0.0'))).toBe(true)
  await expect(page.getByRole('alert')).toHaveCount(0)
})
