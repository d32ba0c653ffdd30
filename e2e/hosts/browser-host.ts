import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import type { Browser } from 'playwright/test'
import { startWatchdog } from '../../testkit/server-process.ts'
import { cleanEnvironment, type RunningHost, type StartOptions } from './host-under-test.ts'

const commandLine = resolve(import.meta.dirname, '../../out/main/cli.js')
const address = /http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]+/

/** `orbital serve` of the built command line, and its page in a context of its own. */
export async function startBrowserHost(browser: Browser, { home, env, size }: StartOptions): Promise<RunningHost> {
  const child = spawn(process.execPath, [commandLine, 'serve'], {
    env: cleanEnvironment({ ...env, ORBITAL_HOME: home }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const endWatchdog = child.pid === undefined ? () => {} : startWatchdog(child.pid)
  const gone = once(child, 'exit')
  const { url, output } = await readAddress(child)
  const context = await browser.newContext({
    viewport: size,
    locale: 'en-GB',
    permissions: ['clipboard-read', 'clipboard-write'],
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    await context.close()
    child.kill(signal)
    const timer = setTimeout(() => child.kill('SIGKILL'), 15_000)
    await gone
    clearTimeout(timer)
    endWatchdog()
  }
  await page.goto(url)
  return {
    page,
    output,
    resize: (to) => page.setViewportSize(to),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  }
}

async function readAddress(child: ChildProcess): Promise<{ readonly url: string; output(): string }> {
  let output = ''
  const found = new Promise<string>((settle, fail) => {
    const read = (text: string) => {
      output += text
      const [url] = address.exec(output) ?? []
      if (url !== undefined) settle(url)
    }
    child.stdout?.setEncoding('utf8').on('data', read)
    child.stderr?.setEncoding('utf8').on('data', read)
    child.once('exit', (code) =>
      fail(new Error(`orbital serve ended with ${code} before it gave an address:\n${output}`)),
    )
    setTimeout(() => fail(new Error(`orbital serve gave no address within 30 s:\n${output}`)), 30_000).unref()
  })
  try {
    return { url: await found, output: () => output }
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
}
