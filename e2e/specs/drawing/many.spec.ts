import { join } from 'node:path'
import { numberedVersions, writeSmallVersions } from '../../../testkit/small-versions.ts'
import { packageRow } from '../../pages/browse.ts'
import { writeHome } from '../../prepare-home.ts'
import { expect, test } from '../../with-store.ts'

test.use({
  prepareHome: async ({ workFolder }, use) =>
    use(async (home) => {
      const store = join(workFolder, 'store')
      writeSmallVersions(store, numberedVersions(1500))
      const versions = Array.from({ length: 1500 }, (_, n) => ({ name: 'often', version: `1.0.${n}` }))
      writeSmallVersions(store, versions)
      await writeHome(home, { folders: { Many: store } })
    }),
})

test('a list that comes in pieces is searched, brought up to date by what is new, and scrolled to its end by keys', async ({
  app: { page },
  workFolder,
}) => {
  const status = page.getByRole('status')
  await expect(status.getByText('1,501 packages')).toBeVisible()
  writeSmallVersions(join(workFolder, 'store'), [{ name: 'aaa_new', version: '1.0.0', more: { title: 'Brand new' } }])
  await page.getByRole('button', { name: 'Check for new packages' }).click()
  await expect(page.getByText('1,502 packages')).toBeVisible()
  await page.getByRole('searchbox').fill('brand new')
  await expect(page.getByText('1 of 1,502 packages')).toBeVisible()
  await page.keyboard.press('Escape')
  await page.getByRole('columnheader', { name: 'Package' }).getByRole('button').click()
  await page.getByRole('grid', { name: 'Packages' }).focus()
  await page.keyboard.press('End')
  await expect(page.locator('[role="row"][aria-selected="true"]')).toHaveAttribute('aria-rowindex', '1503')
  await page.keyboard.press('Home')
  await expect(packageRow(page, 'Brand new')).toBeVisible()
})

/** As it is, and at 200 % zoom of a laptop's window. */
for (const size of [undefined, { width: 720, height: 450 }]) {
  const where = size === undefined ? '' : ', at 200 % zoom, too'
  test(`of a package with very many versions each can be reached and compared${where}`, async ({ app }) => {
    const { page } = app
    if (size !== undefined) await app.resize(size)
    await page.getByRole('searchbox').fill('often')
    await packageRow(page, 'often').dblclick()
    await page.getByRole('tab', { name: 'Versions' }).click()
    const table = page.getByRole('table')
    await expect(table).toHaveAttribute('aria-rowcount', '1501')
    await page.getByRole('checkbox', { name: 'Compare 1.0.1499' }).check()
    expect(await table.getByRole('row').count()).toBeLessThan(100)
    await page.getByRole('region', { name: 'Versions' }).focus()
    await page.keyboard.press('End')
    await page.getByRole('checkbox', { name: 'Compare 1.0.0', exact: true }).check()
    await expect(page.getByRole('region', { name: 'What changed from 1.0.0 to 1.0.1499' })).toBeInViewport()
    await expect(table.getByRole('row').last()).toHaveAttribute('aria-rowindex', '1501')
  })
}
