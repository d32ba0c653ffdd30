import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../../../testkit/run-command.ts'
import { expect, test } from '../../fixtures.ts'
import { cleanEnvironment } from '../../hosts/host-under-test.ts'

test('the page has the bridge and nothing else of the program', async ({ app }) => {
  const found = await app.page.evaluate(() => {
    const { orbital } = window as unknown as { orbital: object }
    return {
      names: Object.keys(orbital).toSorted(),
      frozen: Object.isFrozen(orbital),
      node: ['require', 'process', 'Buffer', 'global'].filter((name) => name in window),
    }
  })
  expect(found).toEqual({ names: ['call', 'cancel', 'onEvent', 'pathOfDrop'], frozen: true, node: [] })
})

test('the page can neither leave nor open windows', async ({ app }) => {
  const isDenied = await app.page.evaluate(() => {
    location.href = 'https://example.invalid/'
    return window.open('app://orbital/') === null
  })
  expect(isDenied).toBe(true)
  expect(await app.page.evaluate(() => location.origin)).toBe('app://orbital')
  expect(await app.electronApp?.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
})

test('a page of another origin is not heard, even with the bridge', async ({ app }) => {
  const preload = join(import.meta.dirname, '../../../out/preload/preload.cjs')
  const answers = await app.electronApp?.evaluate(async ({ BrowserWindow }, path) => {
    const ask = `orbital.call({ callId: 'x', procedure: 'host.facts', input: {} })`
    const answered: unknown[] = []
    for (const url of ['about:blank', 'data:text/html,x']) {
      const window = new BrowserWindow({ show: false, webPreferences: { preload: path, sandbox: true } })
      await window.loadURL(url)
      answered.push(await window.webContents.executeJavaScript(ask))
      window.destroy()
    }
    return answered
  }, preload)
  expect(answers).toHaveLength(2)
  for (const answer of answers ?? []) expect(answer).toMatchObject({ ok: false, error: { code: 'usage' } })
})

test('the page itself is heard', async ({ app }) => {
  const answer = await app.page.evaluate(() => {
    const { orbital } = window as unknown as { orbital: { call(envelope: unknown): Promise<unknown> } }
    return orbital.call({ callId: 'of the test', procedure: 'host.facts', input: {} })
  })
  expect(answer).toMatchObject({ ok: true, value: { kind: 'electron', nativeDialogs: true } })
})

test('a second start on the same home ends, and leaves the first one its window', async ({ app }) => {
  const runtime = join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? '', 'electron')
  const root = join(import.meta.dirname, '../../..')
  const second = await runCommand(runtime, ['--no-sandbox', root], {
    env: cleanEnvironment({ ORBITAL_HOME: app.home }),
    timeoutMs: 20_000,
  })
  expect(second.exitCode).toBe(0)
  expect(await app.electronApp?.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
  expect((await stat(join(app.home, 'electron'))).isDirectory()).toBe(true)
})

test('keys are kept where the system protects them, and only there', async ({ app }) => {
  const info = await app.page.evaluate(() => {
    const { orbital } = window as unknown as { orbital: { call(envelope: unknown): Promise<unknown> } }
    return orbital.call({ callId: 'of the test', procedure: 'engine.info', input: {} })
  })
  const secretsKept = process.env.DBUS_SESSION_BUS_ADDRESS === undefined ? 'this-run-only' : 'kept'
  expect(info).toMatchObject({ ok: true, value: { secretsKept } })
})

test('a signal quits it in order', async ({ app }) => {
  const child = app.electronApp?.process()
  const ended = new Promise<number | null>((resolve) => child?.once('exit', resolve))
  child?.kill('SIGTERM')
  expect(await ended).toBe(0)
})

test('a link is asked about before the system opens it', async ({ app: { page, electronApp } }) => {
  await electronApp?.evaluate(({ dialog, shell }) => {
    const links = { asked: 0, opened: [] as string[], answer: 1 }
    Object.assign(globalThis, { links })
    dialog.showMessageBox = (() => {
      links.asked += 1
      return Promise.resolve({ response: links.answer, checkboxChecked: false })
    }) as never
    shell.openExternal = async (url) => void links.opened.push(url)
  })
  const open = (url: string) =>
    page.evaluate((to) => {
      const { orbital } = window as unknown as { orbital: { call(envelope: unknown): Promise<{ ok: boolean }> } }
      return orbital.call({ callId: `link ${to}`, procedure: 'host.openLink', input: { url: to } })
    }, url)
  for (const url of [
    'javascript:alert(1)',
    'file:///etc/passwd',
    'http://example.org/',
    'https://me:word@example.org/',
  ])
    expect(await open(url), url).toMatchObject({ ok: false, error: { code: 'usage' } })
  expect(await open('https://example.org/card')).toMatchObject({ ok: true })
  const links = () => electronApp?.evaluate(() => Reflect.get(globalThis, 'links'))
  const asked = await links()
  await electronApp?.evaluate(() => Object.assign(Reflect.get(globalThis, 'links') as object, { answer: 0 }))
  await open('https://example.org/card')
  const after = await links()
  // One answer opens it, the other doesn't; what is no such link is never even asked about.
  expect([asked, after]).toMatchObject([{ asked: 1 }, { asked: 2, opened: ['https://example.org/card'] }])
})
