import type { Page } from 'playwright/test'

/** What the control that has the focus is called. */
const focusedName = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const { activeElement: element } = document
    const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : undefined
    return element?.getAttribute('aria-label') ?? label ?? element?.textContent ?? ''
  })

/** Presses Tab until the control has the focus; fails after two rounds through the window. */
export async function tabTo(page: Page, name: RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press(key)
    if (name.test(await focusedName(page))) return
  }
  throw new Error(`${key} does not come to ${name}`)
}

/** Goes to a page by the sidebar, wherever the focus is. */
export async function goByKeys(page: Page, name: string): Promise<void> {
  const paneOfFocus = () =>
    page.evaluate(() => document.activeElement?.closest('[data-pane]')?.getAttribute('data-pane') ?? '')
  for (let presses = 0; presses < 4 && (await paneOfFocus()) !== 'sidebar'; presses += 1)
    await page.keyboard.press('F6')
  await tabTo(page, new RegExp(`^${name}`))
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name }).waitFor()
}

/** Goes down in the menu that is open, and does what is there. */
export async function chooseInMenu(page: Page, name: string | RegExp): Promise<void> {
  const wanted = page.getByRole('menuitem', { name })
  await wanted.waitFor()
  for (let presses = 0; presses < 20; presses += 1) {
    if (await wanted.evaluate((item) => item === document.activeElement)) return page.keyboard.press('Enter')
    await page.keyboard.press('ArrowDown')
  }
  throw new Error(`The arrows do not come to ${name}`)
}
