import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { _electron, chromium } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Available, isMissing, requireAvailable } from './available.ts'
import { chromiumArguments, findChromium } from './chromium.ts'
import { describeWith } from './describe-with.ts'
import { fetchElectronRuntime, testElectronVersion } from './electron-runtime.ts'
import { createTempFolder, type TempFolder } from './temp-folder.ts'
import { type Display, startDisplay } from './xvfb.ts'

const main = `
import { app, BrowserWindow } from 'electron'
app.whenReady().then(() => new BrowserWindow().loadURL('data:text/html,<title>Tried</title><button>Press</button>'))
`

describeWith(await fetchElectronRuntime(), `Electron ${testElectronVersion}`, (runtime) => {
  let display: Available<Display>
  let folder: TempFolder

  beforeAll(async () => {
    display = await startDisplay()
    folder = await createTempFolder()
    await writeFile(
      join(folder.path, 'package.json'),
      JSON.stringify({ name: 'tried', version: '7.8.9', main: 'main.mjs' }),
    )
    await writeFile(join(folder.path, 'main.mjs'), main)
  })
  afterAll(async () => {
    if (!isMissing(display)) await display.stop()
    await folder.remove()
  })

  test('runs an app folder under Playwright, as an unpackaged Electron', async () => {
    const app = await _electron.launch({
      executablePath: join(runtime, 'electron'),
      args: ['--no-sandbox', `--user-data-dir=${join(folder.path, 'profile')}`, folder.path],
      env: { ...process.env, DISPLAY: requireAvailable(display).name } as Record<string, string>,
    })
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
