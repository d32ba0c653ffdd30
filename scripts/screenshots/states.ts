/**
 * The states of the pages that a person rather hopes not to see for long: nothing there yet, on its way, failed, offline.
 *
 * Each pair of hosts and homes below is brought about as it happens: an answer that is late is held back on its way to the page, a store
 * that can't be reached refuses the connection, a library that can't be read lies below a file.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, expect, type Page } from 'playwright/test'
import { startBrowserHost } from '../../e2e/hosts/browser-host.ts'
import { selectPackage } from '../../e2e/pages/browse.ts'
import { addCompatibleStore, addFolderConnection, type CompatibleStore } from '../../e2e/pages/settings.ts'
import { transferRow } from '../../e2e/pages/transfers.ts'
import { openPage, switchTo } from '../../e2e/pages/window.ts'
import type { CountingProxy } from '../../testkit/counting-proxy.ts'
import { type Camera, sizes } from './camera.ts'
import { openToPublish } from './publish.ts'

export interface StatesOptions {
  /** An empty folder for homes and stores. */
  readonly folder: string
  /** With packages in it, behind `gate`. */
  readonly store: CompatibleStore
  readonly gate: CountingProxy
  /** A folder that can be published. */
  readonly toPublish: string
}

/** Pictures of states are named by page and state. */
export const isNameOfState = (name: string): boolean => /-(?:empty|loading|offline|failed)$/.test(name)

export async function takeStates(browser: Browser, camera: Camera, options: StatesOptions): Promise<void> {
  const { folder, store, gate } = options
  gate.throttle(undefined)
  const home = join(folder, 'home')
  const first = await startBrowserHost(browser, { home, env: {}, size: sizes[0] })
  await takeEmpty(first.page, camera, folder)
  await addCompatibleStore(first.page, store)
  await switchTo(first.page, store.name)
  await takeLoading(first.page, camera, options)
  await takeOffline(first.page, camera, options)
  await first.stop()
  await takeFailed(browser, camera, options)
}

async function takeEmpty(page: Page, { take }: Camera, folder: string): Promise<void> {
  await openPage(page, 'Publish')
  await take(page, 'publish-empty')
  await openPage(page, 'Installed')
  await expect(page.getByText('Nothing is installed here')).toBeVisible()
  await take(page, 'installed-empty')
  await openPage(page, 'Transfers')
  await expect(page.getByText('Nothing is on its way')).toBeVisible()
  await take(page, 'transfers-empty')
  await mkdir(join(folder, 'new-team'))
  await addFolderConnection(page, 'New team', join(folder, 'new-team'))
  await switchTo(page, 'New team')
  await expect(page.getByText('No packages yet')).toBeVisible()
  await take(page, 'browse-empty')
}

/** What each page shows until an answer is there; `bones` says that it is shown. */
async function takeLoading(page: Page, { take }: Camera, { toPublish }: StatesOptions): Promise<void> {
  const bones = page.locator('main .bone').first()
  const whileHeld = async (procedures: readonly string[], name: string, show: () => Promise<unknown>) => {
    const release = await holdCalls(page, procedures)
    await show()
    await expect(bones).toBeVisible()
    await take(page, name)
    await release()
    await expect(bones).toBeHidden()
  }
  const anew = (hash: string) => async () => {
    await page.evaluate((to) => location.assign(to), hash)
    await page.reload()
  }
  await whileHeld(['catalog.list'], 'browse-loading', anew('#/browse'))
  await whileHeld(['libraries.list', 'installed.list'], 'installed-loading', anew('#/installed'))
  await whileHeld(['transfers.list'], 'transfers-loading', anew('#/transfers'))
  await whileHeld(['connections.list'], 'settings-loading', anew('#/settings/connections'))
  await whileHeld(['publish.plan'], 'publish-loading', () => openToPublish(page, toPublish))
}

/** The network goes while a package is on its way; the folder of before is still to be published. */
async function takeOffline(page: Page, { take }: Camera, { store, gate, toPublish }: StatesOptions): Promise<void> {
  await openPage(page, 'Browse')
  await selectPackage(page, 'Query rewriter')
  gate.clear()
  gate.throttle(2_000_000)
  await page.getByRole('grid', { name: 'Packages' }).press('i')
  const sheet = page.getByRole('dialog')
  await sheet.getByRole('button', { name: /^Install/ }).click()
  await expect(sheet).toBeHidden()
  await gate.untilSent({ path: /query_rewriter.*archive/ }, 9_000_000)
  gate.refuse(true)
  await page.getByRole('button', { name: 'Check for new packages' }).click()
  await expect(page.getByText('You see the packages as of')).toBeVisible({ timeout: 60_000 })
  await take(page, 'browse-offline')
  await openPage(page, 'Transfers')
  await expect(transferRow(page, 'Query rewriter')).toContainText('Reconnecting')
  await take(page, 'transfers-offline', ['.sums dd', '.line2'])
  await openPage(page, 'Publish')
  await page.getByRole('button', { name: 'Leave without publishing' }).click()
  await openToPublish(page, toPublish)
  await expect(page.getByRole('alert')).toBeVisible({ timeout: 60_000 })
  await take(page, 'publish-offline')
  await openPage(page, 'Settings')
  await page
    .getByRole('region', { name: 'Connections' })
    .getByRole('button', { name: new RegExp(`^${store.name}`) })
    .click()
  await page.getByRole('button', { name: /^Test / }).click()
  await expect(page.getByRole('button', { name: 'Test again' })).toBeVisible({ timeout: 60_000 })
  await take(page, 'settings-offline')
  gate.refuse(false)
}

/** Its library can't be read, and the store can't either: its folder is gone. */
async function takeFailed(browser: Browser, { take }: Camera, { folder }: StatesOptions): Promise<void> {
  const home = join(folder, 'home')
  await rm(join(folder, 'new-team'), { recursive: true })
  await rename(join(home, 'library'), join(home, 'library-of-before'))
  await writeFile(join(home, 'library'), 'not a folder')
  await rm(join(home, 'state'), { recursive: true, force: true })
  const host = await startBrowserHost(browser, { home, env: {}, size: sizes[0] })
  const { page } = host
  await expect(page.getByRole('alert')).toBeVisible()
  await take(page, 'browse-failed')
  await openPage(page, 'Installed')
  await take(page, 'installed-failed')
  await host.stop()
}

/** Holds the answers to these calls back until the function that it gives is called. */
async function holdCalls(page: Page, procedures: readonly string[]): Promise<() => Promise<void>> {
  let open = () => {}
  const opened = new Promise<void>((settle) => {
    open = settle
  })
  const pattern = new RegExp(`/call/(?:${procedures.join('|').replaceAll('.', '\\.')})$`)
  const held: Promise<void>[] = []
  await page.route(pattern, (route) => {
    const going = opened.then(() => route.continue())
    held.push(going)
    return going
  })
  return async () => {
    open()
    await Promise.all(held)
    await page.unroute(pattern)
  }
}
