import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from '../../fixtures.ts'

/** Another program's page on this machine: as near to the web host as a hostile site can come. */
async function startForeignSite() {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end('<!doctype html><title>Another site</title>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  }
}

test('another site can neither call, nor listen, nor frame the page', async ({ app }) => {
  await using site = await startForeignSite()
  const origin = new URL(app.page.url()).origin
  const page = await app.page.context().newPage()
  await page.goto(site.url)
  const statuses = new Map<string, number>()
  page.on('response', (response) => {
    if (response.url().startsWith(origin))
      statuses.set(`${response.request().method()} ${new URL(response.url()).pathname}`, response.status())
  })
  const seen = await page.evaluate(async (host) => {
    const body = JSON.stringify({ callId: '1', input: { changes: { theme: 'dark' } } })
    const attempt = (request: Promise<unknown>) =>
      request.then(
        () => 'answered',
        () => 'refused',
      )
    const frame = document.createElement('iframe')
    const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }))
    frame.src = `${host}/`
    document.body.append(frame)
    await loaded
    let frameContent = 'out of reach'
    try {
      frameContent = frame.contentDocument?.title ?? frameContent
    } catch {}
    return {
      read: await attempt(fetch(`${host}/`)),
      call: await attempt(
        fetch(`${host}/call/settings.set`, { method: 'POST', headers: { 'content-type': 'application/json' }, body }),
      ),
      listen: await attempt(fetch(`${host}/events`)),
      blind: await attempt(fetch(`${host}/call/settings.set`, { method: 'POST', mode: 'no-cors', body })),
      frameContent,
    }
  }, origin)
  expect(seen).toEqual({
    read: 'refused',
    call: 'refused',
    listen: 'refused',
    blind: 'refused',
    frameContent: 'out of reach',
  })
  for (const status of statuses.values()) expect(status).toBe(403)
  // A blind request does reach the host: what counts is that nothing came of it.
  expect(await readFile(join(app.home, 'settings.json'), 'utf8').catch(() => '')).not.toContain('dark')
  await page.close()
})

test('the token leaves the address bar at once, and the page works without it there', async ({ app }) => {
  await expect(app.page.locator('#root')).not.toBeEmpty()
  await expect.poll(() => app.page.url()).not.toContain('token')
  await app.page.reload()
  await expect(app.page.locator('#root')).not.toBeEmpty()
})

test.describe('a page of another run', () => {
  test.use({ expectedConsole: /40[13]/ })
  test('says where to go', async ({ app: { page } }) => {
    await expect(page.getByRole('grid', { name: 'Packages' })).toBeVisible()
    await page.evaluate(() => sessionStorage.setItem('orbital.token', 'of another run'))
    await page.reload()
    await expect(page.getByText('Orbital was started anew')).toBeVisible()
    await expect(page.getByText('Orbital on this computer does not answer')).toBeHidden()
  })
})
