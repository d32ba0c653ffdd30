import { join } from 'node:path'
import type { Page } from 'playwright/test'
import { bucketEnvironment } from '../../../testkit/test-engine.ts'
import { fillBucket } from '../../example/fill-store.ts'
import { checkState } from '../../pages/accessibility.ts'
import { packageRow } from '../../pages/browse.ts'
import { openPage } from '../../pages/window.ts'
import { test as base, expect } from '../../with-store.ts'

/** Behind a gate, as the default connection: two versions of a package. */
const test = base.extend({
  appEnv: async ({ gate, s3, bucket, workFolder }, use) => {
    await fillBucket(s3, bucket, workFolder, { names: ['speech_intent'], versions: 2, scale: 0.01 })
    await use(bucketEnvironment({ ...s3, endpoint: gate.endpoint }, bucket))
  },
})
test.use({ windowSize: { width: 1440, height: 900 } })

const bones = (page: Page) => page.locator('.bone').filter({ visible: true })

test('whatever waits for the store says so after a moment by its shape, and is then as it was to be', async ({
  app,
  gate,
  workFolder,
}) => {
  test.setTimeout(240_000)
  const { page } = app
  const whileStalled = async (state: string, act: () => Promise<unknown>, arrived: () => Promise<unknown>) => {
    gate.stall()
    await act()
    await expect(bones(page).first(), state).toBeVisible()
    await expect(page.getByRole('alert'), state).toHaveCount(0)
    await checkState(app, state)
    gate.resume()
    await arrived()
    await expect(bones(page), state).toHaveCount(0)
  }
  await expect(packageRow(page, 'Speech intent classifier')).toBeVisible()
  await whileStalled(
    'the sheet before an install',
    () => page.getByRole('grid', { name: 'Packages' }).press('i'),
    () => expect(page.getByRole('dialog')).toContainText('On disk afterwards'),
  )
  await page.keyboard.press('Escape')
  await whileStalled(
    'a model card',
    () => packageRow(page, 'Speech intent classifier').dblclick(),
    () => expect(page.getByRole('heading', { name: 'Know before you use it' })).toBeVisible(),
  )
  await page.getByRole('tab', { name: 'Versions' }).click()
  await whileStalled(
    'a comparison',
    async () => {
      for (const version of ['2.0.3', '2.1.0'])
        await page.getByRole('checkbox', { name: `Compare ${version}` }).press('Space')
    },
    () => expect(page.getByRole('region', { name: /^What changed/ }).getByRole('listitem')).toHaveCount(1),
  )
  await whileStalled(
    'the files of a version',
    () => page.getByRole('button', { name: '2.0.3', exact: true }).click(),
    () => expect(page.getByRole('treeitem', { name: 'report.csv' })).toBeVisible(),
  )
  await whileStalled(
    'a preview',
    () => page.getByRole('treeitem', { name: 'report.csv' }).click(),
    () => expect(page.getByRole('region', { name: 'Preview' })).toContainText('among_three'),
  )
  await openPage(page, 'Publish')
  await page.getByRole('textbox', { name: 'Or type its path' }).fill(join(workFolder, 'speech_intent-2.1.0'))
  await whileStalled(
    'a folder before it is published',
    () => page.getByRole('button', { name: 'Open', exact: true }).click(),
    () => expect(page.getByRole('tree')).toBeVisible(),
  )
  await openPage(page, 'Settings')
  await whileStalled(
    'the test of a connection',
    () => page.getByRole('button', { name: 'Test the connection' }).click(),
    () => expect(page.getByRole('listitem').filter({ hasText: 'Publish new versions' })).toContainText('Allowed'),
  )
})
