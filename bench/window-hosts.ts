import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright'
import { chromiumArguments } from '../testkit/chromium.ts'

/** A window that shows Browse, and how long after the start of its process its first row was there. */
export interface MeasuredWindow {
  readonly page: Page
  readonly usableMs: number
  stop(): Promise<void>
}

export interface Where {
  /** ORBITAL_HOME. */
  readonly home: string
  readonly env: Readonly<Record<string, string>>
  /** DISPLAY. */
  readonly display: string
}

const root = resolve(import.meta.dirname, '..')
const rootArguments = process.getuid?.() === 0 ? ['--no-sandbox'] : []
const firstRow = '[role="grid"] [role="row"] .name'
const size = { width: 1280, height: 840 }

/** The web host's window, in a browser that runs already. */
export async function openInBrowser(browser: Browser, where: Where): Promise<MeasuredWindow> {
  const context = await browser.newContext({ viewport: size, locale: 'en-GB' })
  const page = await context.newPage()
  const startMs = performance.now()
  const child = start(process.execPath, [join(root, 'out/main/cli.js'), 'serve'], where)
  await page.goto(await said(child, /http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]+/))
  await page.locator(firstRow).first().waitFor()
  const usableMs = performance.now() - startMs
  const stop = async () => {
    await context.close()
    await end(child)
  }
  return { page, usableMs, stop }
}

/** The app's window, in the Electron of the folder given. */
export async function openInElectron(runtime: string, where: Where): Promise<MeasuredWindow> {
  const startMs = performance.now()
  const args = [...rootArguments, '--remote-debugging-port=0', root]
  const child = start(join(runtime, 'electron'), args, where)
  const browser = await chromium.connectOverCDP(await said(child, /ws:\/\/127\.0\.0\.1:\d+\/\S+/))
  const [context] = browser.contexts()
  if (context === undefined) throw new Error('Electron has no window')
  const page = context.pages()[0] ?? (await context.waitForEvent('page'))
  await page.locator(firstRow).first().waitFor()
  const usableMs = performance.now() - startMs
  const stop = async () => {
    await browser.close()
    await end(child)
  }
  return { page, usableMs, stop }
}

/** A browser with a window on the screen. */
export const openBrowser = (executablePath: string, { display }: Pick<Where, 'display'>): Promise<Browser> =>
  chromium.launch({
    executablePath,
    headless: false,
    args: [...chromiumArguments],
    env: { ...process.env, DISPLAY: display } as Record<string, string>,
  })

function start(command: string, args: readonly string[], { home, env, display }: Where): ChildProcess {
  mkdirSync(home, { recursive: true })
  const { PATH = '', HOME = '', DBUS_SESSION_BUS_ADDRESS = '' } = process.env
  return spawn(command, args, {
    env: { PATH, HOME, DBUS_SESSION_BUS_ADDRESS, ...env, DISPLAY: display, ORBITAL_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** What matches in what it writes. Rejects with all of it when it ends before. */
function said(child: ChildProcess, pattern: RegExp): Promise<string> {
  let output = ''
  return new Promise((settle, fail) => {
    const read = (text: string) => {
      output += text
      const [found] = pattern.exec(output) ?? []
      if (found !== undefined) settle(found)
    }
    child.stdout?.setEncoding('utf8').on('data', read)
    child.stderr?.setEncoding('utf8').on('data', read)
    child.once('exit', () => fail(new Error(`it ended before it said where it is:\n${output}`)))
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000)
  await gone
  clearTimeout(timer)
}
