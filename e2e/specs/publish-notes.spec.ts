import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageRow, selectPackage } from '../pages/browse.ts'
import { dropFolder, openPage } from '../pages/window.ts'
import { expect, testWithExample as test } from '../with-store.ts'

test('links and names that don’t travel are told of, and the apps that are typed are what Browse judges by', async ({
  app,
  store,
  workFolder,
}) => {
  const { page } = app
  const folder = join(workFolder, 'shelf_gaps')
  await mkdir(folder)
  await writeFile(join(folder, 'weights.bin'), 'x')
  await writeFile(join(folder, 'what is this?.csv'), 'a,b\n1,2\n')
  await symlink('weights.bin', join(folder, 'newest.bin'))
  // Latin-1, as an old disk has it.
  await writeFile(Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9]), Buffer.from('.txt')]), 'x')
  await dropFolder(app, folder)

  const toKnow = page.getByRole('region', { name: 'Good to know' })
  const told = (text: string) => toKnow.getByRole('listitem').filter({ hasText: text })
  await expect(told('newest.bin is a link and is left out')).toContainText(
    'Links are not published, nor what they lead to.',
  )
  await expect(told('can’t be stored on every system')).toContainText('what is this?.csv')
  const out = page.getByRole('list', { name: 'Left out' })
  await expect(out).toContainText('newest.bin')
  await expect(out).toContainText('caf')
  await expect(page.getByRole('tree', { name: 'Files to publish' })).toContainText('what is this?.csv')

  const publish = page.getByRole('main').getByRole('button', { name: 'Publish', exact: true })
  const worksWith = page.getByRole('group', { name: /^Works with/ })
  await expect(worksWith).toContainText('Every app may use it.')
  await worksWith.getByRole('button', { name: 'Add an app' }).click()
  await worksWith
    .getByRole('combobox', { name: 'App' })
    .or(worksWith.getByRole('textbox', { name: 'App' }))
    .fill('Shelf Vision')
  const versions = worksWith.getByRole('textbox', { name: /^Versions: / })
  await versions.fill('newer than 2')
  await expect(worksWith).toContainText('Write, for example, >=1.8.0')
  await expect(publish).toBeDisabled()
  await versions.fill('>=2.1.0')
  await expect(worksWith).toContainText('Yours is 2.0: it won’t be offered there.')
  await versions.fill('>=2.0.0,<3.0.0')
  await expect(worksWith).toContainText('Yours is 2.0.')
  await publish.click()
  await expect(page.getByRole('heading', { name: 'shelf_gaps 1.0.0 is published' })).toBeVisible()

  const meta = JSON.parse(await readFile(join(store, 'models/shelf_gaps-1.0.0/meta.json'), 'utf8'))
  expect(meta.package.compatibility).toEqual({ 'Shelf Vision': '>=2.0.0,<3.0.0' })
  expect(JSON.stringify(meta.manifest)).not.toMatch(/newest|caf/)
  await openPage(page, 'Browse')
  await expect(packageRow(page, 'shelf_gaps')).toContainText('With Shelf Vision 2.0')
  await selectPackage(page, 'shelf_gaps')
  await expect(page.getByRole('complementary')).toContainText('Shelf Vision 2.0')
})
