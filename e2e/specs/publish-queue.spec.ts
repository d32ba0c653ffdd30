import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bucketEnvironment, startTestEngine } from '../../testkit/test-engine.ts'
import { transferRow } from '../pages/transfers.ts'
import { dropFolder, openPage } from '../pages/window.ts'
import { expect, test } from '../with-store.ts'

test.use({
  appEnv: async ({ gate, s3, bucket }, use) => use(bucketEnvironment({ ...s3, endpoint: gate.endpoint }, bucket)),
})

async function makeFolder(path: string, bytes = 10): Promise<string> {
  await mkdir(path, { recursive: true })
  await writeFile(join(path, 'weights.bin'), randomBytes(bytes))
  return path
}

test('the queue keeps the focus and its order, and counts what was looked at', async ({ app, workFolder }) => {
  const { page } = app
  const names = ['first_model', 'second_model', 'third_model', 'fourth_model']
  await dropFolder(app, ...(await Promise.all(names.map((name) => makeFolder(join(workFolder, name))))))
  const queue = page.getByRole('navigation', { name: 'To publish' })
  const field = page.getByRole('textbox', { name: /^Name/ })
  const itemOf = (name: string) => queue.getByRole('button', { name, exact: true })
  await expect(field).toHaveValue('first_model')
  await itemOf('second_model').focus()
  await page.keyboard.press('Enter')
  await expect(field).toHaveValue('second_model')
  await expect(itemOf('second_model')).toBeFocused()

  await queue.getByRole('button', { name: 'Leave third_model without publishing' }).press('Enter')
  await expect(itemOf('fourth_model')).toBeFocused()
  await expect(page.getByText('2 of 3 folders')).toBeVisible()
  await queue.getByRole('button', { name: 'Leave fourth_model without publishing' }).press('Enter')
  await expect(itemOf('second_model')).toBeFocused()
  await expect(page.getByText('2 of 2 folders')).toBeVisible()
  await queue.getByRole('button', { name: 'Leave first_model without publishing' }).press('Enter')
  await expect(queue).toBeHidden()
  expect(await page.evaluate(() => document.activeElement !== document.body)).toBe(true)
})

test('what was typed for a folder that is left comes back by undo, in its place', async ({ app, workFolder }) => {
  const { page } = app
  const names = ['first_model', 'second_model']
  await dropFolder(app, ...(await Promise.all(names.map((name) => makeFolder(join(workFolder, name))))))
  const queue = page.getByRole('navigation', { name: 'To publish' })
  const sentence = page.getByRole('textbox', { name: /^In one sentence/ })
  await expect(page.getByRole('textbox', { name: /^Name/ })).toHaveValue('first_model')
  await sentence.fill('Typed for the first')
  await page.getByRole('button', { name: 'Leave without publishing' }).click()
  await expect(page.getByRole('textbox', { name: /^Name/ })).toHaveValue('second_model')
  await expect(sentence).toHaveValue('')
  await openPage(page, 'Browse')
  await expect(page.getByText('Left first_model without publishing')).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByRole('textbox', { name: /^Name/ })).toHaveValue('first_model')
  await expect(sentence).toHaveValue('Typed for the first')
  await expect(queue.getByRole('listitem')).toHaveText(names)
  await expect(page.getByText('1 of 2 folders')).toBeVisible()
})

test('a folder that is chosen again is read again, and what was typed for it stays', async ({ app, workFolder }) => {
  const { page } = app
  const folder = await makeFolder(join(workFolder, 'first_model'))
  await dropFolder(app, folder)
  const sentence = page.getByRole('textbox', { name: /^In one sentence/ })
  await expect(page.getByRole('treeitem', { name: 'weights.bin' })).toBeVisible()
  await sentence.fill('Typed')
  await writeFile(join(folder, 'README.md'), '# First')
  await dropFolder(app, folder)
  await expect(page.getByRole('treeitem', { name: 'README.md' })).toBeVisible()
  await expect(sentence).toHaveValue('Typed')
})

test('what another process publishes is left to Transfers', async ({ app, appEnv, gate, workFolder }) => {
  const { page, home } = app
  const folder = await makeFolder(join(workFolder, 'elsewhere'), 3_000_000)
  gate.throttle(20_000)
  const engine = await startTestEngine(home, { env: appEnv })
  const { planId } = await engine.api.publish.plan({ path: folder, fields: {} })
  await engine.api.publish.start({ planId })
  await expect.poll(async () => (await engine.api.transfers.list({}))[0]?.state.kind).toBe('transferring')
  await openPage(page, 'Transfers')
  await expect(transferRow(page, 'Publish elsewhere')).toContainText('In another Orbital')
  await openPage(page, 'Publish')
  await expect(page.getByRole('heading', { name: 'Drop a folder anywhere in this window' })).toBeVisible()
  await expect(page.getByRole('article')).toHaveCount(0)
  await engine.stop()
})
