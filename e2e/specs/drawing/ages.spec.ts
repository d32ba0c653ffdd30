import { packageRow } from '../../pages/browse.ts'
import { expect, testWithExample as test } from '../../with-store.ts'

test('how long ago something was goes on while nothing else changes', async ({ app: { page } }) => {
  const row = packageRow(page, 'Speech intent classifier')
  await expect(row).toContainText('2 hours ago')
  await page.clock.install()
  await page.reload()
  await expect(row).toContainText('2 hours ago')
  await page.clock.fastForward('26:00:00')
  await expect(row).toContainText('Yesterday')
})
