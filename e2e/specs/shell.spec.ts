import { stat } from 'node:fs/promises'
import { expect, test } from '../fixtures.ts'
import { openNewConnection } from '../pages/settings.ts'
import { openPage } from '../pages/window.ts'

test('the window opens and shows the app', async ({ app }) => {
  await expect(app.page).toHaveTitle(/Orbital/)
  await expect(app.page.locator('#root')).not.toBeEmpty()
  expect((await stat(app.home)).isDirectory()).toBe(true)
})

test('it comes back on the same home after a crash', async ({ app }) => {
  const page = await app.relaunch({ kill: true })
  await expect(page.locator('#root')).not.toBeEmpty()
})

test('nothing that the window does goes against the policy of its page', async ({ app: { page } }) => {
  await page.addInitScript(() => {
    const seen: string[] = []
    Object.assign(window, { violations: seen })
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      seen.push(`${violatedDirective} ${blockedURI}`),
    )
  })
  await page.reload()
  for (const name of ['Publish', 'Installed', 'Transfers', 'Settings', 'Browse'] as const) await openPage(page, name)
  const sheet = await openNewConnection(page)
  await sheet.locator('summary', { hasText: 'From a colleague' }).click()
  await sheet.getByRole('textbox', { name: 'From a colleague' }).fill('{"orbital": "connection"}')
  await page.keyboard.press('Escape')
  expect(await page.evaluate(() => Reflect.get(window, 'violations'))).toEqual([])
})

test.describe('the policy of the page', () => {
  test.use({ expectedConsole: /Content Security Policy/ })

  test('lets no inline script run', async ({ app }) => {
    const blocked = await app.page.evaluate(async () => {
      const violation = new Promise<string>((resolve) =>
        document.addEventListener('securitypolicyviolation', (event) => resolve(event.violatedDirective), {
          once: true,
        }),
      )
      const script = document.createElement('script')
      script.textContent = 'window.ranInline = true'
      document.head.append(script)
      return { directive: await violation, ran: 'ranInline' in window }
    })
    expect(blocked).toEqual({ directive: 'script-src-elem', ran: false })
  })
})
