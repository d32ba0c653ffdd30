import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bucketEnvironment } from '../../testkit/test-engine.ts'
import { checkState } from '../pages/accessibility.ts'
import { transferRow } from '../pages/transfers.ts'
import { dropFolder, openPage } from '../pages/window.ts'
import { test as base, expect } from '../with-store.ts'

const test = base.extend({
  appEnv: async ({ gate, s3, bucket }, use) => use(bucketEnvironment({ ...s3, endpoint: gate.endpoint }, bucket)),
})
test.use({ windowSize: { width: 1440, height: 900 } })

test('what waits its turn, finishes and is done is sound, in the list and beside it', async ({
  app,
  gate,
  workFolder,
}) => {
  test.setTimeout(180_000)
  const { page } = app
  // The last that is sent of the first: it holds it in its last step, and the second in the queue.
  gate.stall({ method: 'PUT', path: /meta\.json/ })
  for (const title of ['Ant', 'Bee']) {
    const folder = join(workFolder, title)
    await mkdir(folder)
    // Zeros: large on disk, so that they wait for each other, and small on the line.
    await writeFile(join(folder, 'zeros.bin'), Buffer.alloc(70_000_000))
    const recipe = { name: title.toLowerCase(), version: '1.0.0', title }
    await writeFile(join(folder, 'package.json'), JSON.stringify(recipe))
    await dropFolder(app, folder)
    await page.getByRole('main').getByRole('button', { name: 'Publish', exact: true }).click()
    await expect(page.getByRole('heading', { name: `${title} 1.0.0` })).toBeVisible()
  }
  await openPage(page, 'Transfers')
  await expect(transferRow(page, 'Publish Ant')).toContainText('Finishing')
  await expect(transferRow(page, 'Publish Bee')).toContainText('After Ant')
  for (const title of ['Ant', 'Bee']) {
    await transferRow(page, `Publish ${title}`).click()
    await expect(page.getByRole('complementary')).toContainText(title)
    await checkState(app, `${title} on its way`)
  }
  gate.resume()
  await expect(transferRow(page, 'Publish Bee')).toContainText('Done', { timeout: 30_000 })
  await transferRow(page, 'Publish Ant').click()
  await checkState(app, 'transfers that are done')
})
