import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startTestEngine } from '../../../testkit/test-engine.ts'
import { u64 } from '../../../testkit/weights-files.ts'
import { checkState } from '../../pages/accessibility.ts'
import { packageRow } from '../../pages/browse.ts'
import { writeHome } from '../../prepare-home.ts'
import { test as base, expect } from '../../with-store.ts'

const png = '\x89PNG\r\n\x1a\n'
const noPicture = 'This picture can’t be shown: the file is damaged, or no picture.'
const noModel = 'What these weights say of themselves can’t be read: the file is damaged, or of another kind.'
const noText = 'This file is not a text, so there is nothing to read here.'
const pointer = 'version https://git-lfs.github.com/spec/v1\nsize 4096\n'

/** Each with what is said of it, and what of it is shown as it is. */
const damaged: readonly (readonly [name: string, content: string, says: string, shows?: string])[] = [
  ['begins-well.png', `${png}\0\0\0\rIHDR and no more`, noPicture],
  ['page.png', '<html>Sign in</html>', noPicture, '<html>Sign in</html>'],
  ['noise.png', 'no\0picture', noPicture],
  ['open-quote.csv', 'word,count\n"begins,1\nand,2\n', 'A quote in this table has no end.', '"begins,1'],
  ['noise.csv', 'a,b\n\0\x01,2\n', noText],
  ['cut.json', '{"layers": [1, 2', 'This is no valid JSON.', '{"layers": [1, 2'],
  ['noise.json', '{"a": \0}', noText],
  ['pointer.safetensors', pointer, noModel, 'git-lfs'],
  ['cut.safetensors', `${u64(4096).toString('latin1')}{"a": {"dtype"`, noModel],
  ['huge.safetensors', `${'\xff'.repeat(8)}{}`, noModel],
  ['cut.gguf', 'GGUF\x03\0\0\0\xff\xff\xff\xff\xff\xff\xff\x7f', noModel],
  ['page.gguf', '<html>Moved</html>', noModel, '<html>Moved</html>'],
  ['notes.md', 'No \0 text', noText],
]

const test = base.extend({
  prepareHome: async ({ workFolder }, use) =>
    use(async (home) => {
      await mkdir(join(workFolder, 'store'))
      const homeOfPublisher = join(workFolder, 'publisher')
      for (const each of [home, homeOfPublisher])
        await writeHome(each, { folders: { 'Team models': join(workFolder, 'store') } })
      const folder = join(workFolder, 'damaged')
      await mkdir(folder)
      for (const [name, content] of damaged) await writeFile(join(folder, name), content, 'latin1')
      await writeFile(join(folder, 'README.md'), 'Read \0 me')
      await writeFile(join(folder, 'sound.json'), '{"sound": true}')
      const recipe = { name: 'damaged', version: '1.0.0', title: 'Damaged', include: ['*'] }
      await writeFile(join(folder, 'package.json'), JSON.stringify(recipe))
      const engine = await startTestEngine(homeOfPublisher)
      expect((await engine.publish(folder, {}, 'team-models')).state.kind).toBe('done')
      await engine.stop()
    }),
})

test('of files that are damaged it is said what they are not, and the others are shown as before', async ({ app }) => {
  test.setTimeout(120_000)
  const { page } = app
  await packageRow(page, 'Damaged').dblclick()
  await expect(page.getByText('README.md is not a text.')).toBeVisible()
  await page.getByRole('tab', { name: 'Files' }).click()
  const preview = page.getByRole('region', { name: 'Preview' })
  for (const [name, , says, shows] of damaged) {
    await page.getByRole('treeitem', { name }).click()
    await expect(preview.getByRole('heading', { name })).toBeVisible()
    await expect.soft(preview, name).toContainText(says)
    await expect.soft(preview.locator('pre'), name).toHaveCount(shows === undefined ? 0 : 1)
    if (shows !== undefined) await expect.soft(preview.locator('pre'), name).toContainText(shows)
    await expect.soft(preview.locator('img'), name).toHaveCount(0)
  }
  await page.getByRole('treeitem', { name: 'open-quote.csv' }).click()
  await expect(preview.getByRole('status')).toBeVisible()
  await checkState(app, 'a damaged file')
  await page.getByRole('treeitem', { name: 'sound.json' }).click()
  await expect(preview.locator('pre')).toContainText('"sound": true')
  await expect(preview.getByRole('status')).toHaveCount(0)
})
