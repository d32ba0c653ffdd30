import { packageRow } from '../../pages/browse.ts'
import { expect, testWithExample as test } from '../../with-store.ts'

test('how long ago something was goes on while nothing else changes', async ({ app: { page } }) => {
  const row = packageRow(page, 'Speech intent classifier')
  // Shortly after midnight two hours ago was yesterday.
  await expect(row).toContainText(/2 hours ago|Yesterday/)
  await page.clock.install()
  await page.reload()
  await expect(row).toContainText(/2 hours ago|Yesterday/)
  await page.clock.fastForward(80 * 3_600_000)
  await expect(row).toContainText(/[34] days ago/)
})
