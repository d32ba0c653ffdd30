import { packageRow } from '../../pages/browse.ts'
import { openPage } from '../../pages/window.ts'
import { expect, testWithExample as test } from '../../with-store.ts'

test('the tag of an update is to be seen on a selected row, too', async ({ app: { page } }) => {
  const title = 'Speech intent classifier'
  await packageRow(page, title).dblclick()
  await page.getByRole('tab', { name: 'Versions' }).click()
  await page.getByRole('button', { name: 'Install 2.0.3' }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Install/ })
    .click()
  await expect(page.getByRole('row').filter({ hasText: '2.0.3' })).toContainText('Installed')
  await openPage(page, 'Installed')
  const row = page.getByRole('grid', { name: 'Installed packages' }).getByRole('row').filter({ hasText: title })
  await row.click({ position: { x: 60, y: 14 } })
  await expect(row).toHaveAttribute('aria-selected', 'true')
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme)
    const tag = row.getByText('Update 2.1.0')
    const backgrounds = await Promise.all(
      [row, tag].map((each) => each.evaluate((element) => getComputedStyle(element).backgroundColor)),
    )
    expect(new Set(backgrounds).size, `${colorScheme}: ${backgrounds.join(' on ')}`).toBe(2)
  }
})

test('at 200 % zoom Settings is one column: connections above the one that is shown', async ({ app }) => {
  const { page } = app
  await openPage(page, 'Settings')
  const list = page.getByRole('region', { name: 'Connections' })
  const heading = page.getByRole('heading', { name: 'Team models', level: 2 })
  const isBelow = async () => {
    const [above, below] = await Promise.all([list.boundingBox(), heading.boundingBox()])
    return above !== null && below !== null && above.y + above.height <= below.y
  }
  expect(await isBelow()).toBe(false)
  await app.resize({ width: 720, height: 450 })
  await expect.poll(isBelow).toBe(true)
  await page.getByRole('button', { name: 'Test the connection' }).click()
  await page.getByRole('button', { name: 'Test again' }).scrollIntoViewIfNeeded()
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
})

test('the palette ends on a whole row, however high the window is', async ({ app }) => {
  const { page } = app
  await page.getByRole('grid', { name: 'Packages' }).press('Control+k')
  const list = page.getByRole('listbox', { name: 'What fits' })
  await expect(list.getByRole('option', { name: /^Keyboard shortcuts/ })).toBeAttached()
  /** Words of rows that the lower edge cuts, and how many rows are above it. */
  const ofEdge = () =>
    list.evaluate((element) => {
      const edge = element.getBoundingClientRect().bottom
      const words = [...element.querySelectorAll('[role="option"] .cut')].map((each) => each.getBoundingClientRect())
      return {
        cut: words.filter(({ top, bottom }) => top < edge && bottom > edge).length,
        shown: words.filter(({ bottom }) => bottom <= edge).length,
      }
    })
  const sizes = [
    { width: 1440, height: 900, atLeast: 8 },
    { width: 900, height: 600, atLeast: 8 },
    { width: 1280, height: 733, atLeast: 6 },
    // The smallest window at 200 % zoom.
    { width: 450, height: 300, atLeast: 2 },
  ]
  for (const { atLeast, ...size } of sizes) {
    await app.resize(size)
    await list.evaluate((element) => element.scrollTo(0, 0))
    await expect.poll(ofEdge, `${size.width} × ${size.height}`).toMatchObject({ cut: 0 })
    expect((await ofEdge()).shown).toBeGreaterThanOrEqual(atLeast)
    for (let step = 0; step < 5; step += 1) await page.keyboard.press('ArrowDown')
    await expect.poll(ofEdge, `${size.width} × ${size.height}, scrolled`).toMatchObject({ cut: 0 })
  }
})
