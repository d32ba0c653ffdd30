import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writePackageFolder } from '../example/fill-store.ts'
import { examplePackages } from '../example/packages.ts'
import { dropFolder } from '../pages/window.ts'
import { expect, testWithExample as test } from '../with-store.ts'

test('a version that is published already is refused where it stands, with the next one at hand', async ({
  app,
  workFolder,
}) => {
  const { page } = app
  const each = examplePackages.find(({ name }) => name === 'invoice_fields')
  if (each === undefined) throw new Error('the example has no such package')
  const folder = join(workFolder, 'invoice_fields')
  await writePackageFolder(folder, each, '2.4.0', undefined, 0.01)
  await writeFile(join(folder, 'labels.json'), '{"more": true}')
  await dropFolder(app, folder)
  const publish = page.getByRole('main').getByRole('button', { name: 'Publish', exact: true })
  await expect(page.getByRole('textbox', { name: /^Version\b/ })).toHaveAttribute('aria-invalid', 'true')
  await expect(page.getByText(/2\.4\.0 .*published/).first()).toBeVisible()
  await expect(publish).toBeDisabled()
  await page.getByRole('button', { name: /^Use 2\.\d+\.\d+/ }).click()
  await expect(publish).toBeEnabled()
  await publish.click()
  await expect(page.getByRole('heading', { name: /^Invoice field extractor 2\.\d\.\d is published$/ })).toBeVisible()
})

test('an empty folder says what happened, what is safe and what to do', async ({ app, workFolder }) => {
  const { page } = app
  const folder = join(workFolder, 'nothing_in_it')
  await mkdir(folder)
  await dropFolder(app, folder)
  const error = page.getByRole('alert')
  await expect(error).toContainText('nothing_in_it is empty.')
  await expect(error.getByRole('heading', { name: 'What is safe' })).toBeVisible()
  await expect(error.getByRole('heading', { name: 'What to do' })).toBeVisible()
  await expect(error.getByRole('button', { name: 'Choose another folder' })).toBeVisible()
  await page.getByRole('button', { name: 'Leave without publishing' }).click()
  await expect(page.getByRole('heading', { name: 'Drop a folder anywhere in this window' })).toBeVisible()
})

test('a file that looks like a secret must be settled before anything is sent', async ({ app, workFolder }) => {
  const { page } = app
  const folder = join(workFolder, 'with_a_secret')
  await mkdir(folder)
  await writeFile(join(folder, 'model.safetensors'), 'x'.repeat(2000))
  await writeFile(join(folder, 'id_rsa'), 'not a real key')
  await dropFolder(app, folder)
  const publish = page.getByRole('main').getByRole('button', { name: 'Publish', exact: true })
  await expect(page.getByText('id_rsa looks like it holds a password', { exact: true })).toBeVisible()
  await expect(publish).toBeDisabled()
  await page.getByRole('button', { name: 'Leave it out' }).click()
  await expect(page.getByRole('list', { name: 'Left out' })).toContainText('id_rsa')
  await expect(publish).toBeEnabled()
  await publish.click()
  await expect(page.getByRole('heading', { name: /1\.0\.0 is published$/ })).toBeVisible()
})
