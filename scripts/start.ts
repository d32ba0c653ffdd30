/**
 * `npm start`: the app, in Electron where its runtime is or can be had, else in the browser.
 *
 * 1. Build, when out/ is missing or older than the sources.
 * 2. Choose (choose-interface.ts), before anything of Electron is loaded.
 * 3. No runtime: try to get it. That gives up when nothing arrives for 8 s, and after 5 minutes in any case.
 * 4. Start Electron and wait for its window. It ends first, or shows none within 15 s: end it and take the browser.
 * 5. The browser: the same page, served on loopback; a line says why, and the address to open.
 * 6. Signals reach whatever runs; its end is this one's end, with its exit code. Between npm and this program there may be a shell that dies of
 *    a signal without handing it on: its going is a signal, too. Should this program be killed, the web host sees its channel close and ends.
 *
 * ORBITAL_UI=browser asks for the browser. ORBITAL_ELECTRON_ARGS are more arguments for Electron, separated by spaces.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { chooseInterface, isBuildStale } from './choose-interface.ts'
import { fetchElectron } from './fetch-electron.ts'

const root = resolve(import.meta.dirname, '..')
const electronFolder = join(root, 'node_modules/electron')
const windowTimeoutMs = 15_000
const announcement = 'orbital: window shown'

const ending = new AbortController()
let running: ChildProcess | undefined
const end = (signal: NodeJS.Signals) => {
  ending.abort()
  running?.kill(signal)
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end)
if (process.env.npm_lifecycle_event === 'start') endWithParent() // 6

await buildIfStale() // 1
if (!ending.signal.aborted) process.exitCode = await start()

/** No event tells that a parent is gone. Windows never says so; there the whole tree is ended by whoever ends npm. */
function endWithParent(): void {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    end('SIGTERM')
  }, 500)
  timer.unref()
}

async function start(): Promise<number> {
  const choice = choose() // 2
  if (choice.kind === 'browser') return serve(choice.why)
  if (choice.kind === 'electron') return runElectron(choice.executable)
  console.log('Getting Electron, the frame of the window (once, about 120 MB).')
  const outcome = await fetchElectron(electronFolder, {
    signal: ending.signal,
    limits: { stallMs: 8_000, overallMs: 300_000 },
  }) // 3
  if (ending.signal.aborted) return 130
  const second = choose()
  if (second.kind === 'electron') return runElectron(second.executable)
  return serve(
    `Electron can’t be had here (${outcome.kind === 'failed' ? outcome.why : 'its installation is incomplete'})`,
  )
}

function choose() {
  return chooseInterface({
    env: process.env,
    platform: process.platform,
    electronFolder,
    readText: (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined),
    isFile: (path) => existsSync(path) && statSync(path).isFile(),
  })
}

async function runElectron(executable: string): Promise<number> {
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env
  const more = (process.env.ORBITAL_ELECTRON_ARGS ?? '').split(' ').filter((word) => word !== '')
  // Chromium's sandbox refuses to run as root.
  if (process.platform === 'linux' && process.getuid?.() === 0) more.push('--no-sandbox')
  const child = spawn(executable, [...more, root], {
    env: { ...env, ORBITAL_ANNOUNCE: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running = child
  const ended = endOf(child)
  const shown = waitForWindow(child)
  const first = await Promise.race([ended, shown])
  if (first === 'shown' || ending.signal.aborted) return ended
  if (first === 'not shown') {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
    await ended
    clearTimeout(timer)
    return serve('Electron showed no window within 15 s')
  }
  // Another one of the same home was asked to come forward.
  if (first === 0) return 0
  return serve('Electron ended before its window opened')
}

/** The child's exit code: 1 when it could not be started, 130 when a signal ended it. */
async function endOf(child: ChildProcess): Promise<number> {
  const failed = once(child, 'error').then(() => 1)
  const exited = once(child, 'exit').then(([code]: (number | null)[]) => code ?? 130)
  return Promise.race([exited, failed])
}

function waitForWindow(child: ChildProcess): Promise<'shown' | 'not shown'> {
  return new Promise((settle) => {
    const timer = setTimeout(() => settle('not shown'), windowTimeoutMs)
    timer.unref()
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = text.split('\n')
      if (lines.includes(announcement)) {
        clearTimeout(timer)
        settle('shown')
      }
      process.stdout.write(
        lines
          .filter((line) => line !== announcement)
          .join('\n')
          .replace(/^\n$/, ''),
      )
    })
  })
}

async function serve(why: string): Promise<number> {
  if (ending.signal.aborted) return 130
  console.log(`${why}, so Orbital is served to your browser. Open the address below.`)
  const child = spawn(process.execPath, [join(root, 'out/main/cli.js'), 'serve'], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  }) // 5
  running = child
  return endOf(child) // 6
}

async function buildIfStale(): Promise<void> {
  const built = ['main/index.js', 'main/cli.js', 'preload/preload.cjs', 'renderer/index.html']
  const times = built.map((path) => statSync(join(root, 'out', path), { throwIfNoEntry: false })?.mtimeMs)
  if (!isBuildStale(times, newestSource())) return
  console.log('Building (once, and after the sources change).')
  const child = spawn(process.execPath, [join(root, 'scripts/build.ts')], { stdio: ['ignore', 'ignore', 'inherit'] })
  running = child
  const code = await endOf(child)
  if (code === 0 || ending.signal.aborted) return
  console.error('The build failed; its messages are above.')
  process.exit(1)
}

function newestSource(): number {
  const patterns = [
    '{shared,electron,renderer}/**/*',
    'electron.vite.config.ts',
    'scripts/build.ts',
    'package-lock.json',
  ]
  const isTest = (path: string) => /\.(test|suite|test-d|integration\.test)\.tsx?$/.test(path)
  let newestMs = 0
  for (const path of globSync(patterns, { cwd: root })) {
    const facts = statSync(join(root, path))
    if (facts.isFile() && !isTest(path)) newestMs = Math.max(newestMs, facts.mtimeMs)
  }
  return newestMs
}
