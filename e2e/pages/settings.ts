import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Locator, type Page } from 'playwright/test'
import type { Settings } from '../../shared/model/settings.ts'
import type { AppUnderTest } from '../fixtures.ts'
import { openPage } from './window.ts'

export interface CompatibleStore {
  readonly name: string
  readonly endpoint: string
  readonly bucket: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** A yes to keeping it in a file, in a browser; so it is where nothing else is said. */
  readonly keepsSecret?: boolean
}

/** Opens a section of Settings. */
export async function openSection(page: Page, name: string): Promise<void> {
  await openPage(page, 'Settings')
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name }).click()
}

/** What `settings.json` holds; nothing before anything was set. */
export async function readSettings({ home }: AppUnderTest): Promise<Partial<Settings>> {
  const text = await readFile(join(home, 'settings.json'), 'utf8').catch(() => '{"settings": {}}')
  return JSON.parse(text).settings
}

/** Opens the form of a new connection. */
export async function openNewConnection(page: Page): Promise<Locator> {
  await openPage(page, 'Settings')
  await page.getByRole('region', { name: 'Connections' }).getByRole('button', { name: 'Add' }).click()
  const sheet = page.getByRole('dialog', { name: 'Add a connection' })
  await expect(sheet).toBeVisible()
  return sheet
}

export async function fillCompatibleStore(sheet: Locator, store: CompatibleStore): Promise<void> {
  await sheet.getByRole('radio', { name: 'S3-compatible store' }).check()
  await sheet.getByRole('textbox', { name: /^Name/ }).fill(store.name)
  await sheet.getByRole('textbox', { name: /^Address/ }).fill(store.endpoint)
  await sheet.getByRole('textbox', { name: /^Bucket/ }).fill(store.bucket)
  await sheet.getByRole('textbox', { name: /^Access key/ }).fill(store.accessKeyId)
  await sheet.getByLabel('Secret', { exact: true }).fill(store.secretAccessKey)
}

/** Adds an S3-compatible store as a person does, and leaves its page in Settings shown. */
export async function addCompatibleStore(page: Page, store: CompatibleStore): Promise<void> {
  const sheet = await openNewConnection(page)
  await fillCompatibleStore(sheet, store)
  const keep = sheet.getByRole('checkbox', { name: 'Keep it in secrets.json' })
  if (store.keepsSecret !== false && (await keep.isVisible())) await keep.check()
  await sheet.getByRole('button', { name: 'Add connection' }).click()
  await expect(sheet).toBeHidden()
  await expect(page.getByRole('heading', { name: store.name })).toBeVisible()
}

export async function addFolderConnection(page: Page, name: string, path: string): Promise<void> {
  const sheet = await openNewConnection(page)
  await sheet.getByRole('radio', { name: 'Folder' }).check()
  await sheet.getByRole('textbox', { name: /^Name/ }).fill(name)
  await sheet.getByRole('textbox', { name: /^Folder/ }).fill(path)
  await sheet.getByRole('button', { name: 'Add connection' }).click()
  await expect(sheet).toBeHidden()
  await expect(page.getByRole('heading', { name })).toBeVisible()
}
