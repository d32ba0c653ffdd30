import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createBytes } from '../../testkit/package-builder.ts'
import { bucketEnvironment, startTestEngine } from '../../testkit/test-engine.ts'
import { packageRow } from '../pages/browse.ts'
import { transferRow } from '../pages/transfers.ts'
import { openPage } from '../pages/window.ts'
import { test as base, expect } from '../with-store.ts'

const test = base.extend<{ readonly storeEnv: Record<string, string> }>({
  storeEnv: async ({ gate, s3, bucket }, use) => use(bucketEnvironment({ ...s3, endpoint: gate.endpoint }, bucket)),
  appEnv: async ({ storeEnv }, use) => use(storeEnv),
})

test('what a command publishes, installs, removes and withdraws shows in a window that is only looked at', async ({
  app: { page, home },
  gate,
  storeEnv,
  workFolder,
}) => {
  const makeModel = async (name: string, sizeBytes: number): Promise<string> => {
    const folder = join(workFolder, name)
    await mkdir(folder)
    await writeFile(join(folder, 'weights.bin'), createBytes(sizeBytes, 1))
    return folder
  }
  await expect(page.getByText('No packages yet')).toBeVisible()
  const command = await startTestEngine(home, { env: storeEnv, role: 'cli' })
  expect((await command.publish(await makeModel('ant', 7))).state.kind).toBe('done')
  await expect(packageRow(page, 'ant')).toBeVisible()

  await openPage(page, 'Installed')
  await expect(page.getByText('Nothing is installed here')).toBeVisible()
  await command.install({ name: 'ant', version: '1.0.0' })
  await expect(page.getByRole('grid', { name: 'Installed packages' })).toContainText('ant')

  await command.api.installed.remove({ ref: { name: 'ant', version: '1.0.0' } })
  await expect(page.getByText('Nothing is installed here')).toBeVisible()
  const [removed] = await command.api.trash.list({})
  await command.api.trash.restore({ entryId: removed?.id ?? '' })
  await expect(page.getByRole('grid', { name: 'Installed packages' })).toContainText('ant')

  gate.throttle(100_000)
  const published = command.publish(await makeModel('bee', 2_000_000))
  await expect.poll(() => gate.count({ method: 'PUT' }).receivedBytes).toBeGreaterThan(100_000)
  await openPage(page, 'Publish')
  await expect(page.getByText('Another Orbital publishes a package now')).toBeVisible()
  await page.getByRole('button', { name: 'Show in Transfers' }).click()
  await expect(transferRow(page, 'Publish bee')).toContainText('In another Orbital')
  await openPage(page, 'Publish')
  gate.throttle(undefined)
  expect((await published).state.kind).toBe('done')
  await expect(page.getByText('Another Orbital publishes')).toBeHidden()
  await openPage(page, 'Browse')
  await expect(packageRow(page, 'bee')).toBeVisible()
  await command.api.catalog.unpublish({ ref: { name: 'bee', version: '1.0.0' } })
  await expect(packageRow(page, 'bee')).toBeHidden()
  await expect(packageRow(page, 'ant')).toBeVisible()
  await command.stop()
})
