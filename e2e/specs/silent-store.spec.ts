import { bucketEnvironment } from '../../testkit/test-engine.ts'
import { fillBucket } from '../example/fill-store.ts'
import { packageRow } from '../pages/browse.ts'
import { transferRow } from '../pages/transfers.ts'
import { openPage } from '../pages/window.ts'
import { test as base, expect } from '../with-store.ts'

const test = base.extend({
  appEnv: async ({ gate, s3, bucket, workFolder }, use) => {
    await fillBucket(s3, bucket, workFolder, { names: ['churn_predictor'], versions: 1, scale: 4 })
    await use(bucketEnvironment({ ...s3, endpoint: gate.endpoint }, bucket))
  },
})

test('a store that sends nothing more is said to be stalled, and since when; its bytes are taken as they come again', async ({
  app: { page },
  gate,
}) => {
  const archive = { path: /archive\.gz/ }
  await expect(packageRow(page, 'Churn predictor')).toBeVisible()
  gate.throttle(2_000_000)
  await page.getByRole('grid', { name: 'Packages' }).press('i')
  await page.getByRole('dialog').getByRole('button', { name: 'Install' }).click()
  await gate.untilSent(archive, 500_000)
  gate.stall(archive)
  const before = gate.count(archive).requests
  await openPage(page, 'Transfers')
  const row = transferRow(page, 'Churn predictor')
  await expect(row).toContainText(/Stalled for \d+ s/, { timeout: 15_000 })
  await expect(row).toContainText('No bytes are coming')
  await expect(row.getByRole('button', { name: /^Pause / })).toBeVisible()
  await row.click()
  await expect(page.getByRole('complementary')).toContainText(/Stalled for \d+ s/)
  await openPage(page, 'Browse')
  await expect(packageRow(page, 'Churn predictor')).toContainText('Stalled')

  gate.throttle(undefined)
  gate.resume()
  await openPage(page, 'Transfers')
  await expect(row).toContainText('Done')
  // On the same connections: none was given up.
  expect(gate.count(archive).requests).toBe(before)
})
