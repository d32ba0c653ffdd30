import { expect, test } from '../fixtures.ts'
import { checkState } from '../pages/accessibility.ts'
import { openPage } from '../pages/window.ts'

test.use({ appEnv: { BUCKET: 's3://team' }, windowSize: { width: 900, height: 600 } })

test('a BUCKET that can’t be meant is told, on Browse and in Settings', async ({ app }) => {
  const { page } = app
  const notice = page.getByRole('status').filter({ hasText: 'BUCKET can’t be used: name the bucket alone, “team”.' })
  await expect(notice).toContainText('You see the packages of “This computer” instead.')
  await expect(notice).toContainText('start Orbital again')
  await checkState(app, 'a bucket of the environment that can’t be meant')
  await notice.getByRole('button', { name: 'Show connections' }).click()
  await expect(page.getByRole('heading', { name: 'This computer' })).toBeVisible()
  await expect(notice).toContainText('Nothing was read from there or changed.')
  await checkState(app, 'connections, and a bucket of the environment that can’t be meant')
  await openPage(page, 'Browse')
  await notice.getByRole('button', { name: 'Close this message' }).click()
  await expect(notice).toBeHidden()
  // Where it is mended it is told for good.
  await openPage(page, 'Settings')
  await expect(notice).toBeVisible()
})
