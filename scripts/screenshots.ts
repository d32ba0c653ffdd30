/**
 * `npm run screenshots [-- <part of a name>…]`: every page and state of the real app as docs/screenshots/<page>-<theme>-<size>.png, in a
 * headless browser over the web host. Needs a build (`npm run build`), a Chromium and the S3 server of the tests. With `--compare` they
 * are compared with those that are there: what differs goes into a temporary folder, its names are printed, and the exit code is 1.
 *
 * 1. A home after some weeks of use on a folder store with example packages; beside it a bucket behind a slow line.
 * 2. Each page is brought about once, as a person would, then taken in both sizes and both themes.
 * 3. Pictures get a palette: pages of letters on flat colours are small then.
 */
import { existsSync } from 'node:fs'
import { appendFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { type Browser, chromium, expect, type Page } from 'playwright/test'
import { type ExampleHome, makeExampleHome } from '../e2e/example/example-home.ts'
import { writePackageFolder } from '../e2e/example/fill-store.ts'
import { examplePackages } from '../e2e/example/packages.ts'
import { startBrowserHost } from '../e2e/hosts/browser-host.ts'
import { selectPackage } from '../e2e/pages/browse.ts'
import { addCompatibleStore } from '../e2e/pages/settings.ts'
import { transferRow } from '../e2e/pages/transfers.ts'
import { openPage, switchTo } from '../e2e/pages/window.ts'
import { requireAvailable } from '../testkit/available.ts'
import { chromiumArguments, findChromium } from '../testkit/chromium.ts'
import { type CountingProxy, startCountingProxy } from '../testkit/counting-proxy.ts'
import { type S3Server, startS3Server } from '../testkit/s3-server.ts'
import { createS3Client } from '../testkit/s3-store.ts'
import { bucketEnvironment, startTestEngine } from '../testkit/test-engine.ts'
import { projectRoot } from './run-suite.ts'
import { compareWithPictures, findComparisonObstacle, keepPictures, sizes } from './screenshots/camera.ts'
import { openToPublish, takeMuchToSettle, takePublishProgress } from './screenshots/publish.ts'
import { isNameOfState, takeStates } from './screenshots/states.ts'
import { endOthers, packagesToTransfer, startTransfers } from './screenshots/transfers.ts'

const folder = join(projectRoot, 'docs/screenshots')
const compares = process.argv.includes('--compare')
const wanted = process.argv.slice(2).filter((argument) => argument !== '--compare')
const work = join(tmpdir(), 'orbital-screenshots')
const differing = join(tmpdir(), 'orbital-screenshots-that-differ')

/** A bucket with some of the packages, one of which was damaged at the store. */
async function fillBucket(s3: S3Server): Promise<string> {
  const bucket = await s3.createBucket('research-models')
  const engine = await startTestEngine(join(work, 'publisher'), { env: bucketEnvironment(s3, bucket) })
  for (const name of packagesToTransfer) {
    const each = examplePackages.find((found) => found.name === name)
    const [newest] = each?.versions ?? []
    if (each === undefined || newest === undefined) throw new Error(`no example package ${name}`)
    const source = join(work, 'sources', name)
    await writePackageFolder(source, each, newest.version, newest.notes)
    const { state } = await engine.publish(source)
    if (state.kind !== 'done') throw new Error(`${name} was not published: ${JSON.stringify(state)}`)
  }
  await engine.stop()
  const client = createS3Client(s3)
  const Key = 'models/noise_suppressor-1.2.1/archive.gz'
  const { ContentLength = 0 } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key }))
  await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Buffer.alloc(ContentLength, 1) }))
  client.destroy()
  return bucket
}

async function takeFirstStart(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { name: 'Welcome to Orbital' })).toBeVisible()
  await take(page, 'first-start')
}

async function takePages(page: Page, example: ExampleHome, gate: CountingProxy): Promise<void> {
  await transferRow(page, 'Query rewriter').click()
  await expect(transferRow(page, 'Query rewriter')).toContainText(/\d kB\/s/, { timeout: 30_000 })
  await take(page, 'transfers', ['.sums dd', '.job .line2'])
  await endOthers(page, gate)
  await transferRow(page, 'Noise suppressor').click()
  await expect(page.getByRole('alert')).toContainText('What is safe')
  // Where there is no inspector it has the page to itself.
  await page.setViewportSize(sizes[1])
  await transferRow(page, 'Noise suppressor').dblclick()
  await take(page, 'error-transfer')
  await page.setViewportSize(sizes[0])

  await switchTo(page, 'Team models')
  await selectPackage(page, 'Speech intent classifier')
  await take(page, 'browse')
  await page.getByRole('grid', { name: 'Packages' }).press('i')
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Update' })).toBeVisible()
  await take(page, 'install-sheet')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('textbox', { name: 'Search packages and actions' })).toBeFocused()
  await page.keyboard.type('speech')
  await expect(page.getByRole('dialog').getByRole('option', { name: /^Speech intent/ })).toBeVisible()
  await take(page, 'palette')
  await page.keyboard.press('Escape')
  await takeDropTarget(page, example.nextVersion)

  await selectPackage(page, 'Speech intent classifier')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Know before you use it' })).toBeVisible()
  await take(page, 'detail')
  await page.getByRole('tab', { name: 'Versions' }).click()
  for (const version of ['2.1.0', '2.0.3']) await page.getByRole('checkbox', { name: `Compare ${version}` }).check()
  await expect(page.getByText('What changed from 2.0.3 to 2.1.0')).toBeVisible()
  await expect(page.getByText('model/encoder.safetensors')).toBeVisible()
  await take(page, 'detail-versions')
  await page.getByRole('button', { name: 'More for 2.0.0' }).click()
  await page.getByRole('menuitem', { name: 'Withdraw…' }).click()
  await page.getByRole('textbox', { name: /^Type / }).fill('speech_intent==2.0.0')
  await take(page, 'withdraw-sheet')
  await page.keyboard.press('Escape')
  await page.getByRole('tab', { name: 'Files' }).click()
  await page.getByRole('treeitem', { name: 'encoder.safetensors' }).click()
  await expect(page.getByText('decoder.0.attn.k.weight')).toBeVisible()
  await take(page, 'detail-files')

  await openPage(page, 'Installed')
  await page
    .getByRole('grid', { name: 'Installed packages' })
    .getByRole('row')
    .filter({ hasText: 'Speech intent' })
    .click()
  await take(page, 'installed')
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await take(page, 'installed-several')
  await page.keyboard.press('Escape')
  await takeMoveSheet(page)
  await takeDamaged(page, example)

  await openPage(page, 'Settings')
  await page
    .getByRole('region', { name: 'Connections' })
    .getByRole('button', { name: /^Research models/ })
    .click()
  gate.throttle(400_000)
  const test = page.getByRole('button', { name: /^Test (again|the connection)$/ })
  await test.click()
  await expect(page.getByText(/^Tested just now$/)).toBeVisible({ timeout: 30_000 })
  gate.throttle(30_000)
  await take(page, 'settings-connections')
  await page.getByRole('button', { name: 'Edit' }).click()
  await page.getByText('Addresses and certificates').click()
  await take(page, 'connection-form')
  await page.keyboard.press('Escape')
  await page.evaluate(() => location.assign('#/settings/network'))
  const limit = page.getByRole('textbox', { name: 'Download at most' })
  await limit.fill('20')
  await limit.press('Enter')
  await expect(limit).toHaveValue('20 MB/s')
  await limit.blur()
  await take(page, 'settings-network')

  await page.getByRole('combobox', { name: 'Find a setting' }).fill('limit')
  await expect(page.getByRole('option', { name: /^Upload at most/ })).toBeVisible()
  await take(page, 'settings-search')
  await page.keyboard.press('Escape')
  for (const section of ['apps', 'updates']) {
    await page.evaluate((name) => location.assign(`#/settings/${name}`), section)
    await take(page, `settings-${section}`)
  }
  await page.evaluate(() => location.assign('#/settings/connections'))
  await page
    .getByRole('region', { name: 'Connections' })
    .getByRole('button', { name: /^Research models/ })
    .click()
  await page.getByRole('button', { name: 'Share this connection…' }).click()
  await expect(page.getByRole('dialog', { name: 'Share Research models' })).toBeVisible()
  await take(page, 'share')
  await page.keyboard.press('Escape')
  await openPage(page, 'Browse')
  await page.getByRole('grid', { name: 'Packages' }).press('?')
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
  await take(page, 'shortcuts')
  await page.keyboard.press('Escape')

  await openToPublish(page, example.nextVersion)
  await expect(page.getByText('credentials.json looks like it holds a password', { exact: true })).toBeVisible()
  await expect(page.getByText(/\d+ changed/)).toBeVisible()
  await expect(page.getByText('Still being compared.')).toBeHidden()
  await take(page, 'publish')
  await page.getByRole('button', { name: 'Leave without publishing' }).click()
  const [first] = examplePackages
  if (first !== undefined) await takeMuchToSettle(page, camera, first, work)
  await openToPublish(page, example.emptyFolder)
  await expect(page.getByRole('alert')).toContainText('new_model is empty.')
  await take(page, 'error')
  await page.getByRole('button', { name: 'Leave without publishing' }).click()
  await switchTo(page, 'Research models')
  await takePublishProgress(page, camera, example, gate)
}

/** Where the library would go, and what that takes. */
async function takeMoveSheet(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Library: / }).click()
  await page.getByRole('menuitem', { name: 'Move to another folder…' }).click()
  const sheet = page.getByRole('dialog', { name: /^Move / })
  await sheet
    .getByRole('textbox', { name: 'New folder' })
    .fill(existsSync('/dev/shm') ? '/dev/shm/models' : join(work, 'models'))
  await expect(sheet.getByText(/Programs that load packages/)).toBeVisible()
  await take(page, 'move-library-sheet')
  await page.keyboard.press('Escape')
}

/** A version of which a file was altered, another is gone, and a third was never part of it. */
async function takeDamaged(page: Page, { home }: ExampleHome): Promise<void> {
  const title = 'Fraud scorer, card payments'
  const library = join(home, 'library')
  const entries = await readdir(library, { recursive: true, withFileTypes: true })
  const folder = entries.find(({ name }) => name === 'trees.bin')?.parentPath
  if (folder === undefined) throw new Error(`no trees.bin below ${library}`)
  await appendFile(join(folder, 'trees.bin'), 'altered')
  await rm(join(folder, 'reasons.json'))
  await writeFile(join(folder, 'scores-of-march.csv'), 'not of the package')
  await page.getByRole('grid', { name: 'Installed packages' }).getByRole('row').filter({ hasText: title }).dblclick()
  const details = page.getByRole('complementary', { name: title })
  await details.getByRole('button', { name: 'Verify' }).first().click()
  await expect(details.getByText('2 files are not as published')).toBeVisible()
  await take(page, 'installed-damaged', ['.treemap', '.usage-head'])
}

async function takeDropTarget(page: Page, path: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [path], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: 450, y: 300, data })
  await expect(page.getByRole('heading', { name: 'Drop to publish' })).toBeVisible()
  await take(page, 'drop')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('heading', { name: 'Drop to publish' })).toBeHidden()
  await session.detach()
}

async function openCamera(browser: Browser) {
  return compares ? compareWithPictures({ folder, wanted, differing }) : keepPictures({ folder, wanted }, browser)
}

const browser = await chromium.launch({
  executablePath: requireAvailable(await findChromium()),
  args: [...chromiumArguments, '--hide-scrollbars', '--font-render-hinting=none'],
})
if (compares) {
  const obstacle = await findComparisonObstacle(folder, browser)
  if (obstacle !== undefined) {
    console.error(`This machine can't compare: ${obstacle}.`)
    process.exit(2)
  }
}
const camera = await openCamera(browser)
const { take } = camera
const example = await makeExampleHome(work)
const s3 = await startS3Server()
const gate = await startCountingProxy(s3.endpoint)
try {
  const bucket = await fillBucket(s3)
  const { accessKeyId, secretAccessKey } = s3
  const store = { name: 'Research models', endpoint: gate.endpoint, bucket, accessKeyId, secretAccessKey }
  if (wanted.length === 0 || !wanted.every(isNameOfState)) {
    const fresh = await startBrowserHost(browser, { home: join(work, 'fresh'), env: {}, size: sizes[0] })
    await takeFirstStart(fresh.page)
    await fresh.stop()
    const host = await startBrowserHost(browser, { home: example.home, env: {}, size: sizes[0] })
    await addCompatibleStore(host.page, store)
    await startTransfers(host.page, gate, work)
    await takePages(host.page, example, gate)
    await host.kill()
  }
  if (wanted.length === 0 || wanted.some(isNameOfState)) {
    gate.throttle(undefined)
    await takeStates(browser, camera, { folder: join(work, 'states'), store, gate, toPublish: example.nextVersion })
  }
} finally {
  await gate.stop()
  await s3.stop()
  await browser.close()
  await rm(work, { recursive: true, force: true })
}
const problems = await camera.finish()
for (const problem of problems) console.error(problem)
if (problems.length > 0) console.error(`${problems.length} pictures; those that differ are in ${differing}`)
else if (compares) console.log('Every picture is as approved.')
process.exitCode = problems.length > 0 ? 1 : 0
