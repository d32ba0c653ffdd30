import { expect, type Page } from 'playwright/test'

/** Opens the palette, types an action's words, and runs what stands first. */
export async function runInPalette(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('textbox', { name: 'Search packages and actions' })).toBeFocused()
  await page.keyboard.type(`>${words}`)
  await expect(page.getByRole('dialog').getByRole('option').first()).toContainText(words)
  await page.keyboard.press('Enter')
}
/** What a toast says. */
export const said = (page: Page) => page.getByRole('alert')
