import { stat } from 'node:fs/promises'
import { expect, test } from '../fixtures.ts'

test('the window opens and shows the app', async ({ app }) => {
  await expect(app.page).toHaveTitle(/Orbital/)
  await expect(app.page.locator('#root')).not.toBeEmpty()
  expect((await stat(app.home)).isDirectory()).toBe(true)
})

test('it comes back on the same home after a crash', async ({ app }) => {
  const page = await app.relaunch({ kill: true })
  await expect(page.locator('#root')).not.toBeEmpty()
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
