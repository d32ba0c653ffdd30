import { join } from 'node:path'
import { type Browser, test as base, chromium, type ElectronApplication, expect, type Page } from 'playwright/test'
import { requireAvailable } from '../testkit/available.ts'
import { chromiumArguments, findChromium } from '../testkit/chromium.ts'
import { createTempFolder } from '../testkit/temp-folder.ts'
import { startBrowserHost } from './hosts/browser-host.ts'
import { startElectronHost } from './hosts/electron-host.ts'
import type { RunningHost } from './hosts/host-under-test.ts'

export type HostKind = 'chromium' | 'electron'

export interface AppOptions {
  readonly hostKind: HostKind
  /** Added to the environment of Orbital's process. */
  readonly appEnv: Readonly<Record<string, string>>
  readonly windowSize: { readonly width: number; readonly height: number }
  /** Console errors that a test brings about itself; any other fails it. */
  readonly expectedConsole: RegExp | undefined
}

/** Orbital on a fresh home, in one of its two hosts. */
export interface AppUnderTest {
  readonly kind: HostKind
  /** Of the running process: another one after `relaunch`. */
  readonly page: Page
  /** ORBITAL_HOME; it stays over relaunches. */
  readonly home: string
  readonly electronApp: ElectronApplication | undefined
  /** Drops folders and files of this machine on the middle of the window, as from the file manager. */
  dropFolder(...paths: readonly string[]): Promise<void>
  /** Ends the process (`kill`: by force, as a crash) and starts it again on the same home. */
  relaunch(options?: { readonly kill?: boolean; readonly env?: Readonly<Record<string, string>> }): Promise<Page>
  resize(size: { readonly width: number; readonly height: number }): Promise<void>
  /** What the process wrote since it was started. */
  output(): string
}

export interface TestFixtures {
  /** Called with the fresh home before Orbital is started on it. */
  readonly prepareHome: (home: string) => Promise<void>
  readonly app: AppUnderTest
}

export interface WorkerFixtures {
  readonly sharedBrowser: () => Promise<Browser>
}

export const test = base.extend<TestFixtures & AppOptions, WorkerFixtures>({
  hostKind: ['chromium', { option: true }],
  appEnv: [{}, { option: true }],
  windowSize: [{ width: 1280, height: 840 }, { option: true }],
  expectedConsole: [undefined, { option: true }],

  sharedBrowser: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from the pattern.
    async ({}, use) => {
      let browser: Browser | undefined
      await use(async () => {
        browser ??= await chromium.launch({
          executablePath: requireAvailable(await findChromium()),
          args: [...chromiumArguments],
        })
        return browser
      })
      await browser?.close()
    },
    { scope: 'worker' },
  ],

  // biome-ignore lint/correctness/noEmptyPattern: as above.
  prepareHome: async ({}, use) => use(async () => {}),

  app: async ({ hostKind, appEnv, windowSize, expectedConsole, prepareHome, sharedBrowser }, use, testInfo) => {
    const folder = await createTempFolder('orbital-e2e-')
    const home = join(folder.path, 'home')
    await prepareHome(home)
    const problems: string[] = []
    const start = async (env: Readonly<Record<string, string>>) => {
      const options = { home, env: { ...appEnv, ...env }, size: windowSize }
      const host =
        hostKind === 'electron'
          ? await startElectronHost(options)
          : await startBrowserHost(await sharedBrowser(), options)
      collectProblems(host.page, problems, expectedConsole)
      return host
    }
    let host: RunningHost = await start({})
    const app: AppUnderTest = {
      kind: hostKind,
      home,
      get page() {
        return host.page
      },
      get electronApp() {
        return host.electronApp
      },
      dropFolder: (...paths) => dropFiles(host.page, paths),
      async relaunch({ kill = false, env = {} } = {}) {
        await (kill ? host.kill() : host.stop())
        host = await start(env)
        return host.page
      },
      resize: (size) => host.resize(size),
      output: () => host.output(),
    }
    await use(app)
    if (testInfo.status !== testInfo.expectedStatus) {
      const screenshot = await host.page.screenshot().catch(() => undefined)
      if (screenshot !== undefined) await testInfo.attach('window', { body: screenshot, contentType: 'image/png' })
      await testInfo.attach('output', { body: host.output(), contentType: 'text/plain' })
    }
    await host.stop()
    await folder.remove()
    expect(problems, 'errors in the console of the page').toEqual([])
  },
})

export { expect }

function collectProblems(page: Page, problems: string[], expected: RegExp | undefined): void {
  const add = (text: string) => {
    if (expected === undefined || !expected.test(text)) problems.push(text)
  }
  page.on('pageerror', (error) => add(`${error.name}: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error') add(message.text())
  })
}

/** As a person does it: drags files over the window, and lets go once the window says that it takes them. */
async function dropFiles(page: Page, files: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const { x, y } = await page.evaluate(() => ({ x: Math.round(innerWidth / 2), y: Math.round(innerHeight / 2) }))
  const data = { items: [], files: [...files], dragOperationsMask: 1 }
  const drag = (type: 'dragEnter' | 'dragOver' | 'drop' | 'dragCancel') =>
    session.send('Input.dispatchDragEvent', { type, x, y, data })
  await expect(async () => {
    await drag('dragCancel')
    await drag('dragEnter')
    await drag('dragOver')
    await expect(page.getByRole('heading', { level: 2, name: /^Drop to / })).toBeVisible({ timeout: 1_000 })
  }).toPass()
  await drag('drop')
  await session.detach()
}
