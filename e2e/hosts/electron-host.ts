import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { _electron } from 'playwright/test'
import { cleanEnvironment, type RunningHost, type StartOptions } from './host-under-test.ts'

const projectRoot = resolve(import.meta.dirname, '../..')
const holdReady = join(import.meta.dirname, 'hold-ready.cjs')

export interface ElectronStartOptions extends StartOptions {
  /** Default: the runtime of ELECTRON_OVERRIDE_DIST_PATH, which loads the built app of this checkout. */
  readonly executable?: string
}

/** The built app in a real Electron, on this worker's screen. */
export async function startElectronHost(options: ElectronStartOptions): Promise<RunningHost> {
  const runtime = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (options.executable === undefined && runtime === undefined) {
    throw new Error('ELECTRON_OVERRIDE_DIST_PATH names no Electron; start this with npm run e2e')
  }
  // Chromium's sandbox refuses to run as root.
  const rootArguments = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const app = await _electron.launch({
    executablePath: options.executable ?? join(runtime ?? '', 'electron'),
    args: [...rootArguments, ...(options.executable === undefined ? ['-r', holdReady, projectRoot] : [])],
    env: cleanEnvironment({ ...options.env, ORBITAL_HOME: options.home }),
    timeout: 30_000,
  })
  const child = app.process()
  const gone = once(child, 'exit')
  let output = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const page = await app.firstWindow({ timeout: 30_000 })
  await page.emulateMedia({ reducedMotion: 'reduce' })
  const resize = async ({ width, height }: StartOptions['size']) => {
    await app.evaluate(
      ({ BrowserWindow }, size) => {
        for (const window of BrowserWindow.getAllWindows()) window.setContentSize(size.width, size.height)
      },
      { width, height },
    )
    await page.waitForFunction((size) => innerWidth === size.width && innerHeight === size.height, { width, height })
  }
  await resize(options.size)
  return {
    page,
    electronApp: app,
    output: () => output,
    resize,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) await app.close()
      await gone
    },
    async kill() {
      child.kill('SIGKILL')
      await gone
      // Playwright learns of it by its own connections breaking.
      await app.close().catch(() => {})
    },
  }
}
