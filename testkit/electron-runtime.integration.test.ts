import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { _electron, chromium } from 'playwright'
import { afterAll, expect, test } from 'vitest'
import { isMissing, requireAvailable } from './available.ts'
import { chromiumArguments, findChromium } from './chromium.ts'
import { describeWith } from './describe-with.ts'
import { fetchElectronRuntime, testElectronVersion } from './electron-runtime.ts'
import { startKeyring } from './keyring.ts'
import { createTempFolder } from './temp-folder.ts'
import { startDisplay } from './xvfb.ts'

const windowMain = `
import { app, BrowserWindow } from 'electron'
app.whenReady().then(() => new BrowserWindow().loadURL('data:text/html,<title>Tried</title><button>Press</button>'))
`

const runtime = await fetchElectronRuntime()
const display = isMissing(runtime) ? runtime : await startDisplay()
const keyring = isMissing(display) ? display : await startKeyring()

async function launch(folder: string, env: Readonly<Record<string, string>> = {}) {
  return _electron.launch({
    executablePath: join(requireAvailable(runtime), 'electron'),
    args: ['--no-sandbox', `--user-data-dir=${join(folder, 'profile')}`, folder],
    env: { ...process.env, ...env, DISPLAY: requireAvailable(display).name } as Record<string, string>,
  })
}

async function writeApp(folder: string, main: string) {
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'tried', version: '7.8.9', main: 'main.mjs' }))
  await writeFile(join(folder, 'main.mjs'), main)
}

describeWith(display, `Electron ${testElectronVersion}`, ({ stop }) => {
  afterAll(stop)

  test('runs an app folder under Playwright, as an unpackaged Electron', async () => {
    await using folder = await createTempFolder()
    await writeApp(folder.path, windowMain)
    const app = await launch(folder.path)
    const window = await app.firstWindow()
    expect(await window.title()).toBe('Tried')
    await window.getByRole('button').click()
    const seen = await app.evaluate(({ app }) => ({
      electron: process.versions.electron,
      name: app.getName(),
      version: app.getVersion(),
      packaged: app.isPackaged,
    }))
    expect(seen).toEqual({ electron: testElectronVersion, name: 'tried', version: '7.8.9', packaged: false })
    await app.close()
  })

  describeWith(keyring, 'on a bus with a keyring', ({ env, stop }) => {
    afterAll(stop)

    test('protects what it stores', async () => {
      await using folder = await createTempFolder()
      await writeApp(folder.path, "import { app } from 'electron'\napp.whenReady()")
      const app = await launch(folder.path, env)
      const seen = await app.evaluate(async ({ app, safeStorage }) => {
        await app.whenReady()
        const hidden = safeStorage.encryptString('a secret')
        return { backend: safeStorage.getSelectedStorageBackend(), back: safeStorage.decryptString(hidden) }
      })
      expect(seen).toEqual({ backend: 'gnome_libsecret', back: 'a secret' })
      await app.close()
    })
  })
})

describeWith(await findChromium(), 'Chromium', (executablePath) => {
  test('is driven by Playwright', async () => {
    const browser = await chromium.launch({ executablePath, args: [...chromiumArguments] })
    const page = await browser.newPage()
    await page.setContent('<title>Tried</title>')
    expect(await page.title()).toBe('Tried')
    await browser.close()
  })
})
