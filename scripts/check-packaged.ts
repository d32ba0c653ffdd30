import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright'
import { isMissing } from '../testkit/available.ts'
import { runCommand } from '../testkit/run-command.ts'
import { startWatchdog } from '../testkit/server-process.ts'
import { createTempFolder } from '../testkit/temp-folder.ts'
import { startDisplay } from '../testkit/xvfb.ts'

interface Outcome {
  readonly ok: boolean
  readonly text: string
}

/**
 * Sees that a packaged app works: its command answers without a screen, its window shows the page. The inspector of its main process
 * is turned off in it, so the page is looked at by Chromium's own debugging port.
 */
export async function checkPackaged(distFolder: string): Promise<Outcome> {
  const folder = join(distFolder, `${process.platform === 'linux' ? 'linux' : process.platform}-unpacked`)
  const program = join(folder, 'orbital')
  if (!existsSync(program)) return { ok: true, text: `Packaged into ${distFolder}; it is tried on Linux only.` }
  await using home = await createTempFolder('orbital-dist-')
  const { DISPLAY: _, WAYLAND_DISPLAY: __, ...screenless } = process.env
  const env = { ...screenless, ORBITAL_HOME: join(home.path, 'home') }
  const run = (...words: string[]) =>
    runCommand(join(folder, 'resources/bin/orbital'), words, { env, timeoutMs: 60_000 })
  const [version, wrong] = [await run('--version'), await run('no-such-command')]
  if (version.exitCode !== 0 || !/^orbital \d/m.test(version.stdout) || wrong.exitCode !== 2) {
    return { ok: false, text: `The packaged command did not answer: ${JSON.stringify([version, wrong])}` }
  }
  // The sample is in it, its workers start from the archive, and it can write where it should.
  const steps = [await run('install', 'digit_recogniser'), await run('verify', 'digit_recogniser')]
  if (steps.some(({ exitCode }) => exitCode !== 0)) {
    return { ok: false, text: `The packaged command could not install the sample: ${JSON.stringify(steps)}` }
  }
  const display = await startDisplay()
  if (isMissing(display))
    return { ok: true, text: `Packaged; its command answers. Its window was not tried: ${display.missing}` }
  try {
    return await checkWindow(program, { ...env, DISPLAY: display.name })
  } finally {
    await display.stop()
  }
}

async function checkWindow(program: string, env: NodeJS.ProcessEnv): Promise<Outcome> {
  const rootArguments = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const child = spawn(program, [...rootArguments, '--remote-debugging-port=0'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const endWatchdog = child.pid === undefined ? () => {} : startWatchdog(child.pid)
  const gone = once(child, 'exit')
  let output = ''
  const address = new Promise<string>((settle, fail) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const [, url] = /DevTools listening on (ws:\/\/\S+)/.exec(output) ?? []
      if (url !== undefined) settle(url)
    })
    child.once('exit', (code) => fail(new Error(`it ended with ${code}`)))
    setTimeout(() => fail(new Error('it did not come up within 30 s')), 30_000).unref()
  })
  try {
    const browser = await chromium.connectOverCDP(await address)
    const context = browser.contexts()[0]
    const page = context?.pages()[0] ?? (await context?.waitForEvent('page', { timeout: 15_000 }))
    await page?.locator('#root:not(:empty)').waitFor({ state: 'attached', timeout: 15_000 })
    const url = page?.url()
    await browser.close()
    if (url === undefined || !url.startsWith('app://orbital/')) return { ok: false, text: `The window shows ${url}` }
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), 15_000)
    const [code] = (await gone) as [number | null]
    clearTimeout(timer)
    if (code !== 0) return { ok: false, text: `The packaged app did not quit well: ${code}` }
    return { ok: true, text: 'Packaged; its command answers, its window opens and it quits.' }
  } catch (error) {
    return { ok: false, text: `The packaged app did not open its window: ${error}\n${output.slice(-2000)}` }
  } finally {
    child.kill('SIGKILL')
    endWatchdog()
  }
}
