import { createHash } from 'node:crypto'
import { mkdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startTestEngine } from '../../../testkit/test-engine.ts'
import { checkState, spoken } from '../../pages/accessibility.ts'
import { transferRow } from '../../pages/transfers.ts'
import { openPage } from '../../pages/window.ts'
import { test as base, expect } from '../../with-store.ts'

/** An old tool installed a version whose one file has no bytes on the disk and takes minutes to read: what reads it is seen at work. */
const test = base.extend({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from the pattern.
  prepareHome: async ({}, use) =>
    use(async (home) => {
      const place = join(home, 'library', 'endless-1.0.0')
      const sizeBytes = 200e9
      await mkdir(place, { recursive: true })
      await writeFile(join(place, 'zeros.bin'), '')
      const checksum = createHash('sha256').update('x').digest('hex')
      const manifest = [
        { path: ['gone.bin'], noffset: 100, size: 1, checksum: ['sha256', checksum] },
        { path: ['zeros.bin'], noffset: sizeBytes, size: sizeBytes, checksum: ['sha256', checksum] },
      ]
      await writeFile(
        join(place, 'meta.json'),
        JSON.stringify({
          archive: ['archive.gz', createHash('md5').update('x').digest('hex')],
          manifest,
          package: { name: 'endless', version: '1.0.0', description: null, license: null, compatibility: null },
        }),
      )
      // Found to be damaged while it was short, so that repairing it is offered.
      const engine = await startTestEngine(home)
      await engine.verify({ name: 'endless', version: '1.0.0' })
      await engine.api.transfers.clearHistory({})
      await engine.stop()
      await truncate(join(place, 'zeros.bin'), sizeBytes)
    }),
})
test.use({ windowSize: { width: 1440, height: 900 } })

test('what is verified and what is repaired is sound while it lasts, in the list and beside it', async ({ app }) => {
  test.setTimeout(120_000)
  const { page } = app
  for (const act of ['Verify', 'Repair']) {
    await openPage(page, 'Installed')
    const list = page.getByRole('grid', { name: 'Installed packages' })
    await list.getByRole('row').filter({ hasText: 'endless' }).dblclick()
    await page.getByRole('complementary', { name: 'endless' }).getByRole('button', { name: act, exact: true }).click()
    await openPage(page, 'Transfers')
    const row = transferRow(page, `${act} endless`)
    await row.click()
    await expect(row).toContainText('Verifying')
    await expect(row).toContainText('Reading every file')
    await expect(page.getByRole('complementary')).toContainText('endless 1.0.0')
    const bar = { name: `${act} endless 1.0.0`, valuemin: 0, valuemax: 100, value: expect.any(Number) }
    expect(await spoken(page, 'progressbar')).toContainEqual(expect.objectContaining(bar))
    await checkState(app, `${act} on its way`)
    await page
      .getByRole('button', { name: `Cancel ${act} endless 1.0.0` })
      .first()
      .click()
    await expect(row).toContainText('Cancelled')
  }
})
