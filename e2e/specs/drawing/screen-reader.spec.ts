import type { Locator } from 'playwright/test'
import { spoken } from '../../pages/accessibility.ts'
import { packageRow, selectPackage } from '../../pages/browse.ts'
import { expect, testWithExample as test } from '../../with-store.ts'

test.use({ windowSize: { width: 1440, height: 900 } })

const attributes = (rows: Locator, name: string): Promise<(string | null)[]> =>
  rows.evaluateAll((all, attribute) => all.map((each) => each.getAttribute(attribute)), name)

test('a list says what it is, how long, where one is, and what each column holds', async ({ app: { page } }) => {
  const grid = page.getByRole('grid', { name: 'Packages' })
  await selectPackage(page, 'Churn predictor')
  await expect(grid).toMatchAriaSnapshot(`
    - grid "Packages":
      - row /^State Package Version/:
        - columnheader "State"
        - columnheader "Package"
        - columnheader "Version"
        - columnheader "Size"
        - columnheader "Published"
        - columnheader "On this computer"
      - rowgroup:
        - row "Churn predictor 1.12.2 Compatible" [selected]:
          - gridcell "Compatible"
          - gridcell /^Churn predictor Monthly churn risk/
          - gridcell "1.12.2 3 versions"
          - gridcell /B \\d+ files$/
          - gridcell "Last week Ines"
          - gridcell "Compatible With Scoring Service 1.9"
  `)
  await expect(grid).toHaveAttribute('aria-rowcount', '11')
  const positions = (await attributes(grid.getByRole('row'), 'aria-rowindex')).map(Number)
  expect(positions).toEqual(positions.map((_, at) => at + 1))
  const active = await grid.getAttribute('aria-activedescendant')
  expect(await packageRow(page, 'Churn predictor').getAttribute('id')).toBe(active)
  await grid.press('End')
  await expect(grid.getByRole('row', { selected: true })).toHaveAttribute('aria-rowindex', '11')
})

test('a sheet is a dialog that takes the focus, and what happens to a transfer is said', async ({ app: { page } }) => {
  await selectPackage(page, 'Churn predictor')
  await page.evaluate(() => {
    const said: string[] = []
    Object.assign(window, { said })
    const region = document.querySelector('[role="status"][aria-live="polite"]')
    if (region === null) throw new Error('no live region')
    new MutationObserver(() => said.push(region.textContent ?? '')).observe(region, {
      subtree: true,
      childList: true,
      characterData: true,
    })
  })
  await page.getByRole('grid', { name: 'Packages' }).press('i')
  const sheet = page.getByRole('dialog')
  await expect(sheet).toMatchAriaSnapshot(`
    - dialog /^Install Churn predictor/:
      - heading /^Install Churn predictor/ [level=2]
      - button "Cancel"
      - button /^Install/
  `)
  expect(await spoken(page, 'dialog')).toMatchObject([{ name: expect.stringMatching(/^Install Churn/), modal: true }])
  expect(await sheet.evaluate((element) => element.contains(document.activeElement))).toBe(true)
  await sheet.getByRole('button', { name: /^Install/ }).click()
  await expect(packageRow(page, 'Churn predictor')).toContainText('Installed')
  const said = () => page.evaluate(() => (window as unknown as { said: string[] }).said)
  await expect.poll(said).toContain('Install of Churn predictor 1.12.2: done')
})

test('the palette tells which entry Enter would take', async ({ app: { page } }) => {
  await expect(packageRow(page, 'Churn predictor')).toBeVisible()
  await page.keyboard.press('Control+k')
  const field = page.getByRole('textbox', { name: 'Search packages and actions' })
  await expect(field).toBeFocused()
  await page.keyboard.type('predictor')
  const options = page.getByRole('listbox', { name: 'What fits' }).getByRole('option')
  await expect(options.first()).toHaveAccessibleName(/^Churn predictor/)
  const active = async () => {
    const id = await field.getAttribute('aria-activedescendant')
    return id === null ? '' : page.locator(`[id="${id}"]`).getAttribute('aria-selected')
  }
  await expect.poll(active).toBe('true')
  const first = await field.getAttribute('aria-activedescendant')
  await page.keyboard.press('ArrowDown')
  await expect(field).not.toHaveAttribute('aria-activedescendant', first ?? '')
  await expect(options.and(page.locator('[aria-selected="true"]'))).toHaveCount(1)
})
