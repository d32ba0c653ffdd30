import { join } from 'node:path'
import { buildPackageFolder } from '../../testkit/package-builder.ts'
import { bucketEnvironment, startTestEngine } from '../../testkit/test-engine.ts'
import { installFromBrowse, selectPackage } from '../pages/browse.ts'
import { addCompatibleStore, openSection } from '../pages/settings.ts'
import { openPage, switchTo } from '../pages/window.ts'
import { expect, test } from '../with-store.ts'

test('once an install was timed, the sheet of the next one says about how long it takes, within the limit', async ({
  app: { page },
  s3,
  bucket,
  workFolder,
}) => {
  const engine = await startTestEngine(join(workFolder, 'publisher'), { env: bucketEnvironment(s3, bucket) })
  for (const [seed, name] of ['first', 'second'].entries()) {
    const folder = join(workFolder, name)
    const manifest = { name, version: '1.0.0', description: `The ${name} model` }
    await buildPackageFolder(folder, { seed, manifest, files: [{ path: 'weights.bin', sizeBytes: 4_000_000 }] })
    await engine.publish(folder)
  }
  await engine.stop()
  const { endpoint, accessKeyId, secretAccessKey } = s3
  await addCompatibleStore(page, { name: 'Team models', endpoint, bucket, accessKeyId, secretAccessKey })
  await switchTo(page, 'Team models')
  const open = async (name: string) => {
    await selectPackage(page, name)
    await page.getByRole('grid', { name: 'Packages' }).press('i')
    const sheet = page.getByRole('dialog', { name: `Install ${name} 1.0.0` })
    await expect(sheet).toContainText('On disk afterwards')
    return sheet
  }
  await openPage(page, 'Browse')
  await expect((await open('second')).getByText('About', { exact: true })).toHaveCount(0)
  await page.keyboard.press('Escape')
  await installFromBrowse(page, 'first')
  await expect(await open('second')).toContainText(/About\d+ (s|min) at [\d.]+ [kM]B\/s/)
  await page.keyboard.press('Escape')
  await openSection(page, 'Network')
  const limit = page.getByRole('textbox', { name: 'Download at most' })
  await limit.fill('0.1')
  await limit.press('Enter')
  await openPage(page, 'Browse')
  await expect(await open('second')).toContainText(/About40 s at 100 kB\/s/)
})
