import { selectPackage } from '../../pages/browse.ts'
import { expect, testWithExample as test } from '../../with-store.ts'

test.use({ windowSize: { width: 900, height: 600 } })

test('an install that doesn’t fit leads to what can be freed in its library', async ({ app: { page } }) => {
  // A full disk can't be had: the engine's plan is given the answer of one.
  await page.route('**/call/install.plan', async (route) => {
    const response = await route.fetch()
    const { ok, value } = await response.json()
    await route.fulfill({ response, json: { ok, value: { ...value, enoughSpace: false, freeBytes: 0 } } })
  })
  await selectPackage(page, 'Fraud scorer')
  await page.keyboard.press('i')
  const sheet = page.getByRole('dialog', { name: /^Install Fraud scorer/ })
  await sheet.getByRole('button', { name: 'Free up space' }).click()
  await expect(page.getByRole('main', { name: 'Installed' })).toBeVisible()
  await expect(page.getByRole('dialog', { name: 'Free up space' })).toBeVisible()
})
