import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createBytes } from '../../../testkit/package-builder.ts'
import { runCommand } from '../../../testkit/run-command.ts'
import { bucketEnvironment } from '../../../testkit/test-engine.ts'
import { cleanEnvironment } from '../../hosts/host-under-test.ts'
import { startInstall } from '../../pages/browse.ts'
import { addCompatibleStore, openNewConnection } from '../../pages/settings.ts'
import { transferRow } from '../../pages/transfers.ts'
import { switchTo } from '../../pages/window.ts'
import { expect, test } from '../../with-store.ts'

/** What the system does with a link or a file: it starts the app once more, with that. */
async function startAgain(home: string, ...args: readonly string[]): Promise<void> {
  const runtime = join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? '', 'electron')
  const root = join(import.meta.dirname, '../../..')
  const { exitCode } = await runCommand(runtime, ['--no-sandbox', root, ...args], {
    env: cleanEnvironment({ ORBITAL_HOME: home }),
    timeoutMs: 20_000,
  })
  expect(exitCode).toBe(0)
}

/** The built command line, with a home of its own. */
async function runOrbital(workFolder: string, env: Record<string, string>, ...args: readonly string[]): Promise<void> {
  const cli = join(import.meta.dirname, '../../../out/main/cli.js')
  const { exitCode, stderr } = await runCommand(process.execPath, [cli, ...args], {
    env: cleanEnvironment({ ...env, ORBITAL_HOME: join(workFolder, 'home') }),
  })
  expect(exitCode, stderr).toBe(0)
}

async function makeModel(workFolder: string, sizeBytes = 7): Promise<string> {
  const source = join(workFolder, 'model')
  await mkdir(source)
  await writeFile(join(source, 'weights.bin'), createBytes(sizeBytes, 1))
  return source
}

test('a link to a store that is not known asks before anything is added', async ({ app }) => {
  const { page, home } = app
  await startAgain(home, 'orbital://install?name=speech_intent&version=2.1.0&bucket=research&region=eu-west-1')
  const sheet = page.getByRole('dialog', { name: 'A link to speech_intent' })
  await expect(sheet).toContainText('speech_intent 2.1.0')
  await expect(sheet).toContainText('research')
  await expect(sheet).toContainText('Amazon S3')
  await page.keyboard.press('Escape')
  await expect(sheet).toBeHidden()
  await startAgain(home, 'orbital://remove?everything')
  await expect(page.getByText('This link is none that Orbital knows. Nothing was done.')).toBeVisible()
})

test('a link leads to the question, by way of a new connection or a known one', async ({
  app,
  s3,
  bucket,
  workFolder,
}) => {
  const { page, home } = app
  const { accessKeyId, secretAccessKey, endpoint } = s3
  await runOrbital(workFolder, bucketEnvironment(s3, bucket), 'publish', await makeModel(workFolder))
  const link = `orbital://install?name=model&version=1.0.0&bucket=${bucket}&endpoint=${encodeURIComponent(endpoint)}`
  await startAgain(home, link)
  await page.getByRole('dialog', { name: 'A link to model' }).getByRole('button', { name: 'Add this store…' }).click()
  const form = page.getByRole('dialog', { name: 'Add a connection' })
  await expect(form.getByRole('textbox', { name: /^Bucket/ })).toHaveValue(bucket)
  await expect(form.getByRole('textbox', { name: /^Address/ })).toHaveValue(endpoint)
  await form.getByRole('textbox', { name: /^Access key/ }).fill(accessKeyId)
  await form.getByLabel('Secret', { exact: true }).fill(secretAccessKey)
  await form.getByRole('button', { name: 'Add connection' }).click()
  await expect(page.getByRole('dialog', { name: 'Install model 1.0.0' })).toContainText('7 B')
  await page.keyboard.press('Escape')

  await page.evaluate(() => location.assign('#/settings'))
  await startAgain(home, link)
  await expect(page.getByRole('dialog', { name: /^Install model/ })).toBeVisible()
})

test('a link waits while a sheet is open, with what is typed in it', async ({ app }) => {
  const { page, home } = app
  const form = await openNewConnection(page)
  await form.getByRole('textbox', { name: /^Name/ }).fill('Half typed')
  await startAgain(home, 'orbital://install?name=speech_intent&bucket=research&region=eu-west-1')
  await startAgain(home, 'orbital://install?name=fraud_scorer&bucket=research&region=eu-west-1')
  await expect(page.getByText('What you opened waits until this sheet is closed.')).toBeVisible()
  await expect(form.getByRole('textbox', { name: /^Name/ })).toHaveValue('Half typed')
  await form.getByRole('button', { name: 'Cancel' }).click()
  // One after the other.
  const first = page.getByRole('dialog', { name: 'A link to speech_intent' })
  await expect(first).toBeVisible()
  await first.getByRole('button', { name: 'Not now' }).click()
  await expect(page.getByRole('dialog', { name: 'A link to fraud_scorer' })).toBeVisible()
})

test('a package file that is opened is asked about', async ({ app, workFolder }) => {
  const { page, home } = app
  await runOrbital(workFolder, {}, 'build', await makeModel(workFolder), '--out', workFolder)
  await startAgain(home, join(workFolder, 'model-1.0.0.sputnik'))
  await expect(page.getByRole('dialog', { name: /^Install / })).toContainText('7 B')
})

test('the menu does what the keys do', async ({ app: { page, electronApp } }) => {
  const choose = (label: string) =>
    electronApp?.evaluate(({ Menu }, wanted) => {
      for (const { submenu } of Menu.getApplicationMenu()?.items ?? [])
        submenu?.items.find((item) => item.label === wanted)?.click()
    }, label)
  await choose('Installed')
  await expect(page.getByRole('heading', { level: 1, name: 'Installed' })).toBeVisible()
  await choose('Settings…')
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible()
  await choose('Search everything…')
  await expect(page.getByRole('dialog', { name: 'Search packages and actions' })).toBeVisible()
})

test('closing the window while a transfer runs asks once, and it goes on without the window', async ({
  app,
  s3,
  bucket,
  gate,
  gatedStore,
  workFolder,
}) => {
  const { page, electronApp, home } = app
  await runOrbital(workFolder, bucketEnvironment(s3, bucket), 'publish', await makeModel(workFolder, 20_000_000))
  await addCompatibleStore(page, { name: 'Team', ...gatedStore })
  await switchTo(page, 'Team')
  gate.throttle(500_000)
  await expect(await startInstall(page, 'model')).toContainText(/verified of/)

  const close = () =>
    electronApp?.evaluate(({ BrowserWindow, dialog }) => {
      const asked = globalThis as unknown as { questions: string[] }
      asked.questions ??= []
      dialog.showMessageBoxSync = ((_window: unknown, { message }: { message: string }) => {
        asked.questions.push(message)
        return 0
      }) as never
      const [window] = BrowserWindow.getAllWindows()
      window?.close()
      return { questions: asked.questions, isVisible: window?.isVisible() }
    })
  expect(await close()).toEqual({ questions: ['A transfer is still running.'], isVisible: false })
  await startAgain(home)
  await expect
    .poll(() => electronApp?.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible()))
    .toBe(true)
  expect(await close()).toEqual({ questions: ['A transfer is still running.'], isVisible: false })
  gate.throttle(undefined)
  await startAgain(home)
  await expect(transferRow(page, 'model')).toContainText('Done', { timeout: 20_000 })
})

test('the help menu shows the keys, the version, and where the logs are', async ({ app }) => {
  const { page, electronApp } = app
  const choose = (label: string) =>
    electronApp?.evaluate(({ Menu }, wanted) => {
      const help = Menu.getApplicationMenu()?.items.find(({ role }) => role === 'help')
      help?.submenu?.items.find((item) => item.label === wanted)?.click()
    }, label)
  await choose('Keyboard shortcuts')
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await expect(sheet).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(sheet).toBeHidden()
  await choose('Version and updates')
  await expect(page.getByText(/^Orbital \d+\.\d+\.\d+/)).toBeVisible()
  await choose('Logs and diagnostics')
  await expect(page.getByRole('button', { name: 'Open logs' })).toBeVisible()

  // What is typed in a sheet is not thrown away for it.
  const connection = await openNewConnection(page)
  const name = connection.getByRole('textbox', { name: /^Name/ })
  await name.fill('Half typed')
  await choose('Version and updates')
  await page.keyboard.press('Control+,')
  await choose('Keyboard shortcuts')
  await expect(sheet).toBeHidden()
  await expect(name).toHaveValue('Half typed')
})
