import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright/test'
import { createAuthority } from '../../testkit/certificates.ts'
import { startTlsFront } from '../../testkit/tls-front.ts'
import { addCompatibleStore, openNewConnection, openSection, readSettings } from '../pages/settings.ts'
import { choosePath, openPage } from '../pages/window.ts'
import { expect, test } from '../with-store.ts'

const limitField = (page: Page) => page.getByRole('textbox', { name: 'Download at most' })

test('a speed limit is kept, a slip of the finger is not, and nothing takes it away', async ({ app }) => {
  const stored = async () => (await readSettings(app)).downloadLimitBytesPerSecond
  await openSection(app.page, 'Network')
  await limitField(app.page).fill('2.5')
  await limitField(app.page).press('Enter')
  await expect.poll(stored).toBe(2_500_000)
  await limitField(app.page).fill('0.05')
  await limitField(app.page).press('Enter')
  await expect(app.page.getByText('Give at least 0.1 MB/s')).toBeVisible()
  expect(await stored()).toBe(2_500_000)
  const page = await app.relaunch()
  await openSection(page, 'Network')
  await expect(limitField(page)).toHaveValue('2.5 MB/s')
  await limitField(page).fill('')
  await page.getByRole('textbox', { name: 'Connections at once' }).click()
  await expect.poll(stored).toBe(0)
})

test('Transfers limits both directions at once, and tells them apart when they differ', async ({ app }) => {
  const { page } = app
  await openPage(page, 'Transfers')
  await page.getByRole('button', { name: 'Limit: none' }).click()
  await page.getByRole('menuitem', { name: '20.0 MB/s' }).click()
  await expect(page.getByRole('button', { name: 'Limit: 20.0 MB/s' })).toBeVisible()
  await expect
    .poll(() => readSettings(app))
    .toMatchObject({ downloadLimitBytesPerSecond: 20_000_000, uploadLimitBytesPerSecond: 20_000_000 })
  await page.getByRole('button', { name: 'Limit: 20.0 MB/s' }).click()
  await page.getByRole('menuitem', { name: 'Other, in Settings…' }).click()
  await page.getByRole('textbox', { name: 'Upload at most' }).fill('')
  await page.getByRole('textbox', { name: 'Upload at most' }).press('Enter')
  await openPage(page, 'Transfers')
  await expect(page.getByRole('button', { name: 'Limit: 20.0 MB/s down, none up' })).toBeVisible()
})

test('connections and transfers at a time are what they are set to, and the usual number comes back', async ({
  app,
}) => {
  const { page } = app
  const stored = () => readSettings(app)
  await openSection(page, 'Network')
  await page.getByRole('textbox', { name: 'Connections at once' }).fill('16')
  await page.getByRole('radiogroup', { name: 'Transfers at a time' }).getByText('3', { exact: true }).click()
  await expect.poll(stored).toMatchObject({ connectionsPerTransfer: 16, transfersAtOnce: 3 })
  await page.getByRole('button', { name: 'Use 4' }).click()
  await expect(page.getByRole('textbox', { name: 'Connections at once' })).toHaveValue('4')
  await expect.poll(stored).toMatchObject({ connectionsPerTransfer: 4 })
})

test.describe('a store with a certificate of its company’s own authority', () => {
  const authority = createAuthority('Acme Models')

  test('is trusted by a file in Settings, and not any more without it', async ({ app, s3, gatedStore, workFolder }) => {
    const { page } = app
    const front = await startTlsFront(s3.endpoint, authority.issue(['127.0.0.1']))
    try {
      const file = join(workFolder, 'authority.pem')
      await writeFile(file, authority.pem)
      await writeFile(join(workFolder, 'no-certificate.pem'), 'not a certificate')
      await addCompatibleStore(page, { name: 'Factory floor', ...gatedStore, endpoint: front.endpoint })
      await expect(page.getByText(/issued by Acme Models/)).toBeVisible()
      await openSection(page, 'Network')
      const field = page.getByRole('textbox', { name: 'Certificate authorities' })
      await field.fill(join(workFolder, 'no-certificate.pem'))
      await field.press('Enter')
      await expect(page.getByText(/holds no certificate of an authority/)).toBeVisible()
      if (app.kind === 'chromium') {
        await page.getByRole('button', { name: 'Choose…' }).click()
        await choosePath(page, workFolder, 'authority.pem')
      } else {
        await field.fill(file)
        await field.press('Enter')
      }
      await expect(page.getByRole('button', { name: 'Don’t trust this file any more' })).toBeVisible()
      await expect(field).toHaveValue(file)
      await testAgain(page)
      await expect(page.getByRole('listitem').filter({ hasText: 'Download packages' })).toContainText('Allowed')
      await openSection(page, 'Network')
      await page.getByRole('button', { name: 'Don’t trust this file any more' }).click()
      await expect(field).toHaveValue('')
      await testAgain(page)
      await expect(page.getByText(/issued by Acme Models/)).toBeVisible()
    } finally {
      await front.stop()
    }
  })

  test('is trusted by a file of the connection alone, and the test says who is signed in', async ({
    app: { page },
    s3,
    bucket,
    workFolder,
  }) => {
    const front = await startTlsFront(s3.endpoint, authority.issue(['127.0.0.1']))
    try {
      const file = join(workFolder, 'authority.pem')
      await writeFile(file, authority.pem)
      const sheet = await openNewConnection(page)
      await sheet.getByRole('radio', { name: 'S3-compatible store' }).check()
      await sheet.getByRole('textbox', { name: /^Name/ }).fill('Factory floor')
      await sheet.getByRole('textbox', { name: /^Address/ }).fill(front.endpoint)
      await sheet.getByRole('textbox', { name: /^Bucket/ }).fill(bucket)
      await sheet.getByRole('textbox', { name: /^Access key/ }).fill(s3.accessKeyId)
      await sheet.getByLabel('Secret', { exact: true }).fill(s3.secretAccessKey)
      await sheet.getByText('Addresses and certificates').click()
      await sheet.getByRole('textbox', { name: 'Certificate authorities' }).fill(file)
      await sheet.getByRole('button', { name: 'Test first' }).click()
      await expect(sheet.getByRole('listitem').filter({ hasText: 'Download packages' })).toContainText('Allowed')
      await sheet.getByRole('button', { name: 'Add connection' }).click()
      await expect(page.getByRole('listitem').filter({ hasText: 'Download packages' })).toContainText('Allowed')
      await expect(page.getByText('Signed in by the access key typed here.')).toBeVisible()
      await page.getByRole('button', { name: 'Edit' }).click()
      // What was set is not folded away.
      await expect(page.getByRole('dialog').getByRole('textbox', { name: 'Certificate authorities' })).toHaveValue(file)
    } finally {
      await front.stop()
    }
  })
})

test.describe('with keys in the environment', () => {
  test.use({ appEnv: { AWS_ACCESS_KEY_ID: 'nobody', AWS_SECRET_ACCESS_KEY: 'nothing' } })

  test('a test says where the sign-in was found, even where the store refuses it', async ({
    app: { page },
    s3,
    bucket,
  }) => {
    const sheet = await openNewConnection(page)
    await sheet.getByRole('radio', { name: 'S3-compatible store' }).check()
    await sheet.getByRole('textbox', { name: /^Name/ }).fill('By environment')
    await sheet.getByRole('textbox', { name: /^Address/ }).fill(s3.endpoint)
    await sheet.getByRole('textbox', { name: /^Bucket/ }).fill(bucket)
    await sheet.getByRole('radiogroup', { name: 'Sign-in' }).getByText('Profile').click()
    await sheet.getByRole('button', { name: 'Add connection' }).click()
    await expect(page.getByText(/Signed in by the keys in this computer’s environment/)).toBeVisible()
    await expect(page.getByText('By the keys in this computer’s environment, with the access key nobody')).toBeVisible()
  })
})

async function testAgain(page: Page): Promise<void> {
  await openSection(page, 'Connections')
  await page
    .getByRole('region', { name: 'Connections' })
    .getByRole('button', { name: /^Factory floor/ })
    .click()
  await page.getByRole('button', { name: 'Test again' }).click()
}
