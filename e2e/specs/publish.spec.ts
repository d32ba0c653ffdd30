import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Page } from 'playwright/test'
import { bucketEnvironment } from '../../testkit/test-engine.ts'
import { chooseSaveFolder, dropFolder, dropPackageFile, openPage } from '../pages/window.ts'
import { expect, testWithExample as test, test as testWithStore } from '../with-store.ts'

const secret = ['AKIA', 'Q7RK29XVBT4MZP81'].join('')

async function makeFolder(path: string, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), content)
  }
  return path
}

const publishButton = (page: Page) => page.getByRole('main').getByRole('button', { name: 'Publish', exact: true })
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name })

test('folders that are dropped together wait in view, one looked at after the other', async ({ app, workFolder }) => {
  const { page } = app
  const folders = await Promise.all(
    ['first_model', 'second_model', 'third_model'].map((name) =>
      makeFolder(join(workFolder, name), { 'weights.bin': name }),
    ),
  )
  await dropFolder(app, ...folders)
  const queue = page.getByRole('navigation', { name: 'To publish' })
  await expect(queue.getByRole('listitem')).toHaveText(['first_model', 'second_model', 'third_model'])
  await expect(page.getByText('1 of 3 folders')).toBeVisible()
  await expect(page.getByRole('textbox', { name: /^Name/ })).toHaveValue('first_model')

  // What is typed stays while another one is looked at.
  await page.getByRole('textbox', { name: /^In one sentence/ }).fill('Kept while away')
  await queue.getByRole('button', { name: 'second_model', exact: true }).click()
  await expect(page.getByRole('textbox', { name: /^Name/ })).toHaveValue('second_model')
  await queue.getByRole('button', { name: 'first_model', exact: true }).click()
  await expect(page.getByRole('textbox', { name: /^In one sentence/ })).toHaveValue('Kept while away')
  await queue.getByRole('button', { name: 'Leave third_model without publishing' }).click()

  await publishButton(page).click()
  await expect(page.getByRole('textbox', { name: /^Name/ })).toHaveValue('second_model')
  await publishButton(page).click()
  await expect(heading(page, 'first_model 1.0.0 is published')).toBeVisible()
  await expect(heading(page, 'second_model 1.0.0 is published')).toBeVisible()
})

test('what files hold is named where it must be settled: a key by its line, a pickle by what it asks for', async ({
  app,
  workFolder,
}) => {
  const { page } = app
  const folder = await makeFolder(join(workFolder, 'scorer'), {
    'settings.json': `{\n  "store": "eu",\n  "key": "${secret}"\n}\n`,
    'model.pkl': 'cos\nsystem\n(S"ls"\ntR.',
    'CON.txt': 'x',
    LICENSE: 'MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy of this\n',
    'weights.bin': 'x',
  })
  await dropFolder(app, folder)
  const settle = page.getByRole('region', { name: /things? first$/ })
  await expect(settle).toHaveAccessibleName('Two things first')
  await expect(settle).toContainText('settings.json looks like it holds a password')
  await expect(settle).toContainText('Line 3 has the shape of an access key of Amazon')
  await expect(settle.getByRole('listitem')).toHaveCount(2)
  const toKnow = page.getByRole('region', { name: 'Good to know' })
  await expect(toKnow).toContainText('When it is loaded it asks for os.system.')
  await expect(page.getByRole('status').filter({ hasText: /^Two things first\. .* Good to know\. / })).toBeAttached()
  expect(await page.content()).not.toContain(secret)
  await expect(
    page.getByRole('combobox', { name: /^Licence/ }).or(page.getByRole('textbox', { name: /^Licence/ })),
  ).toHaveValue('MIT')

  const device = settle.getByRole('listitem').filter({ hasText: 'CON.txt' })
  await device.getByRole('button', { name: 'Leave it out' }).click()
  await expect(device).toBeHidden()
  await settle.getByRole('button', { name: 'Leave it out' }).click()
  await expect(settle).toBeHidden()
  await toKnow.getByRole('button', { name: 'Understood' }).click()
  await expect(toKnow).toBeHidden()
  await expect(page.getByRole('list', { name: 'Left out' })).toContainText('CON.txt')
  await publishButton(page).click()
  await expect(heading(page, 'scorer 1.0.0 is published')).toBeVisible()
  // A folder's versions have no link; the command is there.
  await expect(page.getByText('orbital install scorer==1.0.0')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Copy the link' })).toHaveCount(0)
})

test('files are left out and put in, by mouse', async ({ app, workFolder }) => {
  const { page } = app
  const folder = await makeFolder(join(workFolder, 'choices'), {
    'weights.bin': 'x',
    'notes/draft.txt': 'x',
    'old.tmp': 'x',
  })
  await dropFolder(app, folder)
  const tree = page.getByRole('tree', { name: 'Files to publish' })
  const out = page.getByRole('list', { name: 'Left out' })
  await expect(out).toContainText('Temporary')
  await page.getByRole('button', { name: 'Choose what is left out' }).click()
  await out.getByRole('button', { name: 'Put it in: old.tmp' }).click()
  await expect(tree).toContainText('old.tmp')
  await tree.getByRole('treeitem').filter({ hasText: 'notes' }).getByRole('checkbox').click()
  await expect(out).toContainText('notes')
  await expect(tree).not.toContainText('draft.txt')
  await page.getByRole('button', { name: 'Done', exact: true }).click()
  await expect(out).toContainText('Left out by you')
  await publishButton(page).click()
  await expect(heading(page, 'choices 1.0.0 is published')).toBeVisible()
})

test('a whole publish without a mouse', async ({ app, workFolder }) => {
  const { page, electronApp } = app
  const folder = await makeFolder(join(workFolder, 'by_keys'), {
    'a.bin': 'x',
    'b.bin': 'x',
    id_rsa: 'x',
  })
  await electronApp?.evaluate(({ dialog }, filePath) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] })
  }, folder)
  await expect(page.getByRole('grid', { name: 'Packages' })).toBeVisible()
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('textbox', { name: 'Search packages and actions' })).toBeFocused()
  await page.keyboard.type('>publish a')
  await expect(page.getByRole('dialog').getByRole('option', { name: /^Publish a folder/ })).toBeVisible()
  await page.keyboard.press('Enter')
  if (electronApp === undefined) {
    await expect(page.getByRole('textbox', { name: 'Path of the folder' })).toBeFocused()
    await page.keyboard.press('Control+a')
    await page.keyboard.type(folder)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('dialog').getByRole('button', { name: /^Choose/ })).toBeVisible()
    await page.keyboard.press('Enter')
  }
  const focused = () =>
    page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '')
  const tabTo = async (name: RegExp, key = 'Tab') => {
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press(key)
      if (name.test(await focused())) return
    }
    throw new Error(`${key} does not come to ${name}`)
  }
  await expect(page.getByRole('textbox', { name: /^Version/ })).toBeFocused()
  await tabTo(/^Leave it out$/, 'Shift+Tab')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('list', { name: 'Left out' })).toContainText('id_rsa')
  // The focus went on to what comes next.
  await expect(page.getByRole('textbox', { name: /^Version/ })).toBeFocused()

  await tabTo(/^Choose what is left out$/, 'Shift+Tab')
  await page.keyboard.press('Enter')
  await tabTo(/^Files to publish$/, 'Shift+Tab')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press(' ')
  await expect(page.getByRole('list', { name: 'Left out' })).toContainText('a.bin')
  await page.keyboard.press('Tab')
  await tabTo(/^Put it in: a\.bin$/)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('tree')).toContainText('a.bin')
  await expect(page.getByRole('tree')).toBeFocused()

  await tabTo(/^Publish$/)
  await page.keyboard.press('Enter')
  await expect(heading(page, 'by_keys 1.0.0 is published')).toBeVisible()
  await tabTo(/^Install here$/)
  await page.keyboard.press('Enter')
  const sheet = page.getByRole('dialog', { name: 'Install by_keys 1.0.0' })
  await expect(sheet.getByRole('button', { name: 'Install' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(sheet).toBeHidden()
  await openPage(page, 'Installed')
  await expect(page.getByRole('grid', { name: 'Installed packages' })).toContainText('by_keys')
})

test('a folder is saved as a file, and the dropped file is published as it is, or installed', async ({
  app,
  workFolder,
}) => {
  const { page } = app
  const folder = await makeFolder(join(workFolder, 'portable'), {
    'weights.bin': 'x'.repeat(5000),
    'a.pkl': 'cos\nsystem\n(S"ls"\ntR.',
    'config.env': `id = ${['AKIA', 'Q7RK29XVBT4MZP81'].join('')}\n`,
  })
  await dropFolder(app, folder)
  await expect(page.getByRole('button', { name: 'Leave it out' })).toBeVisible()
  await page.getByRole('button', { name: 'Keep', exact: true }).click()
  await chooseSaveFolder(app, workFolder, 'portable-1.0.0.sputnik', () =>
    page.getByRole('button', { name: 'Save as file…' }).click(),
  )
  const file = join(workFolder, 'portable-1.0.0.sputnik')
  await expect(page.getByText(`Saved as ${file}`)).toBeVisible()
  await page.getByRole('button', { name: 'Leave without publishing' }).click()

  await dropPackageFile(app, file)
  await expect(heading(page, 'What shall happen with portable-1.0.0.sputnik?')).toBeVisible()
  await page.getByRole('button', { name: /^Publish it to Team models/ }).click()
  await expect(page.getByText('Line 1 has the shape of an access key of Amazon.')).toBeVisible()
  await expect(page.getByText('A package file is published as it is')).toBeVisible()
  await expect(page.getByText('os.system')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Leave it out' })).toBeHidden()
  await expect(publishButton(page)).toBeDisabled()
  await page.getByRole('button', { name: 'Keep', exact: true }).click()
  await publishButton(page).click()
  await expect(heading(page, 'portable 1.0.0 is published')).toBeVisible()

  await dropPackageFile(app, file)
  await page.getByRole('button', { name: /^Install it here/ }).click()
  await expect(page.getByRole('dialog', { name: /^Install portable 1\.0\.0/ })).toBeVisible()
})

test('a file that is written goes on while one looks elsewhere: it is stopped, and its failure said, on coming back', async ({
  app,
  workFolder,
}) => {
  const { page } = app
  const folder = await makeFolder(join(workFolder, 'heavy'), { 'weights.bin': 'x' })
  await truncate(join(folder, 'weights.bin'), 3 * 1024 ** 3)
  await dropFolder(app, folder)
  const save = page.getByRole('button', { name: 'Save as file…' })
  const saveIt = () => chooseSaveFolder(app, workFolder, 'heavy-1.0.0.sputnik', () => save.click())
  await saveIt()
  const stop = page.getByRole('main').getByRole('button', { name: 'Stop', exact: true })
  await expect(stop).toBeVisible()
  await openPage(page, 'Transfers')
  await openPage(page, 'Publish')
  await expect(publishButton(page)).toBeDisabled()
  await stop.click()
  await expect(save).toBeEnabled()

  const file = join(workFolder, 'heavy-1.0.0.sputnik')
  await rm(file, { force: true })
  await writeFile(file, 'an older file')
  await truncate(join(folder, 'weights.bin'), 1024)
  await page.getByRole('textbox', { name: /^In one sentence/ }).fill('Lighter')
  await saveIt()
  if (app.kind === 'electron') {
    // “Replace” in the system's dialog was the answer.
    await expect(page.getByText(`Saved as ${file}`)).toBeVisible()
    await expect.poll(async () => (await readFile(file, 'utf8')).startsWith('an older')).toBe(false)
    return
  }
  const failure = page.getByText(`${file} is already there.`)
  await expect(failure).toBeVisible()
  await openPage(page, 'Transfers')
  await openPage(page, 'Publish')
  await expect(failure).toBeVisible()
  expect(await readFile(file, 'utf8')).toBe('an older file')
})

test('a folder that goes away, changes or is Orbital’s own is named in clear words', async ({
  app,
  workFolder,
  store,
}) => {
  const { page } = app
  const leave = () => page.getByRole('button', { name: 'Leave without publishing' }).click()
  const gone = await makeFolder(join(workFolder, 'goes_away'), { 'weights.bin': 'x' })
  await dropFolder(app, gone)
  await expect(publishButton(page)).toBeEnabled()
  await rm(gone, { recursive: true })
  await publishButton(page).click()
  await expect(page.getByRole('alert')).toContainText('goes_away')
  await expect(page.getByRole('alert').getByRole('heading', { name: 'What is safe' })).toBeVisible()
  await page.getByRole('button', { name: 'Done here' }).click()

  await dropFolder(app, join(store, 'models'))
  await expect(page.getByRole('alert')).toContainText('lies in the folder of the connection “Team models”')
  await leave()
})

test('a folder of many files is read, shown and typed about without the window waiting', async ({
  app,
  workFolder,
}) => {
  const { page } = app
  const folder = join(workFolder, 'many')
  for (let part = 0; part < 20; part += 1) {
    await mkdir(join(folder, `part_${part}`), { recursive: true })
    await Promise.all(
      Array.from({ length: 1000 }, (_, index) => writeFile(join(folder, `part_${part}`, `${index}.bin`), '')),
    )
  }
  await writeFile(join(folder, 'weights.safetensors'), '')
  await truncate(join(folder, 'weights.safetensors'), 40e9)
  await dropFolder(app, folder)
  await expect(page.getByText(/^20,001 files, 40\.0 GB/)).toBeVisible()
  const tree = page.getByRole('tree', { name: 'Files to publish' })
  // All folders are closed at first; an open one draws what is in view.
  await expect(tree.getByRole('treeitem')).toHaveCount(21)
  await tree.focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('End')
  await expect(tree.getByRole('treeitem').filter({ hasText: 'weights.safetensors' })).toBeVisible()
  expect(await tree.getByRole('treeitem').count()).toBeLessThan(100)
  const title = page.getByRole('textbox', { name: /^Title/ })
  await title.fill('')
  await title.pressSequentially('Many files')
  await expect(title).toHaveValue('Many files')
  await expect(page.getByRole('textbox', { name: /^Name/ })).toHaveValue('many')
  await page.getByRole('button', { name: 'Leave without publishing' }).click()
})

const testWithBucket = testWithStore.extend({
  appEnv: async ({ gate, bucket, s3 }, use) => use(bucketEnvironment({ ...s3, endpoint: gate.endpoint }, bucket)),
})

testWithBucket(
  'a publish is paused, goes on after a restart, and ends with a link',
  async ({ app, gate, workFolder }) => {
    const folder = await makeFolder(join(workFolder, 'paused_model'), {})
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'weights.bin'), randomBytes(60_000_000))
    gate.throttle(4_000_000)
    await dropFolder(app, folder)
    await publishButton(app.page).click()
    await expect(app.page.getByText(/^Confirmed (?!0)/)).toBeVisible({ timeout: 30_000 })
    await app.page.getByRole('button', { name: 'Pause', exact: true }).click()
    await expect(app.page.getByRole('button', { name: 'Resume', exact: true })).toBeVisible()

    const page = await app.relaunch({ kill: true })
    await openPage(page, 'Publish')
    gate.throttle(undefined)
    gate.clear()
    await page.getByRole('button', { name: 'Resume', exact: true }).click()
    await expect(heading(page, 'paused_model 1.0.0 is published')).toBeVisible({ timeout: 30_000 })
    expect(gate.count({ method: 'PUT', path: /paused_model/ }).receivedBytes).toBeLessThan(60_000_000)
    await expect(page.getByText(/^orbital:\/\/install\?name=paused_model&version=1\.0\.0/)).toBeVisible()
    await expect(page.getByText(/^orbital install paused_model==1\.0\.0/)).toBeVisible()
    await page.getByRole('button', { name: 'Install here' }).click()
    await expect(page.getByRole('dialog', { name: 'Install paused_model 1.0.0' })).toBeVisible()
  },
)
