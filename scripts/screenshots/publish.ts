/** Publishing: a folder with everything to settle that a folder can have, and publishes in each state. */
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Page } from 'playwright/test'
import { makeCheckpoint } from '../../e2e/example/example-home.ts'
import type { ExamplePackage } from '../../e2e/example/example-package.ts'
import { writePackageFolder } from '../../e2e/example/fill-store.ts'
import { choosePath, openPage } from '../../e2e/pages/window.ts'
import type { CountingProxy } from '../../testkit/counting-proxy.ts'
import type { Camera } from './camera.ts'

export async function openToPublish(page: Page, path: string): Promise<void> {
  await openPage(page, 'Publish')
  await page.getByRole('textbox', { name: 'Or type its path' }).fill(path)
  await page.getByRole('button', { name: 'Open', exact: true }).click()
}

export const pressPublish = (page: Page): Promise<void> =>
  page.getByRole('main').getByRole('button', { name: 'Publish', exact: true }).click()

/** A next version of a package with whatever must be settled first, and whatever is good to know, at once. */
export async function takeMuchToSettle(
  page: Page,
  { take }: Camera,
  each: ExamplePackage,
  work: string,
): Promise<void> {
  const folder = join(work, 'much', each.name)
  const [newest] = each.versions
  await writePackageFolder(
    folder,
    { ...each, compatibility: { 'Support Desk': '>=3.1' } },
    newest?.version ?? '1.0.0',
    undefined,
  )
  await mkdir(join(folder, 'training'))
  // In two pieces, so that nobody takes it for one of somebody's.
  const key = ['AKIA', 'Q7RK29XVBT4MZP81'].join('')
  await writeFile(join(folder, '.env'), `AWS_ACCESS_KEY_ID=${key}\n`)
  await writeFile(join(folder, 'training/upload.json'), `{ "id": "${key}" }\n`)
  for (const name of ['optimizer.pt', 'scheduler.pt'])
    await writeFile(join(folder, 'training', name), makeCheckpoint(240_000))
  await writeFile(join(folder, 'training/aux.json'), '{}')
  await writeFile(join(folder, 'meta.json'), '{}')
  await symlink('/nowhere/calls-of-march', join(folder, 'training/calls'))
  await openToPublish(page, folder)
  await expect(page.getByText('Still being compared.')).toBeHidden()
  await expect(page.getByText(/things first:/)).toBeVisible()
  await take(page, 'publish-to-settle')
  await page.getByRole('button', { name: 'Leave without publishing' }).click()
}

/** One that is published, one on its way, one that waits for it. */
export async function takePublishProgress(
  page: Page,
  { take }: Camera,
  folders: { readonly small: string; readonly large: string; readonly next: string },
  gate: CountingProxy,
): Promise<void> {
  gate.throttle(undefined)
  await openToPublish(page, folders.small)
  await pressPublish(page)
  await expect(page.getByRole('heading', { name: /^Churn predictor .* is published$/ })).toBeVisible()
  gate.clear()
  gate.throttle(12_000_000)
  await publishAnother(page, folders.large)
  await expect
    .poll(() => gate.count({ method: 'PUT', path: /translator/ }).receivedBytes, { timeout: 60_000, intervals: [100] })
    .toBeGreaterThan(40_000_000)
  gate.throttle(30_000)
  await publishAnother(page, folders.next)
  await expect(page.getByText(/^Queued\./)).toBeVisible()
  await take(page, 'publish-progress', ['.legend'])
  gate.throttle(undefined)
}

async function publishAnother(page: Page, folder: string): Promise<void> {
  await page.evaluate(() => location.assign('#/publish'))
  await page.getByRole('button', { name: 'choose one…' }).click()
  await choosePath(page, folder)
  await pressPublish(page)
}
