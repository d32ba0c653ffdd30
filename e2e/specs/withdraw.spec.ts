import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright/test'
import { refuse } from '../../testkit/faults.ts'
import { startFaultyProxy } from '../../testkit/faulty-proxy.ts'
import { bucketEnvironment, startTestEngine } from '../../testkit/test-engine.ts'
import { writePackageFolder } from '../example/fill-store.ts'
import { examplePackages } from '../example/packages.ts'
import { installFromBrowse, packageRow } from '../pages/browse.ts'
import { addCompatibleStore } from '../pages/settings.ts'
import { openPage, switchTo } from '../pages/window.ts'
import { expect, test, testWithExample } from '../with-store.ts'

const title = 'Fraud scorer, card payments'

/** Opens the sheet for a version of the package in view, by keyboard alone. */
async function openSheet(page: Page, version: string) {
  await page.getByRole('tab', { name: 'Versions' }).click()
  await page.getByRole('button', { name: `More for ${version}` }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Withdraw…' }).focus()
  await page.keyboard.press('Enter')
  const sheet = page.getByRole('dialog', { name: /^Withdraw / })
  await expect(sheet).toBeVisible()
  return sheet
}

testWithExample(
  'a version is withdrawn once its name is typed; who has it keeps it',
  async ({ app: { page }, store }) => {
    await installFromBrowse(page, title)
    await packageRow(page, title).dblclick()
    const sheet = await openSheet(page, '4.3.1')
    await expect(sheet).toContainText('On this computer it stays in My library.')
    const field = sheet.getByRole('textbox', { name: 'Type fraud_scorer==4.3.1 to go on' })
    const button = sheet.getByRole('button', { name: 'Withdraw 4.3.1' })
    await expect(field).toBeFocused()
    await expect(button).toBeDisabled()
    await field.fill('fraud_scorer==4.3.0')
    await expect(button).toBeDisabled()
    await field.fill('fraud_scorer==4.3.1')
    // What can't be undone is not done by Enter in a field.
    await field.press('Enter')
    await expect(button).toBeEnabled()
    expect(await readdir(join(store, 'models'))).toContain('fraud_scorer-4.3.1')
    await sheet.getByRole('textbox', { name: 'Why' }).fill('Wrong weights')
    await button.click()
    await expect(page.getByText(`${title} 4.3.1 is withdrawn`)).toBeVisible()
    await expect(sheet).toBeHidden()
    await expect(page.getByRole('button', { name: 'More for 4.3.1' })).toHaveCount(0)
    await expect(page.getByRole('button', { name: 'More for 4.3.0' })).toBeVisible()
    expect(await readdir(join(store, 'orbital/withdrawn'))).toEqual(['fraud_scorer-4.3.1.json'])
    await openPage(page, 'Installed')
    await expect(page.getByRole('grid', { name: 'Installed packages' })).toContainText('4.3.1')
  },
)

/** Publishes 1.0.0 of the first example package, and nothing else. */
async function publishOne(workFolder: string, env: Readonly<Record<string, string>>) {
  const [example] = examplePackages
  if (example === undefined) throw new Error('there is no example package')
  const folder = join(workFolder, example.name)
  await writePackageFolder(folder, example, '1.0.0', undefined, 0.01)
  const engine = await startTestEngine(join(workFolder, 'publisher'), { env })
  await engine.publish(folder)
  await engine.stop()
  return example
}

test('who may only read is told that withdrawing is the admin’s, and nothing is changed', async ({
  app: { page },
  s3,
  bucket,
  workFolder,
}) => {
  const example = await publishOne(workFolder, bucketEnvironment(s3, bucket))
  await addCompatibleStore(page, { name: 'Read only', endpoint: s3.endpoint, bucket, ...s3.readOnly })
  await switchTo(page, 'Read only')
  await packageRow(page, example.title).dblclick()
  const sheet = await openSheet(page, '1.0.0')
  await expect(sheet).toContainText('It is the only version')
  await sheet.getByRole('textbox', { name: /^Type / }).fill(`${example.name}==1.0.0`)
  await sheet.getByRole('button', { name: 'Withdraw 1.0.0' }).click()
  await expect(sheet).toContainText('You may not withdraw versions in Read only')
  await expect(sheet).toContainText('Nothing was changed.')
  await sheet.getByRole('button', { name: 'Keep it' }).click()
  await expect(page.getByRole('button', { name: 'More for 1.0.0' })).toBeFocused()
})

test('a withdrawal that is refused half-way stays in view, says how far it came, and is finished there', async ({
  app: { page },
  s3,
  bucket,
  workFolder,
}) => {
  const example = await publishOne(workFolder, bucketEnvironment(s3, bucket))
  const proxy = await startFaultyProxy(s3.endpoint)
  const { accessKeyId, secretAccessKey } = s3
  const store = { name: 'Team', endpoint: proxy.endpoint, bucket, accessKeyId, secretAccessKey }
  await addCompatibleStore(page, store)
  await switchTo(page, 'Team')
  await packageRow(page, example.title).dblclick()
  const sheet = await openSheet(page, '1.0.0')
  await sheet.getByRole('textbox', { name: /^Type / }).fill(`${example.name}==1.0.0`)
  let answer = () => {}
  const answered = new Promise<void>((resolve) => {
    answer = resolve
  })
  proxy.set({
    match: ({ method, path }) => method === 'DELETE' && path.includes('meta.json'),
    deed: async (...request) => {
      await answered
      return refuse(403, 'AccessDenied')(...request)
    },
  })
  await sheet.getByRole('button', { name: 'Withdraw 1.0.0' }).click()
  await proxy.untilHit()
  // What runs is not called back by closing the sheet.
  await expect(sheet.getByRole('button', { name: 'Keep it' })).toBeDisabled()
  await page.keyboard.press('Escape')
  await expect(sheet).toBeVisible()
  answer()
  await expect(sheet).toContainText('You may not delete files in Team')
  await expect(sheet).toContainText('It is hidden from everybody who uses Orbital')
  await expect(sheet.getByRole('button', { name: 'Close' })).toBeEnabled()

  proxy.set()
  await sheet.getByRole('button', { name: 'Withdraw again' }).click()
  await expect(page.getByText(`${example.title} 1.0.0 is withdrawn`)).toBeVisible()
  await expect(sheet).toBeHidden()
  await proxy.stop()
})
