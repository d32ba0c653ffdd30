import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Page } from 'playwright/test'
import { packageRow } from '../pages/browse.ts'
import {
  addCompatibleStore,
  addFolderConnection,
  fillCompatibleStore,
  openNewConnection,
  openSection,
} from '../pages/settings.ts'
import { chooseSaveFolder, openPage, readClipboard, switchTo } from '../pages/window.ts'
import { expect, test } from '../with-store.ts'

test('my apps decide what Browse says of a package', async ({ app: { page }, exampleStore }) => {
  await addFolderConnection(page, 'Shared drive', exampleStore)
  await switchTo(page, 'Shared drive')
  await expect(packageRow(page, 'YOLO shelf detector')).not.toContainText('Not compatible')
  await openSection(page, 'My apps')
  await page.getByRole('textbox', { name: 'App', exact: true }).fill('Shelf Vision')
  // What no constraint can be compared with would make everything unsuitable.
  await page.getByRole('textbox', { name: 'Version', exact: true }).fill('2.0 LTS')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Write numbers, as in 3.2 or 3.2.1')).toBeVisible()
  await page.getByRole('button', { name: 'Use 2.0' }).click()
  await page.getByRole('button', { name: 'Add app' }).click()
  await expect(page.getByRole('textbox', { name: 'Version of Shelf Vision' })).toHaveValue('2.0')
  await openPage(page, 'Browse')
  await expect(packageRow(page, 'YOLO shelf detector')).toContainText('Not compatible')
  await openSection(page, 'My apps')
  const version = page.getByRole('textbox', { name: 'Version of Shelf Vision' })
  await version.fill('2.1')
  await version.press('Enter')
  await openPage(page, 'Browse')
  await expect(packageRow(page, 'YOLO shelf detector')).toContainText('With Shelf Vision 2.1')
  await openSection(page, 'My apps')
  await page.getByRole('button', { name: 'Remove Shelf Vision' }).click()
  await expect(page.getByText('No app yet: every package counts as usable.')).toBeVisible()
})

test('the theme is light or dark at once, and stays', async ({ app }) => {
  const themeOf = (page: Page) =>
    page.evaluate(() => ({
      scheme: document.documentElement.dataset.mantineColorScheme,
      background: getComputedStyle(document.body).backgroundColor,
    }))
  await openSection(app.page, 'Appearance')
  await app.page.getByRole('radiogroup', { name: 'Theme' }).getByText('Dark', { exact: true }).click()
  await expect.poll(() => themeOf(app.page)).toEqual({ scheme: 'dark', background: 'rgb(23, 24, 27)' })
  const page = await app.relaunch()
  await expect.poll(() => themeOf(page)).toEqual({ scheme: 'dark', background: 'rgb(23, 24, 27)' })
  await openSection(page, 'Appearance')
  await page.getByRole('radiogroup', { name: 'Theme' }).getByText('Light', { exact: true }).click()
  await expect.poll(() => themeOf(page)).toEqual({ scheme: 'light', background: 'rgb(255, 255, 255)' })
})

test('wrong keys, a missing bucket and a wrong address each have their plain words', async ({
  app: { page },
  s3,
  bucket,
}) => {
  const { endpoint, accessKeyId, secretAccessKey } = s3
  const right = { name: 'Team models', endpoint, bucket, accessKeyId, secretAccessKey }
  const sheet = await openNewConnection(page)
  const tryOut = async (changes: Partial<typeof right>) => {
    await fillCompatibleStore(sheet, { ...right, ...changes })
    await sheet
      .getByRole('button', { name: /^Test (first|again)$/ })
      .first()
      .click()
  }
  await tryOut({ secretAccessKey: 'not-the-secret-of-it' })
  await expect(sheet).toContainText('does not accept these keys')
  await tryOut({ bucket: 'no-such-bucket-here' })
  await expect(sheet).toContainText('no-such-bucket-here')
  await expect(sheet).not.toContainText('does not accept these keys')
  await tryOut({ endpoint: 'http://127.0.0.1:9' })
  await expect(sheet).toContainText('127.0.0.1:9', { timeout: 30_000 })
  await tryOut({ endpoint: 'not an address' })
  await expect(sheet).toContainText('An address starts with https:// or http://')
  await tryOut({})
  await expect(sheet.getByRole('listitem').filter({ hasText: 'Download packages' })).toContainText('Allowed')
})

test('read-only keys may look and install, and are told that they can’t publish', async ({
  app: { page },
  s3,
  bucket,
}) => {
  await addCompatibleStore(page, { name: 'Read only', endpoint: s3.endpoint, bucket, ...s3.readOnly })
  await expect(page.getByRole('listitem').filter({ hasText: 'See which packages there are' })).toContainText('Allowed')
  await expect(page.getByRole('listitem').filter({ hasText: 'Publish new versions' })).toContainText('Not allowed')
  await expect(page.getByRole('button', { name: 'Copy the policy for your admin' })).toBeVisible()
})

test('a folder becomes a connection, is the default on request, and goes without its packages', async ({
  app: { page },
  exampleStore,
}) => {
  await addFolderConnection(page, 'Shared drive', exampleStore)
  await page.getByRole('button', { name: 'More for Shared drive' }).click()
  await page.getByRole('menuitem', { name: 'Show its packages' }).click()
  await expect(packageRow(page, 'Churn predictor')).toBeVisible()
  await openPage(page, 'Settings')
  await page
    .getByRole('button', { name: /^Shared drive/ })
    .last()
    .click()
  await page.getByRole('button', { name: 'Remove connection…' }).click()
  const sheet = page.getByRole('dialog', { name: 'Remove the connection Shared drive?' })
  await expect(sheet.getByRole('button', { name: 'Keep it' })).toBeFocused()
  await sheet.getByRole('button', { name: 'Remove connection' }).click()
  await expect(page.getByRole('button', { name: /^Shared drive/ })).toHaveCount(0)
  expect((await readdir(join(exampleStore, 'models'))).length).toBeGreaterThan(10)
})

test('a connection just added is the one that is shown', async ({ app: { page }, exampleStore }) => {
  await addFolderConnection(page, 'Shared drive', exampleStore)
  await expect(page.getByTitle('Switch connection')).toContainText('Shared drive')
  await openPage(page, 'Browse')
  await expect(packageRow(page, 'Churn predictor')).toBeVisible()
})

test('a form that is refused shows where and why, and a press beside it throws nothing away', async ({ app }) => {
  const { page } = app
  await app.resize({ width: 900, height: 600 })
  const sheet = await openNewConnection(page)
  const add = sheet.getByRole('button', { name: 'Add connection' })
  await sheet.getByRole('radio', { name: 'S3-compatible store' }).check()
  await add.click()
  await expect(sheet.getByRole('textbox', { name: /^Name/ })).toBeFocused()
  await fillCompatibleStore(sheet, {
    name: 'Team',
    endpoint: 'http://127.0.0.1:9',
    bucket: 'A b!',
    accessKeyId: 'key',
    secretAccessKey: 'shh',
  })
  await add.click()
  await expect(sheet.locator('.strip')).toBeInViewport()
  await page.mouse.click(8, 8)
  await expect(sheet.getByRole('textbox', { name: /^Name/ })).toHaveValue('Team')
})

test('a secret that was typed is nowhere in the window once it is saved, nor after a restart, and in no file or log in plain', async ({
  app,
  s3,
  bucket,
}) => {
  const { endpoint, accessKeyId, secretAccessKey } = s3
  const store = { name: 'Team models', endpoint, bucket, accessKeyId, secretAccessKey }
  await addCompatibleStore(app.page, { ...store, keepsSecret: false })
  const holdersOfSecret = async () => {
    const files = (await readdir(app.home, { recursive: true, withFileTypes: true })).filter((each) => each.isFile())
    const paths = files.map(({ parentPath, name }) => join(parentPath, name))
    const contents = await Promise.all(paths.map((path) => readFile(path)))
    return paths.filter((_, at) => contents[at]?.includes(secretAccessKey)).map((path) => basename(path))
  }
  expect(await holdersOfSecret()).toEqual([])
  if (app.kind === 'chromium') {
    // In a browser there is no safe place for it: it is in a file after a yes alone.
    await app.page.getByRole('button', { name: 'Edit' }).click()
    const sheet = app.page.getByRole('dialog')
    await sheet.getByLabel('Secret', { exact: true }).fill(secretAccessKey)
    await sheet.getByRole('checkbox', { name: 'Keep it in secrets.json' }).check()
    await sheet.getByRole('button', { name: 'Save' }).click()
    await expect(sheet).toBeHidden()
  }
  // The search itself must be able to find something: the key that is no secret.
  expect(await searchHeap(app.page, accessKeyId)).toBe(true)
  expect(await searchHeap(app.page, secretAccessKey)).toBe(false)
  expect(await app.page.content()).not.toContain(secretAccessKey)
  const isKept = await app.page.getByText('This system’s password store').isVisible()
  const page = await app.relaunch()
  await switchTo(page, 'Team models')
  await openPage(page, 'Settings')
  const publishing = page.getByRole('listitem').filter({ hasText: 'Publish new versions' })
  if (app.kind === 'chromium' || isKept) {
    await page.getByRole('button', { name: 'Test the connection' }).click()
    await expect(publishing).toContainText('Allowed')
  }
  await page.getByRole('button', { name: 'Edit' }).click()
  await expect(page.getByRole('dialog').getByLabel('Secret', { exact: true })).toHaveValue('')
  expect(await searchHeap(page, accessKeyId)).toBe(true)
  expect(await searchHeap(page, secretAccessKey)).toBe(false)
  expect(await page.content()).not.toContain(secretAccessKey)
  expect(await holdersOfSecret()).toEqual(app.kind === 'chromium' ? ['secrets.json'] : [])
})

test('another access key asks for its own secret, at the field', async ({ app, s3, bucket }) => {
  const { page } = app
  const { endpoint, accessKeyId, secretAccessKey } = s3
  await addCompatibleStore(page, { name: 'Team models', endpoint, bucket, accessKeyId, secretAccessKey })
  await page.getByRole('button', { name: 'Edit' }).click()
  const sheet = page.getByRole('dialog')
  const asks = sheet.getByText('The secret that is kept is for another address or access key')
  await expect(sheet.getByText('the one kept stays if empty')).toBeVisible()
  await sheet.getByRole('textbox', { name: /^Access key/ }).fill('another')
  await expect(asks).toBeVisible()
  await sheet.getByRole('textbox', { name: /^Access key/ }).fill(accessKeyId)
  await expect(asks).toBeHidden()
  await sheet.getByRole('textbox', { name: /^Name/ }).fill('Our models')
  await sheet.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('heading', { name: 'Our models' })).toBeVisible()
})

test('a connection that leads elsewhere shows nothing of where it led before', async ({
  app: { page },
  exampleStore,
  workFolder,
}) => {
  await addFolderConnection(page, 'Shared drive', exampleStore)
  await switchTo(page, 'Shared drive')
  await expect(packageRow(page, 'Fraud scorer')).toBeVisible()
  await openSection(page, 'Connections')
  await page.getByRole('button', { name: 'Edit' }).click()
  const sheet = page.getByRole('dialog')
  await sheet.getByRole('textbox', { name: /^Folder/ }).fill(join(workFolder, 'gone'))
  await sheet.getByRole('button', { name: 'Save' }).click()
  await expect(sheet).toBeHidden()
  await openPage(page, 'Browse')
  await expect(page.getByRole('alert')).toContainText('What is safe')
  await expect(packageRow(page, 'Fraud scorer')).toBeHidden()
})

/** True when a string is anywhere in the heap of the page. */
async function searchHeap(page: Page, text: string): Promise<boolean> {
  const session = await page.context().newCDPSession(page)
  let found = false
  let tail = ''
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => {
    found ||= (tail + chunk).includes(text)
    tail = chunk.slice(-text.length)
  })
  await session.send('HeapProfiler.takeHeapSnapshot', {})
  await session.detach()
  return found
}

test('a connection is given to a colleague without its keys', async ({ app, s3, bucket }) => {
  const { page } = app
  const { accessKeyId, secretAccessKey, endpoint } = s3
  await addCompatibleStore(page, { name: 'Research', endpoint, bucket, accessKeyId, secretAccessKey })
  await page.getByRole('button', { name: 'More for Research' }).click()
  await page.getByRole('menuitem', { name: 'Share this connection…' }).click()
  const shareSheet = page.getByRole('dialog', { name: 'Share Research' })
  await shareSheet.getByText('On the command line').click()
  await expect(shareSheet).toContainText(`--bucket ${bucket} --endpoint ${endpoint} --access-key-id YOUR_KEY_ID`)
  await expect(shareSheet).not.toContainText(accessKeyId)
  await shareSheet.getByRole('button', { name: 'Copy for a colleague' }).click()
  await expect(page.getByText('The connection is copied, without any key.')).toBeVisible()
  const copied = await readClipboard(app)
  expect(copied).toContain(bucket)
  expect(copied).not.toContain(accessKeyId)
  expect(copied).not.toContain(secretAccessKey)

  const sheet = await openNewConnection(page)
  await sheet.getByText('From a colleague').first().click()
  await sheet.getByRole('textbox', { name: /^From a colleague/ }).fill('nothing of that kind')
  await expect(sheet.getByText('This is no connection that Orbital copied.')).toBeVisible()
  await sheet.getByRole('textbox', { name: /^From a colleague/ }).fill(copied)
  await expect(sheet.getByText('This is no connection that Orbital copied.')).toBeHidden()
  const tooLong = { name: 'long.json', mimeType: 'application/json', buffer: Buffer.alloc(100_000, copied) }
  await sheet.locator('input[type="file"]').setInputFiles(tooLong)
  await expect(sheet.getByText('This is no connection that Orbital copied.')).toBeVisible()
  await expect(sheet.getByRole('textbox', { name: /^From a colleague/ })).toHaveValue('')
  await sheet.getByRole('textbox', { name: /^From a colleague/ }).fill(copied)
  await expect(sheet.getByRole('radio', { name: 'S3-compatible store' })).toBeChecked()
  await expect(sheet.getByRole('textbox', { name: /^Bucket/ })).toHaveValue(bucket)
  await expect(sheet.getByRole('textbox', { name: /^Address/ })).toHaveValue(endpoint)
  await expect(sheet.getByRole('textbox', { name: /^Access key/ })).toHaveValue('')
})

test('a diagnostics file is saved where a person says, without a key', async ({ app, s3, bucket, workFolder }) => {
  const { page } = app
  const { accessKeyId, secretAccessKey, endpoint } = s3
  await addCompatibleStore(page, { name: 'Research', endpoint, bucket, accessKeyId, secretAccessKey })
  await page.getByRole('button', { name: 'Logs and diagnostics' }).click()
  await chooseSaveFolder(app, workFolder, 'orbital-diagnostics.json', () =>
    page.getByRole('button', { name: 'Save diagnostics…' }).click(),
  )
  await expect(page.getByText(/^Saved .*orbital-diagnostics\.json/)).toBeVisible()
  const saved = await readFile(join(workFolder, 'orbital-diagnostics.json'), 'utf8')
  expect(JSON.parse(saved)).toMatchObject({ format: 1, connections: expect.any(Array) })
  expect(saved).not.toContain(secretAccessKey)
  expect(saved).not.toContain(accessKeyId)
})
