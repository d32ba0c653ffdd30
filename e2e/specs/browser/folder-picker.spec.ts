import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openSection } from '../../pages/settings.ts'
import { choosePath, openPage } from '../../pages/window.ts'
import { expect, test } from '../../with-store.ts'

test('the folder picker is gone through by the arrows, and a slow folder doesn’t come over a newer one', async ({
  app: { page },
  workFolder,
}) => {
  for (const name of ['first/inner', 'second/deep', 'third']) await mkdir(join(workFolder, name), { recursive: true })
  await openPage(page, 'Publish')
  await page.getByRole('main').getByRole('button', { name: 'Choose a folder…' }).click()
  const picker = page.getByRole('dialog')
  const path = picker.getByRole('textbox', { name: 'Path of the folder' })
  await expect(path).not.toHaveValue('')
  await path.fill(workFolder)
  await page.keyboard.press('Enter')
  const list = picker.getByRole('listbox', { name: 'Folders' })
  const options = list.getByRole('option')
  await expect(options).toHaveText(['first', 'second', 'third'])

  // One stop of Tab, whatever it holds.
  await page.keyboard.press('Tab')
  await expect(list).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await expect(options.nth(1)).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Enter')
  await expect(options).toHaveText(['deep'])
  await expect(path).toHaveValue(join(workFolder, 'second'))
  await expect(list).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowRight')
  await expect(list).toHaveAccessibleDescription('No folders in here.')
  await page.keyboard.press('ArrowLeft')
  await expect(options).toHaveText(['deep'])
  await expect(options).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('ArrowLeft')
  await expect(options.nth(1)).toHaveAttribute('aria-selected', 'true')

  const held: (() => void)[] = []
  await page.route('**/call/host.listFolder', async (route) => {
    const { path: asked } = route.request().postDataJSON().input
    if (asked.endsWith('second')) await new Promise<void>((resolve) => held.push(resolve))
    await route.continue()
  })
  await page.keyboard.press('Enter')
  await expect.poll(() => held.length).toBe(1)
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await expect(options).toHaveText(['inner'])
  const late = page.waitForResponse((answer) => answer.request().postData()?.includes('second') === true)
  held[0]?.()
  await (await late).finished()
  await page.keyboard.press('ArrowDown')
  await expect(options).toHaveText(['inner'])
  await expect(path).toHaveValue(join(workFolder, 'first'))
})

test('a file that is saved has the name that one gives it', async ({ app: { page }, workFolder }) => {
  await openSection(page, 'Logs and diagnostics')
  const save = async (name?: string) => {
    await page.getByRole('button', { name: 'Save diagnostics' }).click()
    if (name !== undefined) await page.getByRole('textbox', { name: 'Name of the file' }).fill(name)
    await choosePath(page, workFolder)
  }
  await save()
  const first = join(workFolder, 'orbital-diagnostics.json')
  await expect(page.getByText(first)).toBeVisible()
  // Nothing that is there is written over.
  await save()
  await expect(page.getByText(/ is already there/)).toBeVisible()
  await save('second.json')
  await expect(page.getByText(join(workFolder, 'second.json'))).toBeVisible()
  expect((await readdir(workFolder)).sort()).toEqual(['orbital-diagnostics.json', 'second.json'])
})
