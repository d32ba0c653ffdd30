import { basename, dirname, join } from 'node:path'
import { expect, type Locator, type Page } from 'playwright/test'
import type { AppUnderTest } from '../fixtures.ts'

type PageName = 'Browse' | 'Publish' | 'Installed' | 'Transfers' | 'Settings'

/** Goes to a page by the sidebar. */
export async function openPage(page: Page, name: PageName): Promise<Locator> {
  await page
    .getByRole('navigation', { name: 'Main' })
    .getByRole('button', { name: new RegExp(`^${name}`) })
    .click()
  return page.getByRole('main', { name })
}

/** Shows the packages of another connection, by the switcher above the sidebar's pages. */
export async function switchTo(page: Page, connection: string): Promise<void> {
  await page.getByTitle('Switch connection').click()
  await page.getByRole('menuitem', { name: connection }).click()
}

/** Drops folders on the window. A browser tells only their names, so there the picker asks where each is. */
export async function dropFolder(app: AppUnderTest, ...paths: readonly string[]): Promise<void> {
  await app.dropFolder(...paths)
  if (app.kind !== 'chromium') return
  for (const path of paths) await choosePath(app.page, path)
}

/** Drops package files; in a browser the picker asks where each is. */
export async function dropPackageFile(app: AppUnderTest, path: string): Promise<void> {
  await app.dropFolder(path)
  if (app.kind === 'chromium') await choosePath(app.page, dirname(path), basename(path))
}

/** Types a path into the picker that stands in for the system's dialog; `file`: one in that folder. */
export async function choosePath(page: Page, path: string, file?: string): Promise<void> {
  const field = page.getByRole('textbox', { name: 'Path of the folder' })
  const picker = page.getByRole('dialog').filter({ has: field })
  // Where a folder was chosen last, it opens there.
  await expect(field).not.toHaveValue('')
  if ((await field.inputValue()) !== path) {
    await field.fill(path)
    await picker.getByRole('button', { name: 'Go there' }).click()
  }
  if (file !== undefined) await picker.getByRole('option', { name: file }).click()
  await picker.getByRole('button', { name: /^(Choose|Save)/ }).click()
}

export async function readClipboard({ page, electronApp }: AppUnderTest): Promise<string> {
  return electronApp === undefined
    ? page.evaluate(() => navigator.clipboard.readText())
    : electronApp.evaluate(({ clipboard }) => clipboard.readText())
}

/** Does what asks where a file goes, and names the folder for it: in the page's own picker, or as the system's dialog would answer. */
export async function chooseSaveFolder(
  { page, electronApp }: AppUnderTest,
  folder: string,
  fileName: string,
  ask: () => Promise<void>,
): Promise<void> {
  if (electronApp === undefined) {
    await ask()
    await expect(page.getByRole('textbox', { name: 'Name of the file' })).toHaveValue(fileName)
    await choosePath(page, folder)
    return
  }
  await electronApp.evaluate(
    ({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
    },
    join(folder, fileName),
  )
  await ask()
}
