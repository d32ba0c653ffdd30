import { packageRow, rowTitles } from '../pages/browse.ts'
import { tabTo } from '../pages/keyboard.ts'
import { openNewConnection } from '../pages/settings.ts'
import { expect, testWithExample as test } from '../with-store.ts'

test('a package is found, installed and removed without a mouse', async ({ app: { page } }) => {
  await expect(packageRow(page, 'Churn predictor')).toBeVisible()
  await page.keyboard.press('/')
  await page.keyboard.type('churn')
  await expect(page.getByText('1 of 9 packages')).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('grid', { name: 'Packages' })).toBeFocused()
  await page.keyboard.press('i')
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Install' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(packageRow(page, 'Churn predictor')).toContainText('Installed')

  await page.keyboard.press('F6')
  await page.keyboard.press('F6')
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.closest('[data-pane]')?.getAttribute('data-pane')))
    .toBe('sidebar')
  await tabTo(page, /^Installed/)
  await page.keyboard.press('Enter')
  const list = page.getByRole('grid', { name: 'Installed packages' })
  await expect(list.getByRole('row').filter({ hasText: 'Churn predictor' })).toBeVisible()
  await page.keyboard.press('F6')
  await expect(list).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Delete')
  await expect(page.getByText('Nothing is installed here')).toBeVisible()
  await page.keyboard.press('Control+z')
  await expect(list.getByRole('row').filter({ hasText: 'Churn predictor' })).toBeVisible()
})

test('the palette opens packages and runs actions', async ({ app: { page } }) => {
  await expect(packageRow(page, 'Churn predictor')).toBeVisible()
  await page.keyboard.press('Control+k')
  const search = page.getByRole('textbox', { name: 'Search packages and actions' })
  await expect(search).toBeFocused()
  await page.keyboard.type('fraud')
  const found = page.getByRole('dialog').getByRole('option', { name: /^Fraud scorer, card payments/ })
  await expect(found).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'Fraud scorer, card payments' })).toBeVisible()
  await page.keyboard.press('Control+k')
  await expect(search).toBeFocused()
  await page.keyboard.type('>transfers')
  await expect(found).toBeHidden()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'Transfers' })).toBeVisible()
})

test('packages are filtered and sorted without a mouse', async ({ app: { page } }) => {
  const titles = () => rowTitles(page)
  const sorted = (column: string) => page.getByRole('columnheader', { name: column })
  await expect(packageRow(page, 'Churn predictor')).toBeVisible()
  const all = await titles()
  await page.getByRole('searchbox', { name: 'Search packages' }).focus()

  await tabTo(page, /^For my apps/)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: /^For my apps/ })).toHaveAttribute('aria-pressed', 'true')
  await expect.poll(titles).not.toContain('YOLO shelf detector')
  await tabTo(page, /^Filter by tag/)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('menuitem', { name: 'Every tag' })).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('menuitem').nth(1)).toBeFocused()
  const tag = await page.getByRole('menuitem').nth(1).locator('.mantine-Menu-itemLabel').textContent()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: `Tag: ${tag}` })).toBeFocused()
  const both = (await titles()).length
  expect(both).toBeGreaterThan(0)
  expect(both).toBeLessThan(all.length)

  // One step back with each Escape: the tag, then the filter.
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: 'Filter by tag' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect.poll(titles).toEqual(all)

  await tabTo(page, /^Package[↑↓]?$/)
  await page.keyboard.press('Enter')
  await expect(sorted('Package')).toHaveAttribute('aria-sort', 'ascending')
  const byName = all.toSorted((a, b) => a.localeCompare(b, 'en'))
  await expect.poll(titles).toEqual(byName)
  await page.keyboard.press('Space')
  await expect(sorted('Package')).toHaveAttribute('aria-sort', 'descending')
  await expect.poll(titles).toEqual(byName.toReversed())
  await tabTo(page, /^Size[↑↓]?$/)
  await page.keyboard.press('Enter')
  await expect(sorted('Size')).toHaveAttribute('aria-sort', 'descending')
  await expect(sorted('Package')).not.toHaveAttribute('aria-sort')
  const sizes = await page.locator('.prow .c-size').evaluateAll((cells) =>
    cells
      .map((cell) => /^(?:(\d+) bytes|([\d,]+) bytes)/.exec(cell.getAttribute('title') ?? '')?.[0] ?? '')
      .filter((each) => each !== '')
      .map((each) => Number(each.replaceAll(/\D/g, ''))),
  )
  expect(sizes.length).toBeGreaterThan(5)
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
})

test('what is typed in a sheet is not left by the palette, a drop, or a sheet above it', async ({ app }) => {
  const { page } = app
  const sheet = await openNewConnection(page)
  const name = sheet.getByRole('textbox', { name: /^Name/ })
  await sheet.getByRole('radio', { name: 'Folder' }).check()
  await name.fill('Shared drive')
  await page.keyboard.press('Control+k')
  const drop = page.getByRole('heading', { level: 2, name: /^Drop to / })
  const drag = () =>
    page.evaluate(() => {
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File(['weights'], 'weights.bin'))
      document.body.dispatchEvent(new DragEvent('dragenter', { bubbles: true, cancelable: true, dataTransfer }))
    })
  await drag()
  await page.keyboard.type(', models')
  await expect(name).toHaveValue('Shared drive, models')
  await expect(drop).toBeHidden()
  if (app.kind === 'chromium') {
    await sheet.getByRole('button', { name: 'Choose…' }).click()
    const picker = page.getByRole('dialog', { name: 'Choose the folder for packages' })
    await expect(picker).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(picker).toBeHidden()
  }
  await expect(name).toHaveValue('Shared drive, models')
  const palette = page.getByRole('dialog', { name: 'Search packages and actions' })
  await expect(palette).toBeHidden()

  await page.keyboard.press('Escape')
  await expect(sheet).toBeHidden()
  await drag()
  await expect(drop).toBeVisible()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await expect(palette).toBeVisible()
  await page.keyboard.press('Control+k')
  await expect(palette).toBeHidden()
})
