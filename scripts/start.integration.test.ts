import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, lstatSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Available, isMissing } from '../testkit/available.ts'
import { describeWith } from '../testkit/describe-with.ts'
import { fetchElectronRuntime } from '../testkit/electron-runtime.ts'
import { startWatchdog } from '../testkit/server-process.ts'
import { createTempFolder, type TempFolder } from '../testkit/temp-folder.ts'
import { type Display, startDisplay } from '../testkit/xvfb.ts'

const root = resolve(import.meta.dirname, '..')
const built = existsSync(join(root, 'out/main/index.js')) ? root : { missing: 'there is no build (npm run build)' }
const address = /http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]+/

let folder: TempFolder
beforeEach(async () => {
  folder = await createTempFolder()
})
afterEach(() => folder.remove())

function start(
  env: Readonly<Record<string, string>>,
  [command, ...args]: readonly [string, ...string[]] = [process.execPath, join(root, 'scripts/start.ts')],
) {
  const { DISPLAY: _, WAYLAND_DISPLAY: __, ORBITAL_UI: ___, ELECTRON_OVERRIDE_DIST_PATH: ____, ...rest } = process.env
  const child = spawn(command, args, {
    cwd: command === 'npm' ? root : folder.path,
    env: { ...rest, ORBITAL_HOME: join(folder.path, 'home'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const endWatchdog = child.pid === undefined ? () => {} : startWatchdog(child.pid)
  const gone = once(child, 'exit').then(([code]) => {
    endWatchdog()
    return code as number | null
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  return { child, gone, output: () => output }
}

async function openAndEnd({ child, gone, output }: ReturnType<typeof start>, said: string): Promise<void> {
  await expect.poll(output, { timeout: 60_000 }).toMatch(address)
  expect(output()).toContain(said)
  const [url = ''] = address.exec(output()) ?? []
  expect((await fetch(url)).status).toBe(200)
  expect(await endWith(child, gone)).toBe(0)
  await expect(fetch(url)).rejects.toThrow('fetch failed')
}

function endWith(child: ChildProcess, gone: Promise<number | null>): Promise<number | null> {
  child.kill('SIGTERM')
  return gone
}

async function createFakeRuntime(script: string): Promise<string> {
  const runtime = join(folder.path, 'runtime')
  await mkdir(runtime)
  await writeFile(join(runtime, 'electron'), `#!/bin/sh\n${script}\n`)
  await chmod(join(runtime, 'electron'), 0o755)
  return runtime
}

describeWith(process.platform === 'linux' ? built : { missing: 'written for Linux' }, 'npm start', () => {
  test('without a screen serves the page, says so, and ends all of it on a signal', async () => {
    await openAndEnd(start({}), 'There is no screen here')
  })

  test.for([
    ['npm is ended', 'npm', 'SIGTERM'],
    ['it is killed without a chance to say so', 'start.ts', 'SIGKILL'],
    ['its terminal is closed', 'start.ts', 'SIGHUP'],
  ] as const)('leaves no server behind when %s', async ([, who, signal]) => {
    const { child, gone, output } = start({ ORBITAL_UI: 'browser' }, who === 'npm' ? ['npm', 'start'] : undefined)
    await expect.poll(output, { timeout: 60_000 }).toMatch(address)
    const [url = ''] = address.exec(output()) ?? []
    expect((await fetch(url)).status).toBe(200)
    child.kill(signal)
    await gone
    const isServed = () =>
      fetch(url).then(
        () => true,
        () => false,
      )
    await expect.poll(isServed, { timeout: 10_000 }).toBe(false)
  })

  test('serves the page when asked to', async () => {
    await openAndEnd(start({ DISPLAY: ':0', ORBITAL_UI: 'browser' }), 'ORBITAL_UI')
  })

  test('serves the page when Electron ends before its window', async () => {
    const runtime = await createFakeRuntime('exit 3')
    await openAndEnd(start({ DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: runtime }), 'ended before its window')
  })

  test('serves the page when Electron shows no window within 15 s', async () => {
    const runtime = await createFakeRuntime('exec sleep 600')
    await openAndEnd(start({ DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: runtime }), 'no window within 15 s')
  })
})

const screen: Available<{ readonly runtime: string; readonly display: Display }> = await findScreen()

async function findScreen() {
  if (isMissing(built)) return built
  const runtime = await fetchElectronRuntime()
  if (isMissing(runtime)) return runtime
  const display = await startDisplay()
  return isMissing(display) ? display : { runtime, display }
}

describeWith(screen, 'npm start with a screen', ({ runtime, display }) => {
  test('opens the window in Electron, and ends it on a signal', async () => {
    const { child, gone, output } = start({ DISPLAY: display.name, ELECTRON_OVERRIDE_DIST_PATH: runtime })
    // Chromium's lock of the home: a link that leads nowhere.
    const lock = join(folder.path, 'home/electron/SingletonLock')
    const isLocked = () => lstatSync(lock, { throwIfNoEntry: false }) !== undefined
    await expect.poll(isLocked, { timeout: 60_000 }).toBe(true)
    expect(await endWith(child, gone)).toBe(0)
    expect(output()).not.toMatch(address)
    expect(isLocked()).toBe(false)
    await display.stop()
  })
})
