import { join } from 'node:path'
import type { ElectronApplication, Page } from 'playwright/test'
import type { CountingProxy } from '../../../testkit/counting-proxy.ts'
import { buildPackageFolder, planFiles } from '../../../testkit/package-builder.ts'
import { bucketEnvironment, startTestEngine } from '../../../testkit/test-engine.ts'
import { packageRow } from '../../pages/browse.ts'
import { transferRow } from '../../pages/transfers.ts'
import { openPage } from '../../pages/window.ts'
import { test as base, expect } from '../../with-store.ts'

const archive = { path: /archive\.gz/ }

/** A bucket with one package of 6 MB, as the default connection behind the gate. */
const test = base.extend({
  appEnv: async ({ gate, s3, bucket, workFolder }, use) => {
    const folder = join(workFolder, 'model')
    await buildPackageFolder(folder, { manifest: { name: 'model', version: '1.0.0' }, files: planFiles(12, 500_000) })
    const engine = await startTestEngine(join(workFolder, 'publisher'), { env: bucketEnvironment(s3, bucket) })
    expect((await engine.publish(folder)).state.kind).toBe('done')
    await engine.stop()
    await use(bucketEnvironment({ ...s3, endpoint: gate.endpoint }, bucket))
  },
})

async function startSlowInstall(page: Page, gate: CountingProxy): Promise<void> {
  await expect(packageRow(page, 'model')).toBeVisible()
  gate.throttle(400_000)
  await page.getByRole('grid', { name: 'Packages' }).press('i')
  await page.getByRole('dialog').getByRole('button', { name: 'Install' }).click()
  await openPage(page, 'Transfers')
  await expect(transferRow(page, 'model')).toContainText('Transferring')
}

interface Signs {
  readonly bars: { readonly share: number; readonly mode: string }[]
  readonly said: { readonly title: string; readonly body: string }[]
}

/** What the system is told from now on, and whether anybody looks at the window. */
const recordSigns = (app: ElectronApplication | undefined): Promise<void> | undefined =>
  app?.evaluate(({ BrowserWindow, Notification }) => {
    const signs: Signs = { bars: [], said: [] }
    Object.assign(globalThis, { signs })
    const [window] = BrowserWindow.getAllWindows()
    if (window === undefined) throw new Error('no window')
    window.setProgressBar = (share, options) => void signs.bars.push({ share, mode: options?.mode ?? 'normal' })
    // A screen without a window manager has neither a focus nor a place for what is said.
    BrowserWindow.getFocusedWindow = () => null
    Notification.isSupported = () => true
    Notification.prototype.show = function (this: { title: string; body: string }) {
      signs.said.push({ title: this.title, body: this.body })
    }
  })
const readSigns = (app: ElectronApplication | undefined): Promise<Signs> | undefined =>
  app?.evaluate(() => (globalThis as unknown as { signs: Signs }).signs)

/** True while anything keeps this computer from sleeping: its ids count from 0. */
const isKeptAwake = (app: ElectronApplication | undefined): Promise<boolean> | undefined =>
  app?.evaluate(({ powerSaveBlocker }) =>
    Array.from({ length: 20 }, (_, id) => powerSaveBlocker.isStarted(id)).includes(true),
  )

test('while bytes move the taskbar shows how far they are and the computer stays awake; their end is said once when nobody looks', async ({
  app: { page, electronApp },
  gate,
}) => {
  await recordSigns(electronApp)
  expect(await isKeptAwake(electronApp)).toBe(false)
  await startSlowInstall(page, gate)
  await expect.poll(() => isKeptAwake(electronApp)).toBe(true)
  await expect.poll(async () => (await readSigns(electronApp))?.bars.at(-1)?.share).toBeGreaterThan(0)
  expect((await readSigns(electronApp))?.bars.at(-1)?.mode).toBe('normal')

  await page.getByRole('button', { name: 'Pause model 1.0.0' }).click()
  await expect(transferRow(page, 'model')).toContainText('By you')
  await expect.poll(() => isKeptAwake(electronApp)).toBe(false)
  expect((await readSigns(electronApp))?.bars.at(-1)?.share).toBe(-1)
  expect((await readSigns(electronApp))?.said).toEqual([])

  await page.getByRole('button', { name: 'Resume model 1.0.0' }).click()
  await expect.poll(() => isKeptAwake(electronApp)).toBe(true)
  gate.throttle(undefined)
  await expect(transferRow(page, 'model')).toContainText('Done')
  const { bars = [], said } = (await readSigns(electronApp)) ?? {}
  expect(said).toEqual([{ title: expect.stringContaining('is installed'), body: 'Version 1.0.0' }])
  expect(bars.at(-1)?.share).toBe(-1)
  expect(bars.every(({ share }) => share <= 1)).toBe(true)
  expect(await isKeptAwake(electronApp)).toBe(false)
})

test('after sleep a transfer that hangs on dead connections goes on by itself, without anybody waiting for it', async ({
  app: { page, electronApp },
  gate,
}) => {
  await startSlowInstall(page, gate)
  await gate.untilSent(archive, 500_000)
  gate.throttle(undefined)
  gate.stall(archive)
  const hanging = gate.requests.filter(({ path, end }) => archive.path.test(path) && end === undefined)
  expect(hanging.length).toBeGreaterThan(0)
  const before = gate.count(archive).requests
  await electronApp?.evaluate(({ powerMonitor }) => void powerMonitor.emit('resume'))
  await expect.poll(() => gate.count(archive).requests).toBeGreaterThan(before)
  await expect.poll(() => hanging.every(({ end }) => end === 'cut')).toBe(true)
  gate.resume()
  await expect(transferRow(page, 'model')).toContainText('Done')
})

test('who pauses and quits finds the transfer in the list at the next start, and resumes it there', async ({
  app,
  gate,
}) => {
  const { electronApp } = app
  await startSlowInstall(app.page, gate)
  await gate.untilSent(archive, 1_000_000)
  const ended = new Promise((resolve) => electronApp?.process().once('exit', resolve))
  await electronApp?.evaluate(({ BrowserWindow, dialog }) => {
    // “Pause and quit”
    dialog.showMessageBoxSync = (() => 1) as never
    BrowserWindow.getAllWindows()[0]?.close()
  })
  await ended
  const page = await app.relaunch()
  await openPage(page, 'Transfers')
  const row = transferRow(page, 'model')
  await expect(row).toContainText('Paused')
  gate.throttle(undefined)
  await page.getByRole('button', { name: 'Resume model 1.0.0' }).click()
  await expect(row).toContainText('Done')
})
