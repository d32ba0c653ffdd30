import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing } from '../../testkit/available.ts'
import { fetchRealModel } from '../../testkit/real-model.ts'
import { runCommand } from '../../testkit/run-command.ts'
import { addCompatibleStore } from '../pages/settings.ts'
import { readSamples, recordBar, transferRow } from '../pages/transfers.ts'
import { dropFolder, openPage, readClipboard, switchTo } from '../pages/window.ts'
import { expect, test } from '../with-store.ts'

const model = 'ch_PP-OCRv4_rec_infer.onnx'

test('a real model goes from a dropped folder to a path that Python opens', async ({
  app,
  gate,
  gatedStore,
  workFolder,
}) => {
  const source = await fetchRealModel()
  test.skip(isMissing(source), isMissing(source) ? source.missing : '')
  const folder = join(workFolder, 'ocr_models')
  await cp(source as string, folder, { recursive: true })
  const recipe = { name: 'ocr_models', version: '1.4', title: 'Text reader', include: ['*.onnx'] }
  await writeFile(join(folder, 'package.json'), JSON.stringify(recipe))
  const { page } = app

  await test.step('connect to the store and see that it may be used', async () => {
    await addCompatibleStore(page, { name: 'Team models', ...gatedStore })
    const publishing = page.getByRole('listitem').filter({ hasText: 'Publish new versions' })
    await expect(publishing).toContainText('Allowed')
    await switchTo(page, 'Team models')
  })

  await test.step('drop the folder, mend the version, publish', async () => {
    await dropFolder(app, folder)
    const version = page.getByRole('textbox', { name: /^Version/ })
    await expect(version).toHaveValue('1.4')
    const publish = page.getByRole('main').getByRole('button', { name: 'Publish', exact: true })
    await expect(publish).toBeDisabled()
    await page.getByRole('button', { name: 'Use 1.4.0' }).click()
    await expect(version).toHaveValue('1.4.0')
    await page.getByRole('textbox', { name: /^In one sentence/ }).fill('Finds and reads text in photos')
    await expect(page.getByRole('tree')).toContainText(model)
    await publish.click()
    await expect(page.getByRole('heading', { name: 'Text reader 1.4.0 is published' })).toBeVisible({ timeout: 30_000 })
    await page.getByRole('button', { name: 'Copy the link' }).click()
    expect(await readClipboard(app)).toMatch(/^orbital:\/\/install\?name=\w+&version=1\.4\.0&bucket=/)
  })

  await test.step('find it, see what it costs, install it', async () => {
    await openPage(page, 'Browse')
    const row = page.getByRole('row').filter({ hasText: 'Text reader' })
    await expect(row).toContainText('Finds and reads text in photos')
    gate.clear()
    gate.throttle(6_000_000)
    await page.getByRole('button', { name: 'Install 1.4.0' }).click()
    const sheet = page.getByRole('dialog', { name: 'Install Text reader 1.4.0' })
    await expect(sheet).toContainText('16.2 MB')
    await sheet.getByRole('button', { name: 'Install' }).click()
    await expect(sheet).toBeHidden()
  })

  await test.step('watch it: never backwards, never more than the store has sent', async () => {
    await openPage(page, 'Transfers')
    const row = transferRow(page, 'Text reader 1.4.0')
    const bar = row.getByRole('progressbar')
    await recordBar(bar)
    await expect(row).toContainText('Done', { timeout: 30_000 })
    const samples = await readSamples(page)
    const received = samples.map((sample) => sample.received)
    expect(new Set(received.filter((share) => share > 0 && share < 1)).size).toBeGreaterThanOrEqual(5)
    expect(received).toEqual(received.toSorted((a, b) => a - b))
    const verified = samples.map((sample) => sample.verified)
    expect(verified).toEqual(verified.toSorted((a, b) => a - b))
  })

  await test.step('open it from Python at the path that the window gives', async () => {
    await openPage(page, 'Installed')
    await page.getByRole('button', { name: 'More for Text reader 1.4.0' }).click()
    await page.getByRole('menuitem', { name: 'Copy path' }).click()
    await expect(page.getByText('The path is copied')).toBeVisible()
    const path = await readClipboard(app)
    const script =
      'import hashlib, pathlib, sys; print(hashlib.sha256((pathlib.Path(sys.argv[1]) / sys.argv[2]).read_bytes()).hexdigest())'
    const there = await runCommand('python3', ['-c', script, path, model])
    const here = await runCommand('python3', ['-c', script, folder, model])
    expect(there.exitCode, there.stderr).toBe(0)
    expect(there.stdout).toBe(here.stdout)
    expect((await readFile(join(path, model))).byteLength).toBe(10_857_958)
  })
})
